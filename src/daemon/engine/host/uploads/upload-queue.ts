import type { Wire } from 'webtorrent'
import type { Lend, Loan } from '../../storage/read-cache.ts'
import type { SendQueue } from '../peers/send-queue.ts'
import { guarded } from '../peers/wire-guard.ts'

/** libtorrent's settings of the same names; bytes, and per cent of a second's upload. */
export interface SendBufferSettings {
  sendWatermark: number
  sendLowWatermark: number
  sendWatermarkFactor: number
}

export interface UploadQueueParts {
  wire: Wire
  queue: SendQueue
  settings(): SendBufferSettings & { maxRequestsIn: number }
  /** Whether the peer may ask for a block of the piece although it is choked; takes that request off. */
  mayWhileChoked(piece: number): boolean
  /** Whether the piece is here. */
  has(piece: number): boolean
  /** Reads a block, at its turn under the limits of upload; answers now or later. */
  read(piece: number, offset: number, length: number, done: Lend): void
}

/** A request of the peer. */
interface Request {
  piece: number
  offset: number
  length: number
  /** Neither answered nor cancelled. */
  open: boolean
}

/** Requests that are over are taken out of their lists so many at a time: each time costs as much as all that wait. */
const overAtOnce = 64

/** Below this watermark a peer is slow, bytes: it gets copies, so that it does not keep what others could use. */
const slowWatermark = 64 << 10
/** What comes before a block on the wire: length, kind, piece, offset (BEP 3), bytes. */
const headLength = 13
const pieceKind = 7

/** A rate is the mean over at least so long, ms; libtorrent's is that of a second, with which a fast peer begins slowly. */
const rateMs = 200

/**
 * The blocks that one peer asks for, in the order of its requests. As in libtorrent a block is read from disk only when
 * less than a share of what went out within a second waits in memory, so that a peer that asks and does not read costs
 * a few blocks and not all that it asked for.
 */
export class UploadQueue {
  readonly #parts: UploadQueueParts
  /** All that are open, in order, and some that are over. (webtorrent's list, `wire.peerRequests`, stays empty.) */
  #requests: Request[] = []
  #over = 0
  /** The first one that is not read yet. */
  #next = 0
  /** Bytes that are being read, or wait for their turn under a limit. */
  #reading = 0
  #sent = 0
  #since = performance.now()
  /** Bytes that may wait. */
  #watermark: number
  #feeding = false

  constructor(parts: UploadQueueParts) {
    this.#parts = parts
    this.#watermark = parts.settings().sendLowWatermark
    const { wire, queue } = parts
    wire._onRequest = (piece, offset, length) => this.#asked({ piece, offset, length, open: true })
    wire._onCancel = (piece, offset, length) => this.#cancelled(piece, offset, length)
    const { choke } = wire
    wire.choke = () => {
      const all = this.#requests.filter(({ open }) => open)
      // refuses those that are in there, but for some
      wire.peerRequests = [...all]
      choke.call(wire)
      const kept = new Set<unknown>(wire.peerRequests)
      wire.peerRequests = []
      for (const request of all) if (!kept.has(request)) this.#end(request)
    }
    queue.whenHungry(() => {
      this.#look()
      this.#feed()
    })
    wire.once('close', () => {
      for (const request of [...this.#requests]) this.#end(request)
    })
  }

  #asked(request: Request): void {
    const { wire, settings, has, mayWhileChoked } = this.#parts
    const { piece, offset, length } = request
    const open = this.#requests.length - this.#over
    const refused = open >= settings().maxRequestsIn || !has(piece)
    if (refused || (wire.amChoking && !mayWhileChoked(piece))) {
      if (wire.hasFast) wire.reject(piece, offset, length)
      return
    }
    this.#requests.push(request)
    this.#feed()
  }

  #cancelled(piece: number, offset: number, length: number): void {
    const same = (one: Request) =>
      one.open && one.piece === piece && one.offset === offset && one.length === length
    const request = this.#requests.find(same)
    if (request !== undefined) this.#end(request)
  }

  #end(request: Request): void {
    if (!request.open) return
    request.open = false
    if (++this.#over >= overAtOnce) this.#tidy()
  }

  #tidy(): void {
    const read = this.#requests.slice(0, this.#next).filter(({ open }) => open)
    const unread = this.#requests.slice(this.#next).filter(({ open }) => open)
    this.#next = read.length
    this.#requests = [...read, ...unread]
    this.#over = 0
  }

  /** Reads as much as may wait. */
  #feed(): void {
    // what is in memory is read at once, which comes back here
    if (this.#feeding || this.#next >= this.#requests.length) return
    const { queue } = this.#parts
    const most = Math.max(this.#watermark, queue.hungryBelow)
    this.#feeding = true
    while (this.#next < this.#requests.length && queue.waiting + this.#reading < most) {
      const request = this.#requests[this.#next++]!
      if (request.open) this.#read(request)
    }
    this.#feeding = false
  }

  #read(request: Request): void {
    const { wire, read } = this.#parts
    const { piece, offset, length } = request
    this.#reading += length
    read(piece, offset, length, (error, loan) => {
      this.#reading -= length
      guarded(wire, () => {
        if (!request.open) loan?.release()
        else {
          this.#end(request)
          if (loan !== undefined) this.#send(request, loan)
          else if (error !== null && wire.hasFast) wire.reject(piece, offset, length)
        }
        this.#feed()
      })
    })
  }

  #send({ piece, offset, length }: Request, loan: Loan): void {
    this.#sent += length
    const { wire, queue } = this.#parts
    queue.setRoom(this.#watermark)
    wire._push(blockHead(piece, offset, length))
    if (this.#watermark < slowWatermark) {
      wire._push(Uint8Array.from(loan.bytes))
      loan.release()
    } else queue.lend(loan.bytes, loan.release)
    wire.uploaded += length
    wire.emit('upload', length)
  }

  /** How fast the peer takes blocks, and so how many bytes may wait; not looked at for each of them. */
  #look(): void {
    const now = performance.now()
    const passed = now - this.#since
    if (passed < rateMs) return
    const { sendWatermark, sendLowWatermark, sendWatermarkFactor } = this.#parts.settings()
    const rate = (this.#sent / passed) * 1000
    this.#sent = 0
    this.#since = now
    const share = (rate * sendWatermarkFactor) / 100
    this.#watermark = share < sendLowWatermark ? sendLowWatermark : Math.min(share, sendWatermark)
  }
}

function blockHead(piece: number, offset: number, length: number): Uint8Array {
  const head = new Uint8Array(headLength)
  setNumber(head, 0, headLength - 4 + length)
  head[4] = pieceKind
  setNumber(head, 5, piece)
  setNumber(head, 9, offset)
  return head
}

function setNumber(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}
