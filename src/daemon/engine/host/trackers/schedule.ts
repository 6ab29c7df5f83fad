/** What decides whether a tracker is asked. Times are milliseconds of one clock. */
export interface Scheduled {
  tier: number
  /** Failures in a row. */
  fails: number
  /** Given up after so many; 0 never. */
  failLimit: number
  updating: boolean
  nextAt: number
  /** Not before, whatever is asked for. */
  minAt: number
}

export interface Choice {
  /** Every tracker of a tier, not the first that works. */
  everyTracker: boolean
  /** Every tier, not the first that works. */
  everyTier: boolean
}

const works = (tracker: Scheduled) => tracker.fails === 0
const givenUp = ({ fails, failLimit }: Scheduled) => failLimit > 0 && fails >= failLimit

/**
 * Which trackers to ask now, in their order. As in libtorrent: the first that works, beside those before it whose
 * back-off is over; the next tier only when a tier has none that works.
 */
export function dueTrackers<T extends Scheduled>(trackers: readonly T[], choice: Choice, now: number): T[] {
  const due: T[] = []
  walk(trackers, choice, (tracker) => {
    const may = now >= tracker.nextAt && now >= tracker.minAt && !givenUp(tracker) && !tracker.updating
    if (may) due.push(tracker)
    // one that is not due is as good as asked, if it works
    return may || works(tracker)
  })
  return due
}

/** When to look again; Infinity when nothing is to come. Those that are being asked will be heard of. */
export function nextLook(trackers: readonly Scheduled[], choice: Choice): number {
  let next = Number.POSITIVE_INFINITY
  walk(trackers, choice, (tracker) => {
    if (!givenUp(tracker) && !tracker.updating) next = Math.min(next, Math.max(tracker.nextAt, tracker.minAt))
    return works(tracker) || tracker.updating
  })
  return next
}

/** `visit` says whether the tracker counts as asked. */
function walk<T extends Scheduled>(
  trackers: readonly T[],
  choice: Choice,
  visit: (tracker: T) => boolean,
): void {
  const { everyTracker, everyTier } = choice
  let tier = Number.POSITIVE_INFINITY
  let found = false
  for (const tracker of trackers) {
    if (tracker.tier > tier && !everyTier) return
    if (everyTier && !everyTracker && found && tracker.tier <= tier && tier !== Number.POSITIVE_INFINITY)
      continue
    if (works(tracker)) {
      tier = tracker.tier
      found = false
    }
    if (visit(tracker)) found = true
    if (works(tracker) && found && !everyTracker && !everyTier) return
  }
}

/** libtorrent's delays after a failure, s. */
const shortest = 5
const longest = 3600

/**
 * Seconds until a tracker that failed `fails` times in a row is asked again: 17, 55, 117, 205, ... up to an hour with
 * a tracker_backoff of 250 (percent). `retryAfter` is what the tracker itself asked for.
 */
export function backoffSeconds(fails: number, backoff: number, retryAfter: number): number {
  return Math.max(
    retryAfter,
    Math.min(longest, Math.floor(shortest + (fails * fails * shortest * backoff) / 100)),
  )
}
