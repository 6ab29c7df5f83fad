import { beatMs } from './host-times.ts'

/** A host as its heartbeat sees it. */
export interface Beating {
  /** It has said something since this was last set to false. */
  heard: boolean
  /** Asks it to say something. */
  ask(): void
  /** How long it has waited for a core in its life, ms. */
  starvedMs(): number
  /** It hangs. */
  silent(): void
}

/**
 * Notices a host that hangs: it is asked every two seconds, and whatever it says counts. A daemon that was stopped or
 * had no turn itself (SIGSTOP, a suspended machine, one that swaps) cannot tell, so of the time between two looks only
 * what should have passed is counted. Nor does a host hang that is not given a core by a machine that has too much to do:
 * the time for which it waited for one is taken off.
 */
export class Heartbeat {
  readonly #host: Beating
  readonly #limitMs: () => number
  readonly #everyMs: number
  readonly #timer: NodeJS.Timeout
  #silentMs = 0
  #lookedAt = performance.now()
  #starvedMs: number

  /** `limitMs`: for how long it may be silent now. */
  constructor(host: Beating, limitMs: () => number) {
    this.#host = host
    this.#limitMs = limitMs
    this.#starvedMs = host.starvedMs()
    this.#everyMs = Math.min(beatMs, limitMs() / 5)
    host.heard = false
    host.ask()
    this.#timer = setInterval(() => this.#look(), this.#everyMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = performance.now()
    const starvedMs = this.#host.starvedMs()
    const starved = Math.max(0, starvedMs - this.#starvedMs)
    const passed = Math.max(0, Math.min(now - this.#lookedAt, 1.5 * this.#everyMs) - starved)
    this.#lookedAt = now
    this.#starvedMs = starvedMs
    this.#silentMs = this.#host.heard ? 0 : this.#silentMs + passed
    this.#host.heard = false
    if (this.#silentMs < this.#limitMs()) this.#host.ask()
    else {
      this.stop()
      this.#host.silent()
    }
  }
}
