import { eventNotification } from '../../rpc/event-names.ts'
import type { Peer } from '../../rpc/peer.ts'
import { type EventBus, type Filter, type Listener, Reader } from './bus.ts'

/** Events that are sent before other work has its turn. */
const atOnce = 500

/**
 * Sends the events of one connection. A client that does not read costs its socket's buffer and nothing else: events
 * wait for it in the bus, where there is room for so many, and it is told about those that fell out meanwhile.
 */
export class Subscription implements Listener {
  readonly filter: Filter
  readonly #reader: Reader
  readonly #peer: Peer
  readonly #forget: (() => void)[] = []
  /** Events are on their way, or wait for the client. */
  #busy = true
  #ended = false

  constructor(bus: EventBus, peer: Peer, filter: Filter, after: number | undefined) {
    this.filter = filter
    this.#peer = peer
    this.#reader = new Reader(bus, filter, after)
    this.#forget.push(
      bus.listen(this),
      peer.closed(() => this.end()),
    )
    // Not before the answer to the request, which says after which number they follow.
    setImmediate(() => this.#send())
  }

  /** Events after this number follow. */
  get seen(): number {
    return this.#reader.seen
  }

  wake(): void {
    if (!this.#busy) this.#send()
  }

  end(): void {
    this.#ended = true
    for (const forget of this.#forget.splice(0)) forget()
  }

  #send(): void {
    this.#busy = true
    for (let i = 0; i < atOnce; i++) {
      const event = this.#ended ? null : this.#reader.next()
      if (event === null) {
        this.#busy = false
        return
      }
      const line = JSON.stringify({ jsonrpc: '2.0', method: eventNotification, params: event })
      if (this.#peer.notify(line)) continue
      this.#peer.drained(() => this.#send())
      return
    }
    setImmediate(() => this.#send())
  }
}
