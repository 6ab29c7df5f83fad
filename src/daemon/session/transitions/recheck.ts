import { FilesState } from '../../state/rows.ts'
import type { Session } from '../session.ts'
import { countUp } from '../torrent/durations.ts'
import { flagBit, wantsEveryFile } from '../torrent/flags.ts'
import { forgetPieces } from '../torrent/observed.ts'
import { countsAsSeed, hasMetadata, isChecking, isSeed } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { accepting, withoutError } from './errors.ts'

/**
 * Forgets which pieces are there and hashes everything again, at the end of the queue; clears the error. No effect
 * before metadata and while a check is pending. A paused torrent waits with it. As in libtorrent, one that was a seed wants
 * every file afterwards.
 */
export function recheck(session: Session, record: TorrentRecord): void {
  const { row, progress } = record
  if (!hasMetadata(record)) return
  const hashesAll = isChecking(record) && session.store.have(row.id) === null
  if (hashesAll && row.error === null) return
  countUp(record, session.clock.now())
  const forgotten = {
    ...progress,
    files: FilesState.unchecked,
    haveCount: 0,
    done: 0,
    wantedDone: 0,
    finished: false,
    finishedMs: progress.finished ? record.clock.finishedMsAtStart : progress.finishedMs,
  }
  const flags = accepting(row.flags) & ~flagBit.seed_mode
  const wasSeed = isSeed(record)
  record.files.wasSeed = wasSeed || countsAsSeed(record)
  const changes = {
    ...withoutError(row, wasSeed ? flags | wantsEveryFile : flags),
    ...(wasSeed && { totalWanted: row.total }),
    queueKey: session.queue.newKey(),
  }
  session.change(record, changes, () => {
    session.store.saveHave(row.id, null)
    session.store.saveProgress(row.id, forgotten)
  })
  Object.assign(progress, forgotten)
  record.unsaved.have = false
  if (record.observed) {
    forgetPieces(record.observed)
    record.observed.pieceBytes = null
  }
  session.queue.remove(record)
  session.queue.append(record)
  session.reload(record, 'anew')
}
