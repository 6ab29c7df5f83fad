import type { Session } from './session.ts'
import type { TorrentRecord } from './torrent/record.ts'

/** Position and progress are saved one after the other; a process that died in between left one of them behind. */
export function repairQueue(session: Session, records: readonly TorrentRecord[]): void {
  for (const record of records) {
    const queued = record.row.queueKey !== null
    if (queued !== record.progress.finished) continue
    if (queued) {
      session.queue.remove(record)
      session.change(record, { queueKey: null })
    } else {
      session.change(record, { queueKey: session.queue.newKey() })
      session.queue.append(record)
    }
  }
}
