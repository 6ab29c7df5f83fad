/** What the queue has to know of one torrent. */
export interface QueueEntry {
  /** Checked, downloaded or seeded? */
  kind: 'checking' | 'download' | 'seed'
  /** 0-based place among unfinished torrents, -1 when finished. */
  position: number
  /** `seed_rank`. */
  rank: number
  /** It runs already. */
  running: boolean
  /** Slow for longer than `auto_manage_startup`: takes no slot of its kind. */
  idle: boolean
}

/** libtorrent's settings for the queue: -1 is unlimited, 0 none. */
export interface QueueLimits {
  /** `active_downloads` */
  downloads: number
  /** `active_seeds` */
  seeds: number
  /** `active_limit`: downloads and seeds together. */
  all: number
  /** `active_checking` */
  checking: number
  /** `auto_manage_prefer_seeds` */
  preferSeeds: boolean
}

const slots = (limit: number) => (limit < 0 ? Number.POSITIVE_INFINITY : limit)

/**
 * Which of the auto managed torrents may run. Entries are torrents without an error whose `auto_managed` flag is set;
 * torrents without it take no slot and are not asked about.
 *
 * As in libtorrent: downloads by position, seeds by rank, downloads before seeds unless `preferSeeds`; checks have a
 * limit of their own and take no other slot; an idle torrent that runs goes on beyond its kind's limit but counts for
 * the limit of all.
 */
export function grantSlots<E extends QueueEntry>(entries: readonly E[], limits: QueueLimits): Set<E> {
  const granted = new Set<E>()
  const kinds = { checking: [] as E[], download: [] as E[], seed: [] as E[] }
  for (const entry of entries) kinds[entry.kind].push(entry)

  kinds.checking.sort(byPosition)
  for (const entry of kinds.checking.slice(0, slots(limits.checking))) granted.add(entry)

  kinds.download.sort(byPosition)
  kinds.seed.sort(byRank)
  let left = slots(limits.all)
  const grant = (list: readonly E[], limit: number) => {
    let free = slots(limit)
    for (const entry of list) {
      if (left <= 0) return
      if (entry.running && entry.idle) {
        left--
      } else if (free > 0) {
        left--
        free--
      } else {
        continue
      }
      granted.add(entry)
    }
  }
  if (limits.preferSeeds) grant(kinds.seed, limits.seeds)
  grant(kinds.download, limits.downloads)
  if (!limits.preferSeeds) grant(kinds.seed, limits.seeds)
  return granted
}

function byPosition(a: QueueEntry, b: QueueEntry): number {
  return a.position - b.position
}

/** Equal ranks: the one that runs goes on. */
function byRank(a: QueueEntry, b: QueueEntry): number {
  return b.rank - a.rank || Number(b.running) - Number(a.running)
}
