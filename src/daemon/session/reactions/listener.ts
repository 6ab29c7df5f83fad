import { MetainfoError, parseInfo, torrentFileOf } from '../../../metainfo/index.ts'
import type { EngineListener, LastReport, TorrentReport } from '../../engine/protocol.ts'
import { FilesState } from '../../state/rows.ts'
import { dropLater } from '../actions/merge.ts'
import { tell } from '../events.ts'
import { noteSpeed } from '../queue/idle.ts'
import type { Session } from '../session.ts'
import { countUp } from '../torrent/durations.ts'
import {
  acceptsGone,
  errorKinds,
  finishedSaid,
  flagBit,
  givesBack,
  goesOn,
  hasFlag,
  pausedFlags,
} from '../torrent/flags.ts'
import { noteTimes } from '../torrent/last-times.ts'
import { applyReport, counter } from '../torrent/observed.ts'
import { hasMetadata, type TorrentRecord } from '../torrent/record.ts'
import { takeError, withoutError } from '../transitions/errors.ts'
import { learnMetadata } from '../transitions/metadata.ts'
import { recheck } from '../transitions/recheck.ts'
import { finishRemovals } from '../transitions/removals.ts'
import { wake } from './incoming-call.ts'

/** What a session does with what its engine says. Nothing here may throw: nobody would catch it. */
export function listenerOf(session: Session): EngineListener {
  const guarded =
    <A extends unknown[]>(work: (...args: A) => void) =>
    (...args: A) => {
      try {
        work(...args)
      } catch (error) {
        session.log.error(`session ${session.name}: ${(error as Error).stack ?? error}`)
      }
    }
  let down = false
  return {
    report: guarded((report) => {
      const record = session.records.byV1(report.id)
      // Late words about a torrent that was removed, or added again since.
      if (record?.live && (record.loaded || record.busy)) takeReport(session, record, report)
    }),
    metadata: guarded((id, info) => {
      const record = session.records.byV1(id)
      if (record && !hasMetadata(record)) takeMetadata(session, record, info)
    }),
    wanted: guarded((which) => wake(session, which)),
    lost: guarded((reason) => {
      session.log.warning(`session ${session.name}: the engine is gone: ${reason}`)
      session.runner.lost(session.records)
      // Each further try to start it would say the same.
      if (!down) session.events({ event: 'engine_down', session: session.name, error: reason })
      down = true
    }),
    ready: guarded(() => {
      if (down) session.events({ event: 'engine_up', session: session.name })
      down = false
      session.runner.ready(session.records)
      finishRemovals(session, session.unfinishedRemovals.splice(0))
    }),
  }
}

/** Takes a report in, keeps what may not get lost, and lets the queue answer. */
export function takeReport(session: Session, record: TorrentRecord, report: TorrentReport): void {
  countUp(record, session.clock.now())
  noteSpeed(record, session.settings, session.clock.now())
  const told = record.restart === null ? report : whatRemains(record, report)
  if (record.live) session.traffic.add(record.live.seen, told)
  const timesChanged = noteTimes(record, told, session.clock.time())
  const changes = applyReport(record, told, () => session.pieceBytes(record))
  if (changes.progress || timesChanged) session.saver.mark(record, changes.have)
  if (changes.checkBegan || changes.checkEnded) session.scheduler.request()
  if (changes.finishedChanged) finishedChanged(session, record)
  if (changes.checkEnded) {
    // What could not be read for a peer has been looked at.
    if ((record.row.flags & goesOn) !== 0) session.note(record, withoutError(record.row, record.row.flags))
    stopWhenReady(session, record)
  }
  if (hasFlag(record.row.flags, 'seed_mode')) reviewTrust(session, record, changes.checkBegan)
  if (told.phase === 'running' && (record.row.flags & acceptsGone) !== 0)
    session.note(record, { flags: record.row.flags & ~acceptsGone })
  if (told.doubt) lookAgain(session, record)
  if (told.error) {
    takeError(session, record, told.error, record.live?.seen.phase === 'stopped')
  }
}

/**
 * Seed mode ends when the engine does not trust the files, when every piece has proved right, and with a check when one
 * has not.
 */
function reviewTrust(session: Session, record: TorrentRecord, checkBegan: boolean): void {
  const { phase, trust } = record.live!.seen
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
  record.restart = 'continue'
  session.touch(record)
}

/**
 * The last report of a torrent that left the engine: it may have been stopped before it had looked at its files, and
 * an error in it may have been cleared since.
 */
export function takeLastReport(session: Session, record: TorrentRecord, report: LastReport): void {
  const { phase, error: _, known, ...rest } = report
  if (record.live && known) record.live.known = known
  takeReport(session, record, { ...rest, ...(phase === 'running' && { phase }) })
}

/**
 * What a torrent that is about to start anew says of its state is out of date, and of pieces too unless it only goes on
 * with another task.
 */
function whatRemains(record: TorrentRecord, report: TorrentReport): TorrentReport {
  const { id, payloadDownload, payloadUpload, have, stamps, looked } = report
  const pieces = record.restart === 'continue' && record.live?.have != null
  return {
    id,
    ...(payloadDownload !== undefined && { payloadDownload }),
    ...(payloadUpload !== undefined && { payloadUpload }),
    ...(pieces && have !== undefined && { have }),
    ...(pieces && stamps !== undefined && { stamps }),
    ...(pieces && looked !== undefined && { looked }),
  }
}

/** Every wanted piece is there now, or no longer: a place in the queue, times and an event follow. */
export function finishedChanged(session: Session, record: TorrentRecord): void {
  const { progress, row } = record
  // Porla's rule: not when a check found everything, and once in a torrent's life.
  const say = progress.finished && (row.flags & finishedSaid) === 0 && counter(record, 'payloadDownload') > 0
  if (progress.finished) {
    if (progress.completedTime === 0) progress.completedTime = session.clock.time()
    session.queue.remove(record)
    session.note(record, { queueKey: null, ...(say && { flags: row.flags | finishedSaid }) })
  } else {
    progress.finishedMs = record.finishedMsAtStart
    session.note(record, { queueKey: session.queue.newKey() })
    session.queue.append(record)
  }
  session.saver.trySave(record)
  session.scheduler.request()
  if (say) tell(session.events, 'torrent_finished', record)
}

/** The flag: pause and leave the queue's hands once it is known what is on disk; it clears itself. */
export function stopWhenReady(session: Session, record: TorrentRecord): void {
  if (!hasFlag(record.row.flags, 'stop_when_ready')) return
  const flags = pausedFlags(record.row.flags) & ~(givesBack | flagBit.stop_when_ready)
  session.note(record, { flags })
  session.touch(record)
}

/** A magnet's info dictionary arrived: from now on the torrent is as if it had been added with its file. */
function takeMetadata(session: Session, record: TorrentRecord, info: Uint8Array): void {
  const { row, progress } = record
  try {
    const { infoHash, private: secret } = parseInfo(info)
    if (infoHash[0] !== row.v1 || (row.v2 !== null && infoHash[1] !== row.v2))
      throw new MetainfoError('the metadata does not have the info hash')
    if (secret) dropLater(session, record)
    const hints = session.store.hints(row.id)
    const metainfo = parseInfo(info, hints)
    // The engine checks what is on disk next and says so.
    learnMetadata(session, record, {
      metainfo,
      torrentFile: torrentFileOf(info, hints.trackers, hints.webSeeds),
      files: FilesState.unchecked,
    })
    session.saver.mark(record)
    session.log.info(`session ${session.name}: the metadata of ${row.name} arrived`)
  } catch (error) {
    session.log.warning(`session ${session.name}: the metadata of ${row.v1}: ${(error as Error).message}`)
    session.note(record, { error: (error as Error).message, errorFile: null, flags: row.flags & ~errorKinds })
    session.touch(record)
  }
  if (progress.files === FilesState.unchecked) session.scheduler.request()
}
