import { getBit, newBits, setBit } from '../../../metainfo/bits.ts'
import { type FileStamps, FileState, type Stamp, sameStamp } from './file-stamps.ts'
import { filePieces } from './layout.ts'
import type { Storage } from './storage.ts'
import { goneError } from './storage-error.ts'
import type { Survey } from './survey.ts'

/** What can be believed of pieces that were saved. */
export interface Verdict {
  /** Pieces that are as they were. */
  have: Uint8Array
  /** Those of them that have to be hashed before a peer gets one: this torrent wrote to their files until it was cut off. */
  doubted: Uint8Array
  /** Pieces of files that somebody else has changed, to be hashed now; with those that were not claimed. */
  check: Uint8Array
  /** The files that were changed. */
  changed: readonly number[]
}

/**
 * Compares the files with what they looked like when the pieces were saved (`saved`; null: that is not known, so sizes
 * have to do), and notes what they look like now. A claimed piece is believed only if each of its files is the same.
 *
 * Throws a StorageError with code EGONE for the first file that holds claimed pieces and is not there, unless
 * `acceptGone`: then its pieces are missing.
 */
export function compareFiles(
  storage: Storage,
  found: Survey,
  { claims, saved, acceptGone }: { claims: Uint8Array; saved: FileStamps | null; acceptGone: boolean },
): Verdict {
  const { meta, stamps } = storage
  const check = newBits(meta.numPieces)
  const doubted = newBits(meta.numPieces)
  const changed: number[] = []
  const claimed = (piece: number) => getBit(claims, piece)
  for (let file = 0; file < stamps.count; file++) {
    const now = found.stamps[file] ?? null
    const missing = missingPieces(storage, file, now).filter(claimed)
    if (missing.length > 0 && !acceptGone) {
      if (now === null && !storage.isInPart(file)) throw goneError(storage.pathOf(file))
      if (storage.isInPart(file) && !found.stamps[meta.files.length])
        throw goneError(storage.pathOf(meta.files.length))
    }
    for (const piece of missing) setBit(check, piece)
    if (now === null) continue
    const state = compare(storage, file, { now, saved })
    if (state === FileState.written) {
      stamps.wrote(file)
      for (const piece of piecesOf(storage, file)) if (claimed(piece)) setBit(doubted, piece)
    } else {
      stamps.keep(file, now)
      if (state !== FileState.changed) continue
      changed.push(file)
      for (const piece of piecesOf(storage, file)) setBit(check, piece)
    }
  }
  const have = claims.map((byte, i) => byte & ~check[i]!)
  return { have, doubted: doubted.map((byte, i) => byte & have[i]!), check, changed }
}

/** Notes what the files look like that were just hashed, all of them. One that cannot be synced is not vouched for. */
export async function noteFiles(storage: Storage, found: Survey): Promise<void> {
  for (const [file, stamp] of found.stamps.entries()) {
    if (stamp !== null && (await synced(storage, file, stamp))) storage.stamps.keep(file, stamp)
  }
}

/** The same for files that somebody else has changed. */
export async function syncChanged({ changed }: Verdict, storage: Storage): Promise<void> {
  for (const file of changed) await synced(storage, file, storage.stamps.stamp(file))
}

async function synced(storage: Storage, file: number, stamp: Stamp): Promise<boolean> {
  try {
    await storage.syncIfFresh(file, stamp)
    return true
  } catch {
    storage.stamps.wrote(file)
    return false
  }
}

function compare(
  storage: Storage,
  file: number,
  { now, saved }: { now: Stamp; saved: FileStamps | null },
): FileState {
  // looking at the disk has moved bytes of the part file into it
  if (storage.stamps.state(file) === FileState.written) return FileState.changed
  if (saved === null) return FileState.kept
  const state = saved.state(file)
  if (state === FileState.written) return FileState.written
  return state === FileState.kept && sameStamp(now, saved.stamp(file)) ? FileState.kept : FileState.changed
}

/** The pieces with bytes in a file; of the part file those that it has a place for. */
function piecesOf(storage: Storage, file: number): number[] {
  const { meta, part } = storage
  if (file === meta.files.length) return part.pieces()
  const pieces = storage.isInPart(file) || meta.files[file]!.pad ? null : filePieces(meta, meta.files[file]!)
  return pieces === null ? [] : span(pieces.first, pieces.last)
}

/** The pieces of a file that cannot be there: behind its end, or in a part file that has no place for them. */
function missingPieces(storage: Storage, file: number, now: Stamp | null): number[] {
  const { meta, part } = storage
  const entry = meta.files[file]
  const pieces = entry === undefined || entry.pad ? null : filePieces(meta, entry)
  if (entry === undefined || pieces === null) return []
  if (storage.isInPart(file)) return span(pieces.first, pieces.last).filter((piece) => !part.has(piece))
  const size = now?.size ?? 0
  if (size >= entry.size) return []
  return span(Math.floor((entry.offset + size) / meta.pieceLength), pieces.last)
}

function span(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
