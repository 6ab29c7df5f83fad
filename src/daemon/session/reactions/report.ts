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

/**
 * Takes a report of the engine into the record, has it saved, and asks for a run of the queue where that may change who
 * has a slot.
 */
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
    // The error was told of a running torrent (bytes that could not be read for a peer). The check has read them all.
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
 * Ends libtorrent's seed mode: when the engine checks the files, when every piece was hashed and right, or when a piece was
 * wrong. In the last case all pieces are checked.
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

/** A file is gone or was changed by another program. The next load compares all files and checks those that changed. */
function lookAgain(session: Session, record: TorrentRecord): void {
  const name = record.row.name || record.row.v1
  session.log.warning(
    `session ${session.name}: ${name}: a file is gone or was changed: the files are looked at`,
  )
  session.reload(record, 'continue')
}

/**
 * Takes in the last report of a torrent that left the engine. Its phase counts only when the torrent was running: it may
 * have left before the engine had looked at its files. Its error does not count: it may have been cleared since.
 */
export function takeLastReport(session: Session, record: TorrentRecord, report: LastReport): void {
  const { phase, error: _, known, ...rest } = report
  if (record.observed && known) record.observed.knownPeers = known
  takeReport(session, record, { ...rest, ...(phase === 'running' && { phase }) })
}

/**
 * What counts in a report of a torrent that is about to leave the engine and come back. Its phase and its error are those
 * of the old task. Its pieces count when the new task goes on with them.
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
