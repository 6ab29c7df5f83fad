import { createHash } from 'node:crypto'
import type { Wanted } from '../../engine/protocol.ts'
import type { Session } from '../session.ts'
import { isManaged, isStopped } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'

/** How an encrypted handshake names each torrent, computed when it is first asked for. */
const secrets = new WeakMap<TorrentRecord, string>()

/**
 * A peer called for a torrent that does not run: if it waits in the queue it starts, whatever the limits
 * (libtorrent: incoming_starts_queued_torrents). This call is lost; the peer's next one is answered.
 */
export function wake(session: Session, which: Wanted): void {
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
