import type { Wire } from 'webtorrent'
import { type Outlet, outletOf } from './outlet.ts'
import { dismiss, guarded } from './wire-guard.ts'

/** Answers are put off while more than this waits to go out to a peer, bytes; libtorrent's for metadata. */
const enough = 160 << 10
/** A connection is closed when more than this waits, beside its blocks: bytes, and messages. */
const mostBytes = 4 << 20
const mostMessages = 20_000
/** News of so many pieces go out in one write. */
const piecesAtOnce = 1000
/** A "have" on the wire: its length, kind and piece. */
const haveLength = 9

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
 * What waits to go out on one connection. Whoever asks and does not read must not fill our memory: answers wait until the
 * peer has read what it was sent before, news of pieces wait as numbers, and a connection on which too much waits
 * nevertheless is closed.
 */
export class SendQueue {
  readonly #wire: Wire
  readonly #outlet: Outlet
  readonly #jobs: (() => void)[] = []
  readonly #hungry: (() => void)[] = []
  #news: number[] = []
  #room = 0

  constructor(wire: Wire) {
    this.#wire = wire
    this.#outlet = outletOf(wire)
    this.#outlet.more = () => {
      if (this.#jobs.length + this.#news.length + this.#hungry.length > 0) guarded(wire, () => this.#run())
    }
    const { _push: push } = wire
    wire._push = (data) => {
      const taken = push.call(wire, data)
      this.#bound()
      return taken
    }
    wire.have = (piece) => this.tell([piece], haveMessages([piece]))
    wire.once('close', () => {
      this.#jobs.length = 0
      this.#hungry.length = 0
      this.#news = []
    })
  }

  /** Says that pieces are here, at once or when what was said before has gone out; `messages`: the same as bytes. */
  tell(pieces: readonly number[], messages: Uint8Array): void {
    if (this.#news.length === 0 && this.waiting < enough) this.#wire._push(messages)
    else this.#news.push(...pieces)
  }

  /** Bytes that wait. */
  get waiting(): number {
    return this.#outlet.waiting
  }

  /** Bytes that were handed on to the system so far; grows as long as the peer reads. */
  get taken(): number {
    return this.#outlet.taken
  }

  /**
   * Blocks may make up so many bytes, beside everything else. Only to be called right before something is sent: the outlet
   * tells once that less waits than it should, and again only after it was given something.
   */
  setRoom(bytes: number): void {
    this.#room = bytes
    this.#outlet.hungryBelow = Math.max(1, Math.min(enough, bytes >> 1))
  }

  /** Sends bytes that are only lent: `sent` is called once they are read no more, which may be at once. */
  lend(bytes: Uint8Array, sent: () => void): void {
    const wire = this.#wire
    const own = wire._encryptor?.encrypt(bytes) ?? bytes
    if (own === bytes) this.#outlet.send(bytes, sent)
    else {
      sent()
      this.#outlet.send(own)
    }
    this.#bound()
  }

  /** Sends something, now or later; not at all when the connection closes. */
  add(send: () => void): void {
    this.#jobs.push(send)
    if (this.#jobs.length === 1) this.#run()
  }

  /** Those who are `whenHungry` are called when less than this waits, bytes. */
  get hungryBelow(): number {
    return this.#outlet.hungryBelow
  }

  /** Calls `feed` when less than `hungryBelow` waits; again only after something was sent. */
  whenHungry(feed: () => void): void {
    this.#hungry.push(feed)
  }

  #run(): void {
    while (this.#jobs.length > 0 && this.waiting < enough) this.#jobs.shift()!()
    while (this.#news.length > 0 && this.waiting < enough)
      this.#wire._push(haveMessages(this.#news.splice(0, piecesAtOnce)))
    for (const feed of this.#hungry) feed()
  }

  #bound(): void {
    const { waiting, messages } = this.#outlet
    if (waiting > mostBytes + this.#room || messages > mostMessages) dismiss(this.#wire)
  }
}

/** A message "have" for each of the pieces. */
export function haveMessages(pieces: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(pieces.length * haveLength)
  const view = new DataView(bytes.buffer)
  for (const [i, piece] of pieces.entries()) {
    view.setUint32(i * haveLength, haveLength - 4)
    view.setUint8(i * haveLength + 4, 4)
    view.setUint32(i * haveLength + 5, piece)
  }
  return bytes
}
