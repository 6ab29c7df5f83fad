import type { DaemonEvent, Overflow } from '../../rpc/contract/events.ts'
import type { EventName } from '../../rpc/event-names.ts'

/** How many events are kept at least for those who come late or read slowly. */
const keptEvents = 10_000
/** And at most, whatever is asked for. */
const mostEvents = 1_000_000

/** What was posted for somebody is kept up to so many characters in all; of older ones it is only known that they were. */
const keptPosted = 16 << 20

/** What somebody wants to hear: what is left out may be anything. */
export interface Filter {
  events: ReadonlySet<EventName> | null
  session: string | null
  torrent: ((hash: NonNullable<DaemonEvent['info_hash']>) => boolean) | null
  /** Who they are: what was posted for others is not for them. */
  recipients: ReadonlySet<string>
}

/** An event for one recipient. */
interface Posted {
  to: string
  size: number
  /** There was no room for it. */
  lost: boolean
}

/** Somebody who wants to hear. */
export interface Listener {
  readonly filter: Filter
  /** There are new events. */
  wake(): void
  /** The daemon is leaving. */
  end(): void
}

/**
 * What happened, in order and numbered, as long as it is kept. The numbers begin with the time of the start in
 * microseconds: those of an earlier daemon are always smaller, so that whoever goes on after one of them is told that
 * events are missing.
 */
export class EventBus {
  #capacity: number
  #ring: DaemonEvent[] = []
  /** What is older was thrown away when there was less room. */
  #floor = 0
  readonly #first: number
  #last: number
  /** By number, in order. */
  readonly #posted = new Map<number, Posted>()
  #postedSize = 0
  readonly #postedLimit: number
  readonly #listeners = new Set<Listener>()
  #waking = false
  #closed = false

  constructor({ capacity = keptEvents, now = Date.now(), posted = keptPosted } = {}) {
    this.#capacity = capacity
    this.#postedLimit = posted
    this.#last = now * 1000
    this.#first = this.#last + 1
  }

  /** Number of the last event, or of none before the first. */
  get last(): number {
    return this.#last
  }

  /** Number of the oldest event that is kept; one more than `last` when there is none. */
  get oldest(): number {
    return Math.max(this.#first, this.#floor, this.#last - this.#capacity + 1)
  }

  /** Makes room for so many events (libtorrent: alert_queue_size), within bounds; the oldest go when it is less. */
  resize(wanted: number): void {
    const capacity = Math.min(mostEvents, Math.max(keptEvents, wanted))
    if (capacity === this.#capacity) return
    this.#floor = Math.max(this.oldest, this.#last - capacity + 1)
    const ring: DaemonEvent[] = []
    for (let seq = this.#floor; seq <= this.#last; seq++) {
      ring[(seq - this.#first) % capacity] = this.at(seq)
    }
    this.#ring = ring
    this.#capacity = capacity
  }

  /** An event from `oldest` to `last`. */
  at(seq: number): DaemonEvent {
    return this.#ring[(seq - this.#first) % this.#capacity]!
  }

  /** Keeps an event and wakes those who listen, soon: who emits is in the middle of something. */
  emit(event: Omit<DaemonEvent, 'seq'>): number {
    const seq = ++this.#last
    this.#ring[(seq - this.#first) % this.#capacity] = { seq, ...event }
    if (this.#posted.size > 0) this.#forgetPosted()
    this.#wake()
    return seq
  }

  /** Keeps an event for one recipient; answers with its number. */
  post(to: string, event: Omit<DaemonEvent, 'seq'>): number {
    const size = JSON.stringify(event).length
    const seq = this.emit(event)
    this.#posted.set(seq, { to, size, lost: false })
    this.#postedSize += size
    this.#forgetPosted()
    return seq
  }

  /** For whom an event was posted; null for everybody. */
  postedTo(seq: number): Readonly<Posted> | null {
    return this.#posted.get(seq) ?? null
  }

  #forgetPosted(): void {
    for (const [seq, posted] of this.#posted) {
      if (seq < this.oldest) this.#posted.delete(seq)
      else if (this.#postedSize <= this.#postedLimit) return
      else if (posted.lost) continue
      else {
        const { event, session } = this.at(seq)
        this.#ring[(seq - this.#first) % this.#capacity] = { seq, event, session }
        posted.lost = true
      }
      this.#postedSize -= posted.size
      posted.size = 0
    }
  }

  #wake(): void {
    if (this.#waking || this.#listeners.size === 0) return
    this.#waking = true
    setImmediate(() => {
      this.#waking = false
      for (const listener of [...this.#listeners]) listener.wake()
    })
  }

  /** Adds a listener until what is returned is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    if (this.#closed) setImmediate(() => listener.end())
    return () => void this.#listeners.delete(listener)
  }

  /** Whether anybody wants to hear of this now. */
  wants(name: EventName): boolean {
    return this.#listeners.values().some(({ filter }) => filter.events?.has(name) ?? true)
  }

  /** Ends every listener, so that no request waits for an event while the daemon leaves. */
  close(): void {
    this.#closed = true
    for (const listener of [...this.#listeners]) listener.end()
  }
}

/** A place in the stream of events. */
export class Reader {
  readonly #bus: EventBus
  readonly #filter: Filter
  #seen: number

  /** `after`: the last number that is not wanted; without it, what happens from now on. */
  constructor(bus: EventBus, filter: Filter, after: number = bus.last) {
    this.#bus = bus
    this.#filter = filter
    this.#seen = Math.min(after, bus.last)
  }

  /** Everything up to this number was looked at. */
  get seen(): number {
    return this.#seen
  }

  /** The next event that fits; first of all what was lost, if something was. null when there is no more. */
  next(): DaemonEvent | Overflow | null {
    const from = this.#seen + 1
    if (from < this.#bus.oldest) {
      this.#seen = this.#bus.oldest - 1
      return { seq: this.#seen, event: 'overflow', from, to: this.#seen }
    }
    while (this.#seen < this.#bus.last) {
      const event = this.#bus.at(++this.#seen)
      const posted = this.#bus.postedTo(event.seq)
      if (posted && !this.#filter.recipients.has(posted.to)) continue
      if (posted?.lost && (this.#filter.events?.has(event.event) ?? true)) {
        return { seq: event.seq, event: 'overflow', from: event.seq, to: event.seq }
      }
      if (fits(event, this.#filter)) return event
    }
    return null
  }
}

function fits(event: DaemonEvent, { events, session, torrent }: Filter): boolean {
  if (events && !events.has(event.event)) return false
  if (session !== null && event.session !== session) return false
  return !torrent || (event.info_hash !== undefined && torrent(event.info_hash))
}
