import type { FlagName } from '../../../program/flag-names.ts'
import { FilesState } from '../../state/rows.ts'
import { errorTolerated, hasFlag, plainFlags } from './flags.ts'
import type { TorrentRecord } from './record.ts'

export function hasMetadata(record: TorrentRecord): boolean {
  return record.row.pieceLength > 0
}

export function isManaged(record: TorrentRecord): boolean {
  return hasFlag(record.row.flags, 'auto_managed')
}

/** It has an error that keeps it from running until it is cleared. */
export function isStopped({ row }: TorrentRecord): boolean {
  return row.error !== null && (row.flags & errorTolerated) === 0
}

/** How the flag `paused` reads: by the user, by the queue, or by an error. */
export function isPaused(record: TorrentRecord): boolean {
  if (isStopped(record)) return true
  return isManaged(record) ? !record.queue.hasSlot : hasFlag(record.row.flags, 'paused')
}

/** Whether the engine has it, or is about to: it hears what changes. */
export function inEngine({ engine }: TorrentRecord): boolean {
  return engine.loaded || engine.busy
}

/** Whether its files are being moved, or wait for it. */
export function isMoving(record: TorrentRecord): boolean {
  return record.holds.moves.length > 0
}

/** Whether the engine should have it. */
export function shouldRun(record: TorrentRecord): boolean {
  return mayLoad(record) && !isMoving(record)
}

/** Whether the engine should have it, as soon as its files are not moved. */
export function mayLoad(record: TorrentRecord): boolean {
  if (record.removed || record.holds.waitsForRemoval || record.holds.sessionPaused || isPaused(record))
    return false
  return !hasMetadata(record) || record.progress.files !== FilesState.unseen
}

/** Its files are being hashed or wait for it. */
export function isChecking(record: TorrentRecord): boolean {
  return hasMetadata(record) && record.progress.files === FilesState.unchecked
}

/** Every wanted piece is there. False while checking, as in libtorrent. */
export function isFinished(record: TorrentRecord): boolean {
  return hasMetadata(record) && record.progress.files === FilesState.known && record.progress.finished
}

/** Every piece is there. */
export function isSeed(record: TorrentRecord): boolean {
  return isFinished(record) && record.progress.haveCount === record.row.pieces
}

/** How one flag reads. */
export function readsFlag(record: TorrentRecord, name: FlagName): boolean {
  if (name === 'paused') return isPaused(record)
  return hasFlag(record.row.flags, name)
}

/** The flags that read true. */
export function flagsOf(record: TorrentRecord): FlagName[] {
  const flags = plainFlags(record.row.flags)
  if (isPaused(record)) flags.push('paused')
  if (isManaged(record)) flags.push('auto_managed')
  return flags
}

/**
 * How a former seed shows itself until a piece or a peer is found: as in libtorrent, which counts copies of pieces from
 * then on only, its availability is that of a seed.
 */
export function countsAsSeed({ files, progress, observed }: TorrentRecord): boolean {
  return files.wasSeed && progress.haveCount === 0 && (observed?.seen.connections ?? 0) === 0
}
