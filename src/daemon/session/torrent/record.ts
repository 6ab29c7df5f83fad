import type { FlagName, InfoHash } from '../../../rpc/contract/types.ts'
import { FilesState, type MoveRow, type ProgressRow, type TorrentRow } from '../../state/rows.ts'
import { type Announces, everywhere } from '../queue/announces.ts'
import { everyFile, goesOn, hasFlag, plainFlags } from './flags.ts'
import type { Live } from './observed.ts'

/**
 * One torrent of one session: what was asked of it, what is known of it, and how far the engine is with it.
 *
 * `row` and `progress` are what the state file holds. `row` never differs from it: it is changed only after the state
 * was (session.ts). `progress` runs ahead by a few seconds while data moves (saver.ts). The rest is lost with the
 * process and found again.
 */
export interface TorrentRecord {
  readonly row: TorrentRow
  readonly progress: ProgressRow

  /** 0-based place in the queue, -1 when finished. Kept by QueueOrder. */
  position: number
  /** The queue lets it run. Means something only while it is auto managed. */
  granted: boolean
  /** Waits until a torrent of the same hash that was removed is out of the engine and its files are deleted. */
  blocked: boolean
  /** Its whole session is paused: the torrent does not run, though it is not paused itself. */
  halted: boolean
  /** Where it may announce itself while it runs; kept by the scheduler. */
  announces: Announces
  /** No longer in its session. */
  removed: boolean
  /**
   * Where its files are going: the first move may have begun, a second one follows it. As the state file has it. The
   * torrent does not run meanwhile, but it is not paused.
   */
  moves: readonly MoveRow[]

  /** The engine has it. */
  loaded: boolean
  /** A load, unload or update is under way; nothing else is asked until it is answered. */
  busy: boolean
  /** Has to leave the engine once, because its task changed; `anew`: its session counters restart with it. */
  restart: 'continue' | 'anew' | null
  /** It left the engine without being paused: its session counters go on with the next load. */
  interrupted: boolean
  /** Its options changed since the engine heard them. */
  stale: boolean
  /** File priorities before a change that the files on disk have not followed yet; null: they have. */
  before: number[] | null
  /** It was a seed, or was trusted to be one, before the check that is or was due. */
  wasSeed: boolean
  /** What the engine saw since the daemon started, null when it never ran. */
  live: Live | null

  /** Monotonic milliseconds up to which the durations are counted; null while they stand still. */
  countedTo: number | null
  /** `finishedMs` when it last started; what it falls back to when it becomes unfinished. */
  finishedMsAtStart: number
  /** Progress that is not saved yet. */
  unsaved: boolean
  /** Pieces that are not saved yet. */
  unsavedHave: boolean
}

const noMoves: readonly MoveRow[] = Object.freeze([])

export function newRecord(row: TorrentRow, progress: ProgressRow): TorrentRecord {
  return {
    row,
    progress,
    moves: noMoves,
    position: -1,
    granted: false,
    blocked: false,
    halted: false,
    announces: everywhere,
    removed: false,
    loaded: false,
    busy: false,
    restart: null,
    interrupted: false,
    stale: false,
    before: null,
    wasSeed: false,
    live: null,
    countedTo: null,
    finishedMsAtStart: progress.finishedMs,
    unsaved: false,
    unsavedHave: false,
  }
}

export function infoHashOf(record: TorrentRecord): InfoHash {
  return [record.row.v1, record.row.v2]
}

export function hasMetadata(record: TorrentRecord): boolean {
  return record.row.pieceLength > 0
}

export function isManaged(record: TorrentRecord): boolean {
  return hasFlag(record.row.flags, 'auto_managed')
}

/** It has an error that keeps it from running until it is cleared. */
export function isStopped({ row }: TorrentRecord): boolean {
  return row.error !== null && (row.flags & goesOn) === 0
}

/** How the flag `paused` reads: by the user, by the queue, or by an error. */
export function isPaused(record: TorrentRecord): boolean {
  if (isStopped(record)) return true
  return isManaged(record) ? !record.granted : hasFlag(record.row.flags, 'paused')
}

/** Whether its files are being moved, or wait for it. */
export function isMoving(record: TorrentRecord): boolean {
  return record.moves.length > 0
}

/** Whether the engine should have it. */
export function shouldRun(record: TorrentRecord): boolean {
  return mayLoad(record) && !isMoving(record)
}

/** Whether the engine should have it, as soon as its files are not moved. */
export function mayLoad(record: TorrentRecord): boolean {
  if (record.removed || record.blocked || record.halted || isPaused(record)) return false
  return !hasMetadata(record) || record.progress.files !== FilesState.unseen
}

/** The priorities that count: those that are listed, unless every file is wanted all the same. null: 4 for each. */
export function wantedFiles({ flags, filePriorities }: TorrentRow): Uint8Array | null {
  return (flags & everyFile) === 0 ? filePriorities : null
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
export function countsAsSeed({ wasSeed, progress, live }: TorrentRecord): boolean {
  return wasSeed && progress.haveCount === 0 && (live?.seen.connections ?? 0) === 0
}
