import { longestTimerMs } from '../../../../program/longest-timer.ts'
import { within } from '../../concurrency.ts'

/** No two turns are closer together, ms, but for the first of each. */
const shortestGapMs = 1000
/** First turns keep this distance, ms. */
const firstGapMs = 20
/** The next one does not wait longer than this for the one before it, ms. */
const patienceMs = 4000

/**
 * Lets each of many things have its turn once in an interval, spread evenly, with one timer for all. A new one is next.
 * (libtorrent announces to the DHT and to the local network like this.)
 */
export class Turns<T> {
  readonly #act: (one: T) => Promise<void> | void
  #intervalMs: number
  /** In order of their turns. */
  readonly #all = new Set<T>()
  /** Those that had none. */
  readonly #first = new Set<T>()
  #timer: NodeJS.Timeout | null = null
  #running = false
  #busy = false
  #lastAt = Number.NEGATIVE_INFINITY

  constructor(intervalMs: number, act: (one: T) => Promise<void> | void) {
    this.#intervalMs = intervalMs
    this.#act = act
  }

  get intervalMs(): number {
    return this.#intervalMs
  }

  setInterval(ms: number): void {
    this.#intervalMs = ms
    this.#schedule()
  }

  add(one: T): void {
    if (this.#all.has(one)) return
    this.#all.add(one)
    this.soon(one)
  }

  delete(one: T): void {
    this.#all.delete(one)
    this.#first.delete(one)
    this.#schedule()
  }

  has(one: T): boolean {
    return this.#all.has(one)
  }

  /** It is next, as if it were new. */
  soon(one: T): void {
    if (!this.#all.has(one)) return
    this.#first.add(one)
    this.#schedule()
  }

  /** Begins, with a turn for everything at once. */
  start(): void {
    this.#running = true
    for (const one of this.#all) this.#first.add(one)
    this.#schedule()
  }

  stop(): void {
    this.#running = false
    this.#schedule()
  }

  #schedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (!this.#running || this.#busy || this.#all.size === 0) return
    const even = Math.max(shortestGapMs, this.#intervalMs / this.#all.size)
    const gap = this.#first.size > 0 ? firstGapMs : even
    const wait = Math.max(0, this.#lastAt + gap - performance.now())
    // setTimeout fires at once for more than 2^31 - 1 ms
    this.#timer = setTimeout(() => void this.#turn(), Math.min(wait, longestTimerMs))
  }

  async #turn(): Promise<void> {
    const [one] = this.#first.size > 0 ? this.#first : this.#all
    if (one === undefined) return
    this.#timer = null
    this.#lastAt = performance.now()
    this.#first.delete(one)
    this.#all.delete(one)
    this.#all.add(one)
    this.#busy = true
    try {
      await within(Promise.resolve(this.#act(one)), patienceMs)
    } finally {
      this.#busy = false
      this.#schedule()
    }
  }
}
