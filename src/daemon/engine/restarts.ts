/** Delay before the second start in a row that failed; the first is tried again at once. It doubles up to the most. */
const firstDelayMs = 200
/** Longest delay for a host that never answers: something of this machine must change first. */
const mostBrokenMs = 30_000
/** Longest delay for one that ran: what ended it came from outside, and waiting would keep all its torrents down. */
const mostRanMs = 5000
/** So many ends of hosts that ran are followed by a start at once. */
const atOnce = 3
/** A host that ran for this long was healthy: what was before counts no more. */
const healthyMs = 60_000

/**
 * When a host that ended is started again. A broken start (a missing file, no memory, no descriptors) is told from a host
 * that ran and was ended by what it was sent.
 */
export class Restarts {
  #broken = 0
  #ends = 0

  /** `ranMs`: how long it ran, null when it never answered. Answers with the delay, ms. */
  next(ranMs: number | null): number {
    if (ranMs === null) return doubled(this.#broken++, mostBrokenMs)
    this.#broken = 0
    if (ranMs >= healthyMs) this.#ends = 0
    return doubled(Math.max(0, ++this.#ends - atOnce), mostRanMs)
  }
}

/** 0, 200, 400, ... ms. */
function doubled(times: number, most: number): number {
  return times === 0 ? 0 : Math.min(most, firstDelayMs * 2 ** (times - 1))
}
