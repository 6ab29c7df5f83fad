import { createHash } from 'node:crypto'
import type { IncomingForUnloaded } from '../../engine/protocol.ts'
import type { Session } from '../session.ts'
import { isManaged, isStopped } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'

/** The hash by which an encrypted handshake names each torrent. Computed when the first such handshake comes. */
const secrets = new WeakMap<TorrentRecord, string>()

/**
 * A peer dialled us for a torrent that the engine does not have. If the torrent waits in the queue, it starts beside the
 * limits of the queue (libtorrent: incoming_starts_queued_torrents). The connection itself is lost; the peer's next one
 * finds the torrent.
 */
export function takeIncomingCall(session: Session, which: IncomingForUnloaded): void {
  if (!session.settings.flag('incoming_starts_queued_torrents')) return
  const record = 'id' in which ? session.records.byV1(which.id) : bySecret(session.records, which.secret)
  if (!record || !isManaged(record) || isStopped(record) || record.queue.hasSlot) return
  session.scheduler.wake(record)
  session.touch(record)
}

function bySecret(records: Iterable<TorrentRecord>, secret: string): TorrentRecord | undefined {
  for (const record of records) if (secretOf(record) === secret) return record
  return undefined
}

/** SHA-1 of "req2" and the info hash, as the message stream encryption has it. */
function secretOf(record: TorrentRecord): string {
  let secret = secrets.get(record)
  if (secret === undefined) {
    secret = createHash('sha1').update('req2').update(record.row.v1, 'hex').digest('hex')
    secrets.set(record, secret)
  }
  return secret
}
