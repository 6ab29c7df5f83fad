import type { Announces, TorrentRecord } from '../torrent/record.ts'
import type { QueueEntry } from './slots.ts'

/** libtorrent's active_tracker_limit, active_dht_limit and active_lsd_limit; less than 0 is unlimited. */
export type AnnounceLimits = { readonly [K in keyof Announces]: number }

/**
 * Which of the torrents that the queue lets run may announce: the first so many, in the order in which they got their
 * slots. Those that are being checked announce nothing anyway, and take no place.
 */
export function grantAnnounces<E extends QueueEntry>(
  granted: Iterable<E>,
  limits: AnnounceLimits,
): Map<E, Announces> {
  const may = new Map<E, Announces>()
  let place = 0
  const within = (limit: number) => limit < 0 || place < limit
  for (const entry of granted) {
    if (entry.kind === 'checking') continue
    may.set(entry, { trackers: within(limits.trackers), dht: within(limits.dht), lsd: within(limits.lsd) })
    place++
  }
  return may
}

/** Keeps it, and says whether that changes something. */
export function setAnnounces(record: TorrentRecord, may: Announces): boolean {
  const old = record.queue.announces
  if (old.trackers === may.trackers && old.dht === may.dht && old.lsd === may.lsd) return false
  record.queue.announces = may
  return true
}
