import { getBit } from '../bits.ts'
import { filePieces, fileRanges, pieceSize } from './layout.ts'
import type { Storage } from './storage.ts'

/** How many files are looked at in parallel. */
const lanes = 16

/** What is on disk of a torrent, by file sizes alone. */
export interface Survey {
  /** Whether any byte could be there, so that hashing is of use. */
  readonly anything: boolean
  /** Whether every file is long enough for the piece's bytes. */
  reaches: (piece: number) => boolean
}

/** Looks at the size of every file. Throws a StorageError when a file cannot be looked at. */
export async function survey(storage: Storage, signal: AbortSignal): Promise<Survey> {
  const { meta, part } = storage
  /** Bytes of each file that can be read: up to its end on disk. */
  const sizes = new Float64Array(meta.files.length)
  let next = 0
  const lane = async () => {
    for (let index = next++; index < meta.files.length; index = next++) {
      signal.throwIfAborted()
      const file = meta.files[index]!
      if (file.pad || file.size === 0 || storage.isInPart(index)) sizes[index] = file.size
      else sizes[index] = (await storage.fileSize(index)) ?? 0
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))

  const anything =
    !part.empty ||
    meta.files.some(
      (file, index) => !file.pad && !storage.isInPart(index) && file.size > 0 && sizes[index]! > 0,
    )
  const reaches = (piece: number) =>
    fileRanges(meta, piece * meta.pieceLength, pieceSize(meta, piece)).every((range) => {
      if (storage.isInPart(range.file)) return part.has(piece)
      return sizes[range.file]! >= range.offset + range.length
    })
  return { anything, reaches }
}

/**
 * Whether saved bits can be believed without hashing: every file that holds claimed pieces exists and is long
 * enough for them. Looks at each file's last claimed piece, and at each claimed one with bytes in the part file.
 */
export function believable(storage: Storage, found: Survey, have: Uint8Array): boolean {
  const { meta } = storage
  for (const [index, file] of meta.files.entries()) {
    const pieces = filePieces(meta, file)
    if (pieces === null || file.pad) continue
    for (let piece = pieces.last; piece >= pieces.first; piece--) {
      if (!getBit(have, piece)) continue
      if (!found.reaches(piece)) return false
      if (!storage.isInPart(index)) break
    }
  }
  return true
}
