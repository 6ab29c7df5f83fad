import type { InfoHash } from '../../../rpc/contract/types.ts'
import type { KnownPeer, TorrentReport } from '../../engine/protocol.ts'
import type { MoveRow, ProgressRow, TorrentRow } from '../../state/rows.ts'
import type { Counters } from './counters.ts'
import type { Measure, PieceBytes } from './sizes.ts'

/** The last value of every field of a report. */
export type Observed = Required<
  Omit<TorrentReport, 'id' | 'phase' | 'have' | 'stamps' | 'error' | 'distributedCopies'>
> & {
  /** null: nothing was reported since the last load. */
  phase: TorrentReport['phase'] | null
  have: Uint8Array | null
  /** null: not reported. */
  distributedCopies: number | null
}

/** A check that could not go on. */
export interface FailedCheck {
  /** 0..1 of pieces looked at. */
  checked: number
  have: Uint8Array
  sums: Measure
}

/** What the engine saw of one torrent since the daemon started. */
export interface Live {
  seen: Observed
  /**
   * Verified pieces, once this load has come to run. What a host says of pieces before that is not what is on disk:
   * it has not looked yet.
   */
  have: Uint8Array | null
  /** What the files looked like that hold them. */
  stamps: Uint8Array | null
  /** What a check had found when it failed. libtorrent goes on showing that, until the next check. */
  found: FailedCheck | null
  /** Peers that it knew when it last left the engine, for the next load. */
  known: KnownPeer[]
  /** Counters of earlier loads since the torrent last started: an engine that crashed does not restart them. */
  before: Counters
  /** Monotonic milliseconds when it was last faster than the limits below which a torrent counts as idle. */
  busyAt: number
  /** Kept while loaded, and only when not every byte is real and wanted. */
  bytes: PieceBytes | null
}

/** To whom a torrent that runs may announce itself, whatever its flags say. */
export interface Announces {
  readonly trackers: boolean
  readonly dht: boolean
  readonly lsd: boolean
}

export const everywhere: Announces = Object.freeze({ trackers: true, dht: true, lsd: true })

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
