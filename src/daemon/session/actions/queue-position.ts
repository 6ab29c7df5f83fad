import type { QueueMove } from '../queue/order.ts'
import type { Session } from '../session.ts'
import type { TorrentRecord } from '../torrent/record.ts'

/**
 * Moves a torrent in the queue; durable when it returns. Nothing changes at the ends and for finished torrents. Returns
 * the place it has then, -1 when finished.
 */
export function moveInQueue(session: Session, record: TorrentRecord, to: QueueMove): number {
  const { queue, store } = session
  queue.settle()
  const keys = queue.keysFor(record, to)
  if (keys.size === 0) return record.queue.position
  store.transaction(() => {
    for (const [moved, queueKey] of keys) store.updateTorrent(moved.row.id, { queueKey })
  })
  for (const [moved, queueKey] of keys) moved.row.queueKey = queueKey
  queue.reorder()
  session.scheduler.request()
  return record.queue.position
}
