import { createReadStream, type Dirent, type Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import createTorrentFile, { type Options } from 'create-torrent'
import { type BDict, bdecode, bencode } from '../../metainfo/index.ts'
import { systemFailure } from '../lua/stdlib/errno.ts'

/** What a new torrent file is made from; sent to the child process as JSON. */
export interface CreateRequest {
  /** Absolute. */
  path: string
  /** Bytes; chosen by the size of the content when left out. */
  piece_size?: number
  /** Tiers. */
  trackers?: string[][]
  comment?: string
  private?: boolean
  creator?: string
  web_seeds?: string[]
}

/** A file that goes into the torrent. */
interface SourceFile {
  path: string
  /** Elements below the top folder. */
  elements: string[]
  size: number
}

const neither = 'neither a file nor a folder'

/** Pieces get larger with the content, between these (bytes). */
const smallestPiece = 16 * 1024
const largestPiece = 16 * 1024 * 1024
/** About as many pieces as libtorrent aims for. */
const aimedPieces = 1500

/** A power of two that makes about `aimedPieces` of the content. */
export function choosePieceSize(totalSize: number): number {
  let size = smallestPiece
  while (size < largestPiece && totalSize / size > aimedPieces) size *= 2
  return size
}

/**
 * Makes a torrent file of a file or a folder. Throws an Error that names the path it is about.
 *
 * create-torrent is kept for reading and hashing, by the design of the program. It is asynchronous, which is why this runs in
 * a process of its own.
 */
export async function makeTorrent(request: CreateRequest): Promise<Uint8Array> {
  const { path } = request
  const stats = await statOf(path)
  const single = stats.isFile()
  if (!single && !stats.isDirectory()) throw new Error(`${path}: ${neither}`)
  const name = basename(path)
  const files = single ? [{ path, elements: [name], size: stats.size }] : await filesBelow(path)
  const totalSize = files.reduce((sum, file) => sum + file.size, 0)
  if (totalSize === 0) throw new Error(`${path}: there are no bytes to share in it`)
  const bytes = await hashed(files, {
    name,
    pieceLength: request.piece_size ?? choosePieceSize(totalSize),
    announceList: request.trackers ?? [],
    filterJunkFiles: false,
    ...(request.comment !== undefined && { comment: request.comment }),
    ...(request.creator !== undefined && { createdBy: request.creator }),
    ...(request.private && { private: true }),
    ...(request.web_seeds?.length && { urlList: request.web_seeds }),
  })
  return single || files.length > 1 ? bytes : inFolder(bytes, files[0] as SourceFile)
}

function hashed(files: SourceFile[], options: Options): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    createTorrentFile(
      files.map((file) => lazyStream(file)),
      options,
      (error: Error | null, bytes: Uint8Array) => (error ? reject(error) : resolve(bytes)),
    )
  })
}

/**
 * A file in the form that create-torrent reads: it looks for `pipe` to know a stream, and then only iterates. The file
 * is opened when its turn comes, since all at once would be too many. Given a folder, create-torrent itself would leave
 * out hidden files and keep the order in which the disk answers.
 */
function lazyStream({ path, elements }: SourceFile): object {
  return {
    // Two elements at least: the first becomes the top folder, and is dropped when all files have it.
    fullPath: ['.', ...elements].join('/'),
    pipe: () => undefined,
    async *[Symbol.asyncIterator]() {
      try {
        yield* createReadStream(path, { highWaterMark: 1024 * 1024 })
      } catch (error) {
        throw naming(error, path)
      }
    },
  }
}

/** A folder with one file: create-torrent makes a single file of it. Its info dictionary gets the list of files back. */
function inFolder(bytes: Uint8Array, file: SourceFile): Uint8Array {
  const torrent = bdecode(bytes) as BDict
  const info = torrent.dict('info') as BDict
  const plain = (dict: BDict) => Object.fromEntries(dict.entries.map(({ key, value }) => [key, value]))
  const { length, ...rest } = plain(info)
  const files = [{ length: length as number, path: file.elements }]
  return bencode({ ...plain(torrent), info: { ...rest, files } })
}

/** All files below a folder, in byte order of their path elements. Follows symbolic links, as libtorrent does. */
async function filesBelow(top: string): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  await walk(top, [], [])
  if (files.length === 0) throw new Error(`${top}: there are no files in it`)
  return files

  async function walk(folder: string, elements: string[], above: Stats[]): Promise<void> {
    const here = await statOf(folder)
    if (above.some(({ dev, ino }) => dev === here.dev && ino === here.ino)) {
      throw new Error(`${folder}: this link leads back to a folder above it`)
    }
    for (const name of await namesIn(folder)) {
      const path = join(folder, name)
      const stats = await statOf(path)
      if (stats.isDirectory()) await walk(path, [...elements, name], [...above, here])
      else if (stats.isFile()) files.push({ path, elements: [...elements, name], size: stats.size })
      else throw new Error(`${path}: ${neither}`)
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  let entries: Dirent<Buffer>[]
  try {
    entries = await readdir(folder, { encoding: 'buffer', withFileTypes: true })
  } catch (error) {
    throw naming(error, folder)
  }
  const names = entries.map((entry) => entry.name).sort(Buffer.compare)
  return names.map((name) => {
    const text = name.toString()
    if (Buffer.from(text).equals(name)) return text
    throw new Error(`${join(folder, text)}: the file name is not UTF-8`)
  })
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path)
  } catch (error) {
    throw naming(error, path)
  }
}

/** `path: No such file or directory`, as Lua's io functions say it. */
function naming(error: unknown, path: string): Error {
  return new Error(`${path}: ${systemFailure(error)?.message ?? String(error)}`, { cause: error })
}
