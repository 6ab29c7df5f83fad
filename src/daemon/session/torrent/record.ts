import type { InfoHash } from '../../../rpc/contract/types.ts'
import type { KnownPeer, TorrentReport } from '../../engine/protocol.ts'
import type { MoveRow, ProgressRow, TorrentRow } from '../../state/rows.ts'
import type { Counters } from './counters.ts'
import type { Measure, PieceBytes } from './sizes.ts'

/** The last value of every field of a report. */
export type LastReported = Required<
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
export interface Observed {
  seen: LastReported
  /**
   * Verified pieces, once this load has come to run. What a host says of pieces before that is not what is on disk:
   * it has not looked yet.
   */
  have: Uint8Array | null
  /** What the files looked like that hold them. */
  stamps: Uint8Array | null
  /** What a check had found when it failed. libtorrent goes on showing that, until the next check. */
  failedCheck: FailedCheck | null
  /** Peers that it knew when it last left the engine, for the next load. */
  knownPeers: KnownPeer[]
  /** Counters of earlier loads since the torrent last started: an engine that crashed does not restart them. */
  countersBefore: Counters
  /** Monotonic milliseconds when it was last faster than the limits below which a torrent counts as idle. */
  fastAt: number
  /** Kept while loaded, and only when not every byte is real and wanted. */
  pieceBytes: PieceBytes | null
}

/** To whom a torrent that runs may announce itself, whatever its flags say. */
export interface Announces {
  readonly trackers: boolean
  readonly dht: boolean
  readonly lsd: boolean
}

export const everywhere: Announces = Object.freeze({ trackers: true, dht: true, lsd: true })

/**
 * One torrent of one session, grouped by who writes it (../STATE.md).
 *
 * `row` and `progress` are what the state file holds. `row` never differs from it: it is changed only after the state
 * was (session.ts). `progress` runs ahead by a few seconds while data moves (saver.ts). The rest is lost with the
 * process and found again.
 */
export interface TorrentRecord {
  readonly row: TorrentRow
  readonly progress: ProgressRow
  readonly queue: QueuePlace
  readonly engine: EngineStatus
  readonly clock: RunningTime
  readonly unsaved: Unsaved
  readonly holds: Holds
  readonly files: FilesToFollow
  /** No longer in its session. */
  removed: boolean
  /** What the engine saw since the daemon started, null when it never ran. */
  observed: Observed | null
}

/** What the queue says of it. Written by queue/. */
export interface QueuePlace {
  /** 0-based place in the queue, -1 when finished. */
  position: number
  /** The queue lets it run. Means something only while it is auto managed. */
  hasSlot: boolean
  /** Where it may announce itself while it runs. */
  announces: Announces
}

/** How far the engine is with it. Written by the reconciler. */
export interface EngineStatus {
  /** The engine has it. */
  loaded: boolean
  /** A load, unload or update is under way; nothing else is asked until it is answered. */
  busy: boolean
  /** It has to leave the engine once, because its task changed; `anew`: its session counters restart with it. */
  reload: 'continue' | 'anew' | null
  /** It left the engine without being paused: its session counters go on with the next load. */
  countersContinue: boolean
  /** Its options changed since the engine heard them. */
  optionsChanged: boolean
}

/** The durations of a status. Written by durations.ts. */
export interface RunningTime {
  /** Monotonic milliseconds up to which the durations are counted; null while they stand still. */
  countedTo: number | null
  /** `progress.finishedMs` when it last started; what that falls back to when the torrent becomes unfinished. */
  finishedMsAtStart: number
}

/** What the state file does not hold yet. Written by the saver. */
export interface Unsaved {
  progress: boolean
  have: boolean
}

/** What keeps it from running though it is not paused. */
export interface Holds {
  /** Until a removed torrent of the same hash is out of the engine and its files are deleted. Written by removals.ts. */
  waitsForRemoval: boolean
  /** Its whole session is paused. Written by the session. */
  sessionPaused: boolean
  /**
   * Where its files are going: the first move may have begun, a second one follows it. As the state file has it. Written
   * by move-storage.ts and move-files.ts.
   */
  moves: readonly MoveRow[]
}

/** What has to be remembered of its files until the engine or a check has caught up. */
export interface FilesToFollow {
  /** File priorities before a change that the files on disk have not followed yet; null: they have. */
  prioritiesOnDisk: number[] | null
  /** It was a seed, or was trusted to be one, before the check that is or was due. */
  wasSeed: boolean
}

const noMoves: readonly MoveRow[] = Object.freeze([])

export function newRecord(row: TorrentRow, progress: ProgressRow): TorrentRecord {
  return {
    row,
    progress,
    queue: { position: -1, hasSlot: false, announces: everywhere },
    engine: { loaded: false, busy: false, reload: null, countersContinue: false, optionsChanged: false },
    clock: { countedTo: null, finishedMsAtStart: progress.finishedMs },
    unsaved: { progress: false, have: false },
    holds: { waitsForRemoval: false, sessionPaused: false, moves: noMoves },
    files: { prioritiesOnDisk: null, wasSeed: false },
    removed: false,
    observed: null,
  }
}

export function infoHashOf(record: TorrentRecord): InfoHash {
  return [record.row.v1, record.row.v2]
}
