import type { Wire } from 'webtorrent'

/** A peer is sent more once less than this waits to go out to it, bytes; libtorrent's for metadata. */
const enough = 160 << 10

const queues = new WeakMap<Wire, SendQueue>()

/** The one of a connection. */
export function sendQueue(wire: Wire): SendQueue {
  let queue = queues.get(wire)
  if (queue === undefined) {
    queue = new SendQueue(wire)
    queues.set(wire, queue)
  }
  return queue
}

/**
 * Answers that wait until the peer has read what it was sent before: whoever asks and does not read must not fill our
 * memory.
 */
class SendQueue {
  readonly #wire: Wire
  readonly #jobs: (() => void)[] = []

  constructor(wire: Wire) {
    this.#wire = wire
    const { _read: read } = wire
    // called when there is room again
    wire._read = (done) => {
      read.call(wire, done)
      if (this.#jobs.length > 0) queueMicrotask(() => this.#run())
    }
    wire.once('close', () => {
      this.#jobs.length = 0
    })
  }

  /** Sends something, now or later; not at all when the connection closes. */
  add(send: () => void): void {
    this.#jobs.push(send)
    if (this.#jobs.length === 1) this.#run()
  }

  #run(): void {
    while (this.#jobs.length > 0 && this.#wire._readableState.buffered < enough) this.#jobs.shift()!()
  }
}
