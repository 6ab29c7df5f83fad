import { createHash } from 'node:crypto'
import { type BInput, bencode } from '../../src/metainfo/index.ts'

/** Members of a dictionary to be bencoded; undefined ones are left out. */
export type Members = { [key: string]: BInput | undefined }

/** Bytes of a text in which each character is one byte. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** A torrent file around the info dictionary, with keys beside it. */
export function torrent(info: Members, outside: Members = {}): Uint8Array {
  return bencode({ ...outside, info })
}

/** A sound v1 info dictionary of the given files (path, size, and other keys), each path in the folder "t". */
export function v1Info(files: [path: BInput[], size: number, more?: Members][], more: Members = {}): Members {
  const total = files.reduce((sum, [, size]) => sum + size, 0)
  const pieceLength = 16384
  return {
    name: 't',
    'piece length': pieceLength,
    pieces: more.pieces ?? Buffer.alloc(Math.ceil(total / pieceLength) * 20, 'h'),
    files: files.map(([path, length, more]) => ({ path, length, ...more })),
    ...more,
  }
}

/** A leaf of a v2 file tree with an invented root. */
export function leaf(size: number, more: Members = {}): Members {
  return { '': { length: size, ...(size > 0 ? { 'pieces root': Buffer.alloc(32, 'r') } : {}), ...more } }
}

export function digest(algorithm: 'sha1' | 'sha256', bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex')
}
