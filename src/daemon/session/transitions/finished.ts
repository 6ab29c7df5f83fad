import { tell } from '../events.ts'
import type { Session } from '../session.ts'
import { finishedAnnounced, flagBit, hasFlag, pausedFlags, resumeGivesBackToQueue } from '../torrent/flags.ts'
import { counter } from '../torrent/observed.ts'
import type { TorrentRecord } from '../torrent/record.ts'

/** Every wanted piece is there now, or no longer: a place in the queue, times and an event follow. */
export function finishedChanged(session: Session, record: TorrentRecord): void {
  const { progress, row } = record
  // Porla's rule: not when a check found everything, and once in a torrent's life.
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

/** The flag: pause and leave the queue's hands once it is known what is on disk; it clears itself. */
export function stopWhenReady(session: Session, record: TorrentRecord): void {
  if (!hasFlag(record.row.flags, 'stop_when_ready')) return
  const flags = pausedFlags(record.row.flags) & ~(resumeGivesBackToQueue | flagBit.stop_when_ready)
  session.note(record, { flags })
  session.touch(record)
}
