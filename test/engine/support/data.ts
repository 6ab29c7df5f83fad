import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type BInput, bencode, type Metainfo, parseTorrent } from '../../../src/metainfo/index.ts'

/** Path below the save path (one name: a single-file torrent), and bytes or a size of random ones. */
export interface TestFile {
  path: string
  bytes: Uint8Array
  /** BEP 47 attributes, such as `p` for padding. */
  attr?: string
}

export interface TestTorrent {
  id: string
  bytes: Uint8Array
  meta: Metainfo
  files: TestFile[]
}

export function file(path: string, size: number): TestFile {
  return { path, bytes: randomBytes(size) }
}

/**
 * A torrent of these files, whose paths share one top folder or are a single name. `extra` goes into the info
 * dictionary. The keys are in order unless `shuffled`.
 */
export function makeTorrent(
  files: TestFile[],
  pieceLength: number,
  { extra = {}, shuffled = false }: { extra?: Record<string, BInput>; shuffled?: boolean } = {},
): TestTorrent {
  const all = Buffer.concat(files.map((one) => one.bytes))
  const hashes: Buffer[] = []
  for (let at = 0; at < all.length; at += pieceLength) {
    hashes.push(
      createHash('sha1')
        .update(all.subarray(at, at + pieceLength))
        .digest(),
    )
  }
  const single = files.length === 1 && !files[0]!.path.includes('/')
  const info: Record<string, BInput> = {
    ...(single
      ? { length: files[0]!.bytes.length, name: files[0]!.path }
      : {
          files: files.map(({ path, bytes, attr }) => ({
            ...(attr === undefined ? {} : { attr }),
            length: bytes.length,
            path: path.split('/').slice(1),
          })),
          name: files[0]!.path.split('/')[0]!,
        }),
    'piece length': pieceLength,
    pieces: Buffer.concat(hashes),
    ...extra,
  }
  const bytes = Buffer.concat([Buffer.from('d4:info'), encodeInfo(info, shuffled), Buffer.from('e')])
  const meta = parseTorrent(bytes)
  return { id: meta.infoHash[0]!, bytes, meta, files }
}

/** bencode sorts keys, as it should; some torrents in the world are not sorted. */
function encodeInfo(info: Record<string, BInput>, shuffled: boolean): Uint8Array {
  if (!shuffled) return bencode(info)
  const pairs = Object.entries(info).reverse()
  const parts = pairs.flatMap(([key, value]) => [bencode(key), bencode(value)])
  return Buffer.concat([Buffer.from('d'), ...parts, Buffer.from('e')])
}

/** Writes the files of a torrent, pad files left out. */
export async function writeFiles(folder: string, files: TestFile[]): Promise<void> {
  for (const { path, bytes, attr } of files) {
    if (attr?.includes('p')) continue
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
}

/** Names of files whose bytes on disk are not right; a file that is not there is wrong. */
export async function wrongFiles(folder: string, files: TestFile[]): Promise<string[]> {
  const wrong: string[] = []
  for (const { path, bytes, attr } of files) {
    if (attr?.includes('p')) continue
    const found = await readFile(join(folder, path)).catch(() => null)
    if (found === null || Buffer.compare(found, bytes) !== 0) wrong.push(path)
  }
  return wrong
}

/** A single-file torrent of zeros, made without having them. */
export function zeros(
  name: string,
  pieceLength: number,
  numPieces: number,
): { bytes: Uint8Array; id: string } {
  const hash = createHash('sha1').update(new Uint8Array(pieceLength)).digest()
  const pieces = Buffer.concat(Array.from({ length: numPieces }, () => hash))
  const bytes = bencode({
    info: { length: numPieces * pieceLength, name, 'piece length': pieceLength, pieces },
  })
  return { bytes, id: parseTorrent(bytes).infoHash[0]! }
}
