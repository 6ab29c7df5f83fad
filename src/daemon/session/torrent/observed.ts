import { newBits } from '../../../metainfo/bits.ts'
import type { TorrentReport, TrackerReport } from '../../engine/protocol.ts'
import { FilesState } from '../../state/rows.ts'
import { type Counters, counterNames, noCounters } from './counters.ts'
import { hasMetadata } from './predicates.ts'
import type { Observed, TorrentRecord } from './record.ts'
import { measure, type PieceBytes } from './sizes.ts'

/** What is zero as soon as the engine does not have the torrent. */
const stillness = {
  phase: null,
  checked: 0,
  have: null,
  looked: false,
  doubt: false,
  trust: 'none',
  wantedPartial: 0,
  downloadRate: 0,
  uploadRate: 0,
  payloadDownloadRate: 0,
  payloadUploadRate: 0,
  peers: 0,
  connections: 0,
  seeds: 0,
  unchoked: 0,
  distributedCopies: null,
  seenComplete: 0,
  nextAnnounce: 0,
} as const

/** What is so of a tracker as soon as the engine does not have the torrent. */
const unasked = {
  updating: false,
  startSent: false,
  completeSent: false,
  nextAnnounce: null,
  minAnnounce: null,
} as const

/** What a tracker once did stays true when the torrent starts again, which the engine knows nothing of. */
function rememberTrackers(old: readonly TrackerReport[], now: readonly TrackerReport[]): TrackerReport[] {
  const before = new Map(old.map((tracker) => [tracker.url, tracker]))
  return now.map((tracker) => {
    const { verified = false, trackerId = '' } = before.get(tracker.url) ?? {}
    return { ...tracker, verified: tracker.verified || verified, trackerId: tracker.trackerId || trackerId }
  })
}

/** Begins a load. `restarts`: the torrent starts again, so its session counters do too. */
export function beginLoad(record: TorrentRecord, restarts: boolean, now: number): Observed {
  const old = record.observed
  const countersBefore = noCounters()
  if (old && !restarts) {
    for (const name of counterNames) countersBefore[name] = old.countersBefore[name] + old.seen[name]
  }
  record.observed = {
    seen: {
      ...stillness,
      ...noCounters(),
      done: 0,
      knownPeers: old?.seen.knownPeers ?? 0,
      knownSeeds: old?.seen.knownSeeds ?? 0,
      candidates: old?.seen.candidates ?? 0,
      swarmSeeds: old?.seen.swarmSeeds ?? -1,
      swarmLeechers: old?.seen.swarmLeechers ?? -1,
      currentTracker: old?.seen.currentTracker ?? '',
      trackers: old?.seen.trackers ?? [],
      hasIncoming: old?.seen.hasIncoming ?? false,
    },
    knownPeers: old?.knownPeers ?? [],
    have: null,
    stamps: null,
    failedCheck: null,
    countersBefore,
    fastAt: now,
    pieceBytes: null,
  }
  return record.observed
}

/** The engine no longer has the torrent: no peers, no rates; counters keep their value. */
export function endLoad(record: TorrentRecord): void {
  if (!record.observed) return
  Object.assign(record.observed.seen, stillness)
  record.observed.seen.trackers = record.observed.seen.trackers.map((tracker) => ({ ...tracker, ...unasked }))
  record.observed.have = record.observed.stamps = null
  record.observed.pieceBytes = null
}

/** What was seen of pieces means nothing any more (recheck). */
export function forgetPieces(observed: Observed): void {
  observed.have = observed.stamps = observed.failedCheck = null
  Object.assign(observed.seen, { have: null, checked: 0 })
}

/** Session counter: since the torrent last started. */
export function counter(record: TorrentRecord, name: keyof Counters): number {
  return record.observed ? record.observed.countersBefore[name] + record.observed.seen[name] : 0
}

/** What a report changed that somebody has to act on. */
export interface Changes {
  checkBegan: boolean
  checkEnded: boolean
  /** Now every wanted piece is there, or no longer. A check that has not ended changes nothing yet. */
  finishedChanged: boolean
  /** Something that is kept changed. */
  progress: boolean
  have: boolean
}

/**
 * Takes a report into the record. `pieceBytes` is asked for only when pad files or unwanted files make it necessary.
 * The caller counts the durations up before, and handles `report.error`.
 */
export function applyReport(
  record: TorrentRecord,
  report: TorrentReport,
  pieceBytes: () => PieceBytes,
): Changes {
  const observed = record.observed
  if (!observed) throw new Error(`a report about ${record.row.v1}, which was never loaded`)
  const { seen } = observed
  const { progress } = record
  const changes: Changes = {
    checkBegan: false,
    checkEnded: false,
    finishedChanged: false,
    progress: false,
    have: false,
  }
  const down = (report.payloadDownload ?? seen.payloadDownload) - seen.payloadDownload
  const up = (report.payloadUpload ?? seen.payloadUpload) - seen.payloadUpload
  if (down > 0) progress.downloaded += down
  if (up > 0) progress.uploaded += up
  changes.progress = down > 0 || up > 0

  const { id: _, error: __, stamps, ...fields } = report
  if (fields.trackers) fields.trackers = rememberTrackers(seen.trackers, fields.trackers)
  // ever, not since this load
  if (seen.hasIncoming) fields.hasIncoming = true
  Object.assign(seen, fields)

  if (!hasMetadata(record)) return changes
  const wasFinished = progress.finished
  if (report.phase === 'checking' && progress.files !== FilesState.unchecked) {
    progress.files = FilesState.unchecked
    changes.checkBegan = changes.progress = true
  } else if (ended(report) && progress.files !== FilesState.known) {
    progress.files = FilesState.known
    seen.have ??= newBits(record.row.pieces)
    changes.checkEnded = changes.progress = true
  }
  if (report.phase === 'stopped' && progress.files === FilesState.unchecked && seen.have) {
    const sums = measure(seen.have, record.row, partly(record.row) ? pieceBytes() : null)
    observed.failedCheck = { checked: seen.checked, have: seen.have, sums }
  }
  // A torrent that was stopped by an error says so together with its last pieces.
  const looked = seen.phase === 'running' || seen.looked || observed.have !== null
  if (looked && stamps && stamps.length > 0) {
    observed.stamps = stamps
    changes.have = changes.progress = true
  }
  if (looked && seen.have && seen.have !== observed.have) {
    observed.have = seen.have
    changes.have = changes.progress = true
  }
  if (observed.have && progress.files === FilesState.known) {
    changes.progress = takeMeasure(record, observed, observed.have, pieceBytes) || changes.progress
  }
  changes.finishedChanged = wasFinished !== progress.finished
  return changes
}

/** Whether the check of what is on disk is over; a torrent may be stopped by what it found. */
const ended = ({ phase, looked }: TorrentReport) =>
  phase === 'running' || (phase === 'stopped' && looked === true)

/** Whether some bytes are padding, or of files that are not wanted. */
const partly = ({ size, total, totalWanted }: TorrentRecord['row']) => size !== total || total !== totalWanted

/** Brings the sums up to date; true when one changed. */
function takeMeasure(
  record: TorrentRecord,
  observed: Observed,
  have: Uint8Array,
  pieceBytes: () => PieceBytes,
): boolean {
  const { row, progress } = record
  if (observed.pieceBytes === null && partly(row)) observed.pieceBytes = pieceBytes()
  const sums = measure(have, row, observed.pieceBytes)
  // Blocks of unfinished pieces count too (libtorrent's total_done); `done` may be older than `have`, or newer.
  const partial = sums.haveCount === row.pieces ? 0 : Math.max(0, observed.seen.done - sums.done)
  const done = Math.min(row.total, sums.done + partial)
  const wantedPartial =
    observed.pieceBytes === null ? partial : sums.finished ? 0 : observed.seen.wantedPartial
  const wantedDone = Math.min(row.totalWanted, sums.wantedDone + wantedPartial)
  const changed =
    progress.haveCount !== sums.haveCount ||
    progress.done !== done ||
    progress.wantedDone !== wantedDone ||
    progress.finished !== sums.finished
  progress.haveCount = sums.haveCount
  progress.done = done
  progress.wantedDone = wantedDone
  progress.finished = sums.finished
  return changed
}
