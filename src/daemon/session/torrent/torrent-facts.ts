import type { FileEntry, InfoHashes, Metainfo, TrackerEntry } from '../../../metainfo/types.ts'

/**
 * What a session asks of a torrent file when it is added. A Metainfo says all of this; a large one, which is read in
 * another thread, comes as PackedFacts, since half a million objects would take as long to hand over as to read.
 */
export interface TorrentFacts
  extends Pick<
    Metainfo,
    'name' | 'multiFile' | 'totalSize' | 'pieceLength' | 'numPieces' | 'private' | 'trackers' | 'webSeeds'
  > {
  infoHash: InfoHashes
  /** Without their own spelling, which is for web seeds. */
  files: Iterable<FileEntry> & { readonly length: number }
}

/** TorrentFacts on their way between threads: strings and arrays that are copied whole. */
export interface PackedFacts {
  infoHash: InfoHashes
  name: string
  multiFile: boolean
  totalSize: number
  pieceLength: number
  numPieces: number
  private: boolean
  trackers: TrackerEntry[]
  webSeeds: string[]
  files: {
    count: number
    /** Paths one after the other; no path holds a NUL byte, which stands between them. */
    paths: string
    sizes: Float64Array
    offsets: Float64Array
    /** Bits: 1 pad file, 2 executable, 4 hidden. */
    kinds: Uint8Array
    /** Targets of symbolic links by the number of the file. */
    symlinks: [file: number, target: string][]
  }
}

export function packFacts(metainfo: Metainfo): PackedFacts {
  const { infoHash, name, multiFile, totalSize, pieceLength, numPieces, trackers, webSeeds, files } = metainfo
  return {
    ...{ infoHash, name, multiFile, totalSize, pieceLength, numPieces, trackers, webSeeds },
    private: metainfo.private,
    files: {
      count: files.length,
      paths: files.map(({ path }) => path).join('\0'),
      sizes: Float64Array.from(files, ({ size }) => size),
      offsets: Float64Array.from(files, ({ offset }) => offset),
      kinds: Uint8Array.from(
        files,
        ({ pad, executable, hidden }) => Number(pad) | (Number(executable) << 1) | (Number(hidden) << 2),
      ),
      symlinks: files.flatMap(({ symlink }, file): [number, string][] =>
        symlink === null ? [] : [[file, symlink]],
      ),
    },
  }
}

/** The files are made one by one as they are walked through. */
export function unpackFacts({ files, ...rest }: PackedFacts): TorrentFacts {
  return { ...rest, files: { length: files.count, [Symbol.iterator]: () => walk(files) } }
}

function* walk({
  count,
  paths,
  sizes,
  offsets,
  kinds,
  symlinks,
}: PackedFacts['files']): Generator<FileEntry> {
  const links = new Map(symlinks)
  for (let file = 0, start = 0; file < count; file++) {
    const end = paths.indexOf('\0', start)
    const path = paths.slice(start, end < 0 ? undefined : end)
    const kind = kinds[file]!
    yield {
      path,
      name: path.slice(path.lastIndexOf('/') + 1),
      size: sizes[file]!,
      offset: offsets[file]!,
      pad: (kind & 1) !== 0,
      executable: (kind & 2) !== 0,
      hidden: (kind & 4) !== 0,
      symlink: links.get(file) ?? null,
    }
    start = end + 1
  }
}
