interface Waiter {
  bytes: number
  go: () => void
}

/** Owner of what nobody owns. */
const nobody = {}

/** How long a bucket may save up, seconds. */
const burst = 0.25

/**
 * A token bucket: lets `rate` bytes a second through. Those who wait take turns, so that one who asks for much at once
 * does not keep the others waiting; what one asks for comes in order. It goes into debt for what is larger than its
 * content and then waits that off, so the rate holds for any size.
 */
export class Bucket {
  /** 0: no limit. */
  #rate = 0
  #tokens = 0
  #filledAt = 0
  /** What each owner waits for; whose turn it is comes first. */
  readonly #waiting = new Map<object, Waiter[]>()
  #timer: NodeJS.Timeout | null = null

  /** Bytes a second; 0 or less is no limit. Takes effect at once, also for those who wait. */
  setRate(rate: number): void {
    this.#fill()
    const before = this.#rate
    this.#rate = Math.max(0, rate)
    if (before === 0) this.#tokens = this.#rate * burst
    this.#tokens = Math.min(this.#tokens, this.#rate * burst)
    // an old debt, at another rate, must not hold up the new one for long
    this.#tokens = Math.max(this.#tokens, -this.#rate)
    this.#serve()
  }

  get limited(): boolean {
    return this.#rate > 0
  }

  /**
   * Asks for `bytes`: true when they may pass at once, else `go` is called when they may. `owner` takes turns with
   * the other owners, and is the name under which those who wait can be let go (`release`).
   */
  take(bytes: number, owner: object | null, go: () => void): boolean {
    if (this.#rate === 0) return true
    this.#fill()
    if (this.#waiting.size === 0 && this.#tokens > 0) {
      this.#tokens -= bytes
      return true
    }
    const name = owner ?? nobody
    const turn = this.#waiting.get(name)
    if (turn === undefined) this.#waiting.set(name, [{ bytes, go }])
    else turn.push({ bytes, go })
    this.#schedule()
    return false
  }

  /** Counts bytes that have passed already. */
  charge(bytes: number): void {
    if (this.#rate === 0) return
    this.#fill()
    this.#tokens -= bytes
  }

  /** Lets all who wait under this name pass at once, uncounted: their connection is closing. */
  release(owner: object): void {
    const found = this.#waiting.get(owner) ?? []
    this.#waiting.delete(owner)
    for (const waiter of found) waiter.go()
  }

  /** How much is let through in one piece, so that a low rate flows and does not come in gusts. Bytes. */
  get portion(): number {
    return this.#rate === 0 ? Number.POSITIVE_INFINITY : Math.max(2048, Math.floor(this.#rate / 10))
  }

  #fill(): void {
    const now = performance.now()
    const gained = ((now - this.#filledAt) / 1000) * this.#rate
    this.#filledAt = now
    // while somebody waits nothing is saved up: a late timer on a busy machine must not cost them their share
    const most = this.#waiting.size > 0 ? this.#rate : this.#rate * burst
    this.#tokens = Math.min(this.#tokens + gained, most)
  }

  #serve(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#fill()
    while (this.#waiting.size > 0 && (this.#rate === 0 || this.#tokens > 0)) {
      const waiter = this.#next()
      this.#tokens -= waiter.bytes
      waiter.go()
    }
    this.#schedule()
  }

  /** Takes out what is next: the first of the owner whose turn it is, who then goes to the end. */
  #next(): Waiter {
    const [owner, turn] = this.#waiting.entries().next().value as [object, Waiter[]]
    const waiter = turn.shift() as Waiter
    this.#waiting.delete(owner)
    if (turn.length > 0) this.#waiting.set(owner, turn)
    return waiter
  }

  #schedule(): void {
    if (this.#timer !== null || this.#waiting.size === 0) return
    const waitMs = Math.max(1, Math.ceil((-this.#tokens / this.#rate) * 1000))
    this.#timer = setTimeout(() => this.#serve(), Math.min(waitMs, 1000))
    this.#timer.unref()
  }
}

/** Asks several buckets one after the other; true when all let the bytes pass at once. */
export function takeFromAll(
  buckets: readonly Bucket[],
  bytes: number,
  owner: object,
  go: () => void,
): boolean {
  for (const [index, bucket] of buckets.entries()) {
    const later = () => {
      if (takeFromAll(buckets.slice(index + 1), bytes, owner, go)) go()
    }
    if (!bucket.take(bytes, owner, later)) return false
  }
  return true
}
