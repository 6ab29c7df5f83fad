import { parseTorrent } from '../../../metainfo/index.ts'
import type { LastReport, TorrentReport } from '../../engine/protocol.ts'
import { noteSpeed } from '../queue/idle.ts'
import type { Session } from '../session.ts'
import { countUp } from '../torrent/durations.ts'
import { wantedFiles } from '../torrent/file-priorities.ts'
import { acceptsGone, errorTolerated, flagBit, hasFlag } from '../torrent/flags.ts'
import { noteTimes } from '../torrent/last-times.ts'
import { applyReport } from '../torrent/observed.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { pieceBytesOf } from '../torrent/sizes.ts'
import { takeError, withoutError } from '../transitions/errors.ts'
import { finishedChanged, stopWhenReady } from '../transitions/finished.ts'
import { recheck } from '../transitions/recheck.ts'

/** Takes a report in, keeps what may not get lost, and lets the queue answer. */
export function takeReport(session: Session, record: TorrentRecord, report: TorrentReport): void {
  countUp(record, session.clock.now())
  noteSpeed(record, session.settings, session.clock.now())
  const told = record.engine.reload === null ? report : whatRemains(record, report)
  if (record.observed) session.traffic.add(record.observed.seen, told)
  const timesChanged = noteTimes(record, told, session.clock.time())
  const changes = applyReport(record, told, () =>
    pieceBytesOf(parseTorrent(session.torrentFile(record)!), wantedFiles(record.row)),
  )
  if (changes.progress || timesChanged) session.saver.mark(record, changes.have)
  if (changes.checkBegan || changes.checkEnded) session.scheduler.request()
  if (changes.finishedChanged) finishedChanged(session, record)
  if (changes.checkEnded) {
    // What could not be read for a peer has been looked at.
    if ((record.row.flags & errorTolerated) !== 0)
      session.note(record, withoutError(record.row, record.row.flags))
    stopWhenReady(session, record)
  }
  if (hasFlag(record.row.flags, 'seed_mode')) reviewTrust(session, record, changes.checkBegan)
  if (told.phase === 'running' && (record.row.flags & acceptsGone) !== 0)
    session.note(record, { flags: record.row.flags & ~acceptsGone })
  if (told.doubt) lookAgain(session, record)
  if (told.error) {
    takeError(session, record, told.error, record.observed?.seen.phase === 'stopped')
  }
}

/**
 * Seed mode ends when the engine does not trust the files, when every piece has proved right, and with a check when one
 * has not.
 */
function reviewTrust(session: Session, record: TorrentRecord, checkBegan: boolean): void {
  const { phase, trust } = record.observed!.seen
  if (trust === 'broken') {
    const name = record.row.name || record.row.v1
    session.log.warning(
      `session ${session.name}: ${name}: a piece is not what the torrent says: all are checked`,
    )
    recheck(session, record)
  } else if (checkBegan || (phase === 'running' && trust !== 'given')) {
    session.note(record, { flags: record.row.flags & ~flagBit.seed_mode })
  }
}

/** A file is gone or was changed by somebody else: a new load compares all of them and checks what it must. */
function lookAgain(session: Session, record: TorrentRecord): void {
  const name = record.row.name || record.row.v1
  session.log.warning(
    `session ${session.name}: ${name}: a file is gone or was changed: the files are looked at`,
  )
  session.reload(record, 'continue')
}

/**
 * The last report of a torrent that left the engine: it may have been stopped before it had looked at its files, and
 * an error in it may have been cleared since.
 */
export function takeLastReport(session: Session, record: TorrentRecord, report: LastReport): void {
  const { phase, error: _, known, ...rest } = report
  if (record.observed && known) record.observed.knownPeers = known
  takeReport(session, record, { ...rest, ...(phase === 'running' && { phase }) })
}

/**
 * What a torrent that is about to start anew says of its state is out of date, and of pieces too unless it only goes on
 * with another task.
 */
function whatRemains(record: TorrentRecord, report: TorrentReport): TorrentReport {
  const { id, payloadDownload, payloadUpload, have, stamps, looked } = report
  const pieces = record.engine.reload === 'continue' && record.observed?.have != null
  return {
    id,
    ...(payloadDownload !== undefined && { payloadDownload }),
    ...(payloadUpload !== undefined && { payloadUpload }),
    ...(pieces && have !== undefined && { have }),
    ...(pieces && stamps !== undefined && { stamps }),
    ...(pieces && looked !== undefined && { looked }),
  }
}
