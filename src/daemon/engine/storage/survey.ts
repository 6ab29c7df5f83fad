import { inLanes } from '../concurrency.ts'
import type { Stamp } from './file-stamps.ts'
import { fileRanges, pieceSize } from './layout.ts'
import type { Storage } from './storage.ts'

/** How many files are looked at in parallel. */
const lanes = 16

/** What is on disk of a torrent, by file sizes alone. */
export interface Survey {
  /** Whether any byte could be there, so that hashing is of use. */
  readonly anything: boolean
  /** Size and time of each file, and of the part file; null for one that is not there, or is never looked at. */
  readonly stamps: readonly (Stamp | null)[]
  /** Whether every file is long enough for the piece's bytes. */
  reaches: (piece: number) => boolean
}

/** Looks at the size of every file. Throws a StorageError when a file cannot be looked at. */
export async function survey(storage: Storage, signal: AbortSignal): Promise<Survey> {
  const { meta, part } = storage
  /** Bytes of each file that can be read: up to its end on disk. */
  const sizes = new Float64Array(meta.files.length)
  const stamps = new Array<Stamp | null>(meta.files.length + 1).fill(null)
  if (!part.empty) stamps[meta.files.length] = await storage.look(meta.files.length)
  await inLanes(meta.files.length, lanes, async (index) => {
    signal.throwIfAborted()
    const file = meta.files[index]!
    if (file.pad || file.size === 0 || storage.isInPart(index)) sizes[index] = file.size
    else {
      stamps[index] = await storage.look(index)
      sizes[index] = stamps[index]?.size ?? 0
    }
  })

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
  return { anything, stamps, reaches }
}
