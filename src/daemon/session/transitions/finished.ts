import { tell } from '../events.ts'
import type { Session } from '../session.ts'
import { finishedAnnounced, flagBit, hasFlag, pausedFlags, resumeGivesBackToQueue } from '../torrent/flags.ts'
import { counter } from '../torrent/observed.ts'
import type { TorrentRecord } from '../torrent/record.ts'

/**
 * Has the rest of the record follow `progress.finished` after it changed: the place in the queue, the times, and the event
 * `torrent_finished`.
 */
export function finishedChanged(session: Session, record: TorrentRecord): void {
  const { progress, row } = record
  // Porla's rule: the event comes once in a torrent's life, and not when a check found every piece.
  const say =
    progress.finished && (row.flags & finishedAnnounced) === 0 && counter(record, 'payloadDownload') > 0
  if (progress.finished) {
    if (progress.completedTime === 0) progress.completedTime = session.clock.time()
    session.queue.remove(record)
    session.note(record, { queueKey: null, ...(say && { flags: row.flags | finishedAnnounced }) })
  } else {
    progress.finishedMs = record.clock.finishedMsAtStart
    session.note(record, { queueKey: session.queue.newKey() })
    session.queue.append(record)
  }
  session.saver.trySave(record)
  session.scheduler.request()
  if (say) tell(session.events, 'torrent_finished', record)
}

/**
 * Carries out the flag `stop_when_ready` of a torrent whose files were looked at: the torrent is paused, is no longer auto
 * managed, and loses the flag.
 */
export function stopWhenReady(session: Session, record: TorrentRecord): void {
  if (!hasFlag(record.row.flags, 'stop_when_ready')) return
  const flags = pausedFlags(record.row.flags) & ~(resumeGivesBackToQueue | flagBit.stop_when_ready)
  session.note(record, { flags })
  session.touch(record)
}
