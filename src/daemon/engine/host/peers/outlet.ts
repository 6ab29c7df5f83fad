import type { Socket } from 'node:net'
import type { Wire } from 'webtorrent'

/** Where the bytes of one connection wait until the system takes them. */
export interface Outlet {
  /** Bytes that wait. */
  readonly waiting: number
  /** Messages that wait, at most. */
  readonly messages: number
  /** Bytes that the system has taken so far. */
  readonly taken: number
  /** `more` is called when less than this waits, bytes. */
  hungryBelow: number
  /** Called when less than `hungryBelow` waits, and maybe when more does; again only after something was sent. */
  more: () => void
  /** `sent`: the bytes are read no more, since they went out or the connection is gone. */
  send(bytes: Uint8Array, sent?: () => void): unknown
}

/** The system gets so many bytes at once, so that it is known how far a slow peer is. */
const batchBytes = 256 << 10

/** One turn of the event loop hands bytes to sockets for so long, ms: with many peers each is a system call. */
const turnMs = 5

const outlets = new WeakMap<Wire, SocketOutlet>()

/** Those that have something for the system, in the order in which it came. */
let due: SocketOutlet[] = []

/** After all that this turn brings, before it waits for more. */
function flushLater(outlet: SocketOutlet): void {
  if (due.push(outlet) === 1) setImmediate(flushDue)
}

function flushDue(): void {
  const until = performance.now() + turnMs
  let flushed = 0
  while (flushed < due.length && (flushed === 0 || performance.now() < until)) due[flushed++]!.flush()
  due = due.slice(flushed)
  if (due.length > 0) setImmediate(flushDue)
}

/** The one of a connection. */
export function outletOf(wire: Wire): Outlet {
  return outlets.get(wire) ?? new StreamOutlet(wire)
}

/** What goes out on a TCP connection goes to its socket, all that comes in one turn of the event loop in one system call. */
export class SocketOutlet implements Outlet {
  readonly #socket: Socket
  readonly #wentOut: (bytes: number) => void
  #queue: Uint8Array[] = []
  #sent: ((() => void) | undefined)[] = []
  /** Bytes in the queue, and in the hands of the system. */
  #queued = 0
  #under = 0
  #taken = 0
  #due = false
  hungryBelow = 16 << 10
  more: () => void = () => {}

  /** `wentOut` hears how many bytes are on their way. */
  constructor(wire: Wire, socket: Socket, wentOut: (bytes: number) => void) {
    this.#socket = socket
    this.#wentOut = wentOut
    outlets.set(wire, this)
    socket.once('close', () => this.#drop())
  }

  get waiting(): number {
    return this.#queued + this.#under
  }

  get messages(): number {
    return this.#queue.length
  }

  get taken(): number {
    return this.#taken
  }

  send(bytes: Uint8Array, sent?: () => void): void {
    if (this.#socket.destroyed) {
      sent?.()
      return
    }
    this.#queue.push(bytes)
    this.#sent.push(sent)
    this.#queued += bytes.length
    if (this.#due || this.#under > 0) return
    this.#due = true
    flushLater(this)
  }

  /** Hands what waits to the system. */
  flush(): void {
    this.#due = false
    const socket = this.#socket
    if (this.#queue.length === 0 || this.#under > 0 || socket.destroyed) return
    let count = 0
    let bytes = 0
    while (count < this.#queue.length && bytes < batchBytes) bytes += this.#queue[count++]!.length
    const all = count === this.#queue.length
    const batch = all ? this.#queue : this.#queue.splice(0, count)
    const sent = all ? this.#sent : this.#sent.splice(0, count)
    if (all) {
      this.#queue = []
      this.#sent = []
    }
    this.#queued -= bytes
    this.#under = bytes
    this.#wentOut(bytes)
    socket.cork()
    for (let i = 0; i < count - 1; i++) socket.write(batch[i]!)
    socket.write(batch[count - 1]!, () => this.#done(bytes, sent))
    socket.uncork()
  }

  #done(bytes: number, sent: ((() => void) | undefined)[]): void {
    this.#under = 0
    this.#taken += bytes
    for (const gone of sent) gone?.()
    if (this.#socket.destroyed) return
    this.more()
    this.flush()
  }

  #drop(): void {
    for (const gone of this.#sent.splice(0)) gone?.()
    this.#queue = []
    this.#queued = 0
  }
}

/** What goes out on another connection (uTP, WebRTC) waits in webtorrent's stream. */
class StreamOutlet implements Outlet {
  readonly #wire: Wire
  readonly #push: Wire['push']
  #pushed = 0
  #due = false
  more: () => void = () => {}

  constructor(wire: Wire) {
    this.#wire = wire
    this.#push = wire.push
    const { _read: read } = wire
    const run = () => {
      this.#due = false
      this.more()
    }
    // called when there is room again
    wire._read = (done) => {
      read.call(wire, done)
      if (this.#due) return
      this.#due = true
      queueMicrotask(run)
    }
    wire.push = (bytes) => (bytes === null ? this.#push.call(wire, null) : this.send(bytes))
  }

  get waiting(): number {
    return this.#wire._readableState.buffered
  }

  get messages(): number {
    return this.#wire._readableState.queue.length
  }

  get taken(): number {
    return this.#pushed - this.waiting
  }

  get hungryBelow(): number {
    return this.#wire._readableState.highWaterMark
  }

  set hungryBelow(bytes: number) {
    this.#wire._readableState.highWaterMark = bytes
  }

  /** Copies what is only lent: nobody tells when the stream has done with it. */
  send(bytes: Uint8Array, sent?: () => void): unknown {
    this.#pushed += bytes.length
    const own = sent === undefined ? bytes : Uint8Array.from(bytes)
    sent?.()
    return this.#push.call(this.#wire, own)
  }
}
