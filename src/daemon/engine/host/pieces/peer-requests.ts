import type { Wire } from 'webtorrent'
import type { BegunPiece, BlockRequest } from './begun-piece.ts'
import { blockLength } from './begun-piece.ts'
import type { PickerPeer, Run } from './picker.ts'
import { addPiece, hasPiece, newPieceSet } from './piece-set.ts'

/** What a peer is asked for before its speed is known, blocks. */
const firstQueue = 16
const surplusQueue = 64
/** Length, kind, piece, offset and length of a request (BEP 3), bytes. */
const messageLength = 17
const requestKind = 6
const cancelKind = 8

/** What of the settings says how much a peer is asked for at a time. */
export interface QueueSettings {
  readonly requestSeconds: number
  readonly maxRequestsOut: number
  readonly wholePieceSeconds: number
}

/** One request that a peer has from us, in webtorrent's form: it stands in the wire's own list. */
export class OutRequest implements BlockRequest {
  readonly owner: PeerRequests
  readonly begun: BegunPiece
  readonly block: number
  readonly count: number
  readonly piece: number
  readonly offset: number
  readonly length: number

  constructor(owner: PeerRequests, { begun, block, count }: Run) {
    this.owner = owner
    this.begun = begun
    this.block = block
    this.count = count
    this.piece = begun.index
    this.offset = block * blockLength
    this.length = Math.min(begun.length, (block + count) * blockLength) - this.offset
  }

  /** webtorrent calls it, once it has taken the request from its list: it will not be answered. */
  callback(): void {
    this.owner.lost(this)
  }
}

/** What one peer is asked for. */
export class PeerRequests implements PickerPeer {
  readonly wire: Wire
  pieces: Uint8Array | null = null
  current: BegunPiece | null = null
  fast = false
  /** Wanted pieces that are missing here and that it has. */
  useful = 0
  /** Piece data between the last two looks, bytes/s. */
  rate = 0
  /** Of it only one request is to wait. */
  snubbed = false
  readonly suggested: number[] = []
  readonly lost: (request: OutRequest) => void

  constructor(wire: Wire, lost: (request: OutRequest) => void) {
    this.wire = wire
    this.lost = lost
  }

  /** The peer suggests a piece (BEP 6); so many are kept. */
  suggests(piece: number, most: number): void {
    const at = this.suggested.indexOf(piece)
    if (at !== -1) this.suggested.splice(at, 1)
    this.suggested.unshift(piece)
    if (this.suggested.length > most) this.suggested.length = most
  }

  /** Of its pieces, those that it may be asked for although it chokes us (BEP 6); null: none. */
  allowedOf(numPieces: number): Uint8Array | null {
    const { hasFast, peerAllowedFastSet } = this.wire
    if (!hasFast || peerAllowedFastSet.length === 0) return null
    const allowed = newPieceSet(numPieces)
    for (const piece of peerAllowedFastSet)
      if (piece < numPieces && (this.pieces === null || hasPiece(this.pieces, piece)))
        addPiece(allowed, piece)
    return allowed
  }

  get isWebSeed(): boolean {
    return this.wire.type === 'webSeed'
  }

  get waiting(): OutRequest[] {
    return this.wire.requests as OutRequest[]
  }

  /**
   * How many requests it may have from us. Peers that answer in bursts (Transmission does, twice a second) never
   * get fast with a queue that only follows their speed: so it grows with what they have sent, as in TCP's slow start,
   * and then holds some seconds of their speed (request_queue_time), at most max_out_request_queue.
   */
  most({ requestSeconds, maxRequestsOut }: QueueSettings): number {
    if (this.snubbed) return 1
    const { wire } = this
    const sent = Math.floor(wire.downloaded / blockLength)
    const length = Math.max(
      Math.min(firstQueue + sent, surplusQueue),
      Math.ceil((requestSeconds * this.rate) / blockLength),
    )
    const { reqq } = wire.peerExtendedHandshake
    const theirs = typeof reqq === 'number' && reqq > 0 ? reqq : maxRequestsOut
    return Math.min(length, theirs, maxRequestsOut)
  }

  /** Takes the request that a block answers from the list; undefined when there is none. They come in order mostly. */
  answered(piece: number, offset: number, length: number): OutRequest | undefined {
    const { waiting } = this
    for (let at = 0; at < waiting.length; at++) {
      const request = waiting[at]!
      if (request.piece !== piece || request.offset !== offset || request.length !== length) continue
      if (at === 0) waiting.shift()
      else waiting.splice(at, 1)
      return request
    }
    return undefined
  }

  /** Sends requests, in one go. */
  send(requests: readonly OutRequest[]): void {
    for (const request of requests) this.waiting.push(request)
    this.wire._push(messages(requestKind, requests))
  }

  /** Takes back a request that somebody else has answered. */
  cancel(request: OutRequest): void {
    const at = this.waiting.indexOf(request)
    if (at !== -1) this.waiting.splice(at, 1)
    this.wire._push(messages(cancelKind, [request]))
  }
}

function messages(kind: number, requests: readonly OutRequest[]): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(messageLength * requests.length)
  let at = 0
  for (const { piece, offset, length } of requests) {
    at = bytes.writeUInt32BE(messageLength - 4, at)
    at = bytes.writeUInt8(kind, at)
    at = bytes.writeUInt32BE(piece, at)
    at = bytes.writeUInt32BE(offset, at)
    at = bytes.writeUInt32BE(length, at)
  }
  return bytes
}
