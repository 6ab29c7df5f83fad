/** Seconds that unused attempts may be saved up. */
const burst = 0.25

/**
 * How fast a session calls peers: connection_speed attempts a second over all torrents. Who is refused is called back
 * when there is room, one after the other.
 */
export class DialPace {
  #rate = 0
  #tokens = 0
  #filledAt = 0
  readonly #waiting = new Set<() => void>()
  #timer: NodeJS.Timeout | null = null

  /** Attempts a second; 0 is none at all. */
  setRate(rate: number): void {
    this.#fill()
    this.#rate = rate
    this.#tokens = Math.min(Math.max(this.#tokens, 1), this.#most)
    this.#schedule()
  }

  /** Nobody may call. */
  get closed(): boolean {
    return this.#rate <= 0
  }

  /** True when an attempt may be made now; else `again` is called, once, when it is worth asking again. */
  take(again: () => void): boolean {
    this.#fill()
    if (this.#tokens >= 1 && this.#rate > 0) {
      this.#tokens -= 1
      return true
    }
    this.#waiting.add(again)
    this.#schedule()
    return false
  }

  /** Whoever waits under this name is no longer interested. */
  forget(again: () => void): void {
    this.#waiting.delete(again)
  }

  get #most(): number {
    return Math.max(1, this.#rate * burst)
  }

  #fill(): void {
    const now = performance.now()
    this.#tokens = Math.min(this.#most, this.#tokens + ((now - this.#filledAt) / 1000) * this.#rate)
    this.#filledAt = now
  }

  #schedule(): void {
    if (this.#timer !== null || this.#waiting.size === 0 || this.#rate <= 0) return
    const waitMs = Math.max(5, ((1 - this.#tokens) / this.#rate) * 1000)
    this.#timer = setTimeout(() => this.#serve(), Math.min(waitMs, 1000))
    this.#timer.unref()
  }

  #serve(): void {
    this.#timer = null
    this.#fill()
    // whoever asks again and is refused goes to the end of the line
    for (const again of [...this.#waiting].slice(0, Math.floor(this.#tokens))) {
      this.#waiting.delete(again)
      again()
    }
    this.#schedule()
  }
}
