import type { DaemonEvent } from '../../rpc/contract/events.ts'
import type { EventBus } from './bus.ts'

/** Porla's default of `timer.session_stats`. */
const everyMs = 5000

/** What is known of the sessions now. */
type Stats = () => Iterable<{ name: string; stats: NonNullable<DaemonEvent['stats']> }>

/** Emits `session_stats` for every session, as long as somebody listens. */
export class StatsTicker {
  readonly #bus: EventBus
  readonly #sessions: Stats
  #timer: NodeJS.Timeout | null = null
  /** Somebody has asked since the last round: a wait of a few seconds is as good as a subscription. */
  #asked = false

  constructor(bus: EventBus, sessions: Stats) {
    this.#bus = bus
    this.#sessions = sessions
  }

  /** Somebody wants to hear. */
  ask(): void {
    this.#asked = true
    this.#timer ??= setInterval(() => this.#round(), everyMs)
    this.#timer.unref()
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
  }

  #round(): void {
    if (!this.#asked && !this.#bus.wants('session_stats')) {
      this.close()
      return
    }
    this.#asked = false
    for (const { name, stats } of this.#sessions()) {
      this.#bus.emit({ event: 'session_stats', session: name, stats })
    }
  }
}
