import type { Wire } from 'webtorrent'

/** Messages by number: BEP 3, 5 (port), 6 (suggest to allowed fast), 10 (extended). */
export const Message = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  port: 9,
  suggest: 13,
  haveAll: 14,
  haveNone: 15,
  reject: 16,
  allowedFast: 17,
  extended: 20,
} as const

/** What BEP 3 has for the longest block, bytes: "current implementations" close connections that ask for more. */
const longestBlock = 128 << 10
/** The longest message of other kinds, bytes; libtorrent's. */
const longestMessage = 1 << 20
/**
 * Messages "have all" and "have none" of one connection. BEP 6 has one; aria2 says again what it has, in place of many a
 * "have". Each costs a look at all pieces; so does a bitfield, which has to be sent for that.
 */
const mostSummaries = 4
/** Of a connection's `port` messages so many are heeded: each makes the DHT node send a datagram there. */
const mostPorts = 2

/** What a connection's messages are checked against. */
export interface RuledTorrent {
  /** null: a magnet link that waits for its metadata. */
  readonly meta: { numPieces: number; pieceLength: number; totalSize: number } | null
  /** max_piece_count: what may be remembered while the number of pieces is not known. */
  readonly maxPieces: number
}

/** The message goes to webtorrent. */
export const pass = 0
/** It is dropped, and nothing else happens, as in libtorrent. */
export const ignore = 1
/** A sentence: it is against the protocol, and the connection is closed. */
export type Verdict = typeof pass | typeof ignore | string

/**
 * The rules of one connection. webtorrent takes indices and lengths as they come; this looks at each message before.
 *
 * Where BEP 3 and BEP 6 say that a connection is to be closed, it is. libtorrent is more lenient in places: it rejects
 * requests that cannot be met and drops spare bits of a bitfield.
 */
export class WireRules {
  readonly #wire: Wire
  readonly torrent: RuledTorrent
  #summaries = 0
  #ports = 0
  /** Requests that went out, and what came back: a peer may answer late (after a cancel), but not more often. */
  #asked = 0
  #blocks = 0
  #rejects = 0

  constructor(wire: Wire, torrent: RuledTorrent) {
    this.#wire = wire
    this.torrent = torrent
  }

  /** So many requests went out. */
  askedFor(requests: number): void {
    this.#asked += requests
  }

  /** A sentence when no message of this kind may be so long; known before the message has come. */
  illegalLength(kind: number, length: number): string | null {
    const [least, most] = this.#lengths(kind)
    if (length >= least && length <= most) return null
    return `a message of kind ${kind} with ${length} bytes`
  }

  /** Looks at a whole message, without its length prefix; not at a block, see `block`. */
  check(message: Uint8Array): Verdict {
    const wire = this.#wire
    switch (message[0]) {
      // said once more, each would have all peers looked at
      case Message.choke:
        return wire.peerChoking ? ignore : pass
      case Message.unchoke:
        return wire.peerChoking ? pass : ignore
      case Message.interested:
        return wire.peerInterested ? ignore : pass
      case Message.notInterested:
        return wire.peerInterested ? pass : ignore
      case Message.have:
        return this.#index(message)
      case Message.bitfield:
        return this.#bitfield(message)
      case Message.request:
        return this.#request(message)
      case Message.cancel:
        return this.#range(message)
      case Message.port:
        return ((message[1]! << 8) | message[2]!) === 0 || ++this.#ports > mostPorts ? ignore : pass
      case Message.haveAll:
      case Message.haveNone:
        return this.#fast() || this.#summary()
      case Message.suggest:
      case Message.allowedFast:
        return this.#fast() || this.#index(message)
      case Message.reject:
        return this.#fast() || this.#reject(message)
      case Message.extended:
        if (message[1] === 0 || wire.extendedMapping[message[1]!] !== undefined) return pass
        return `an extended message ${message[1]}, which was never offered`
      default:
        return pass
    }
  }

  /** Looks at a block of `length` bytes. */
  block(piece: number, offset: number, length: number): Verdict {
    const { meta } = this.torrent
    if (++this.#blocks > this.#asked) return 'a block that nobody asked for'
    if (meta === null) return ignore
    if (piece >= meta.numPieces) return `a block of piece ${piece} of ${meta.numPieces}`
    if (offset + length > sizeOf(meta, piece)) return `a block that ends behind piece ${piece}`
    // BitComet's way to reject
    return length === 0 ? ignore : pass
  }

  #lengths(kind: number): readonly [least: number, most: number] {
    switch (kind) {
      case Message.choke:
      case Message.unchoke:
      case Message.interested:
      case Message.notInterested:
      case Message.haveAll:
      case Message.haveNone:
        return [1, 1]
      case Message.have:
      case Message.suggest:
      case Message.allowedFast:
        return [5, 5]
      case Message.request:
      case Message.cancel:
      case Message.reject:
        return [13, 13]
      case Message.port:
        return [3, 3]
      case Message.bitfield: {
        const { meta, maxPieces } = this.torrent
        const most = 1 + Math.ceil((meta?.numPieces ?? maxPieces) / 8)
        return [meta === null ? 1 : most, most]
      }
      case Message.piece:
        return [9, 9 + longestBlock]
      case Message.extended:
        return [2, longestMessage]
      default:
        return [1, longestMessage]
    }
  }

  /** BEP 6: without it at both ends these messages must close the connection. */
  #fast(): Verdict {
    return this.#wire.hasFast ? pass : 'a message of the fast extension, which was not agreed on'
  }

  #summary(): Verdict {
    return ++this.#summaries > mostSummaries ? 'one "have all" or "have none" after the other' : pass
  }

  #bitfield(message: Uint8Array): Verdict {
    const { meta } = this.torrent
    const spare = meta === null ? 0 : (8 - (meta.numPieces % 8)) % 8
    if (message[message.length - 1]! & ((1 << spare) - 1)) return 'a bitfield with spare bits set'
    return pass
  }

  #index(message: Uint8Array): Verdict {
    const { meta, maxPieces } = this.torrent
    const piece = number(message, 1)
    if (meta === null) return piece >= maxPieces ? ignore : pass
    return piece < meta.numPieces ? pass : `piece ${piece} of ${meta.numPieces}`
  }

  /** Piece, offset and length of a block. */
  #range(message: Uint8Array): Verdict {
    const { meta } = this.torrent
    const piece = number(message, 1)
    if (meta === null) return pass
    if (piece >= meta.numPieces) return `piece ${piece} of ${meta.numPieces}`
    const offset = number(message, 5)
    const length = number(message, 9)
    if (offset + length <= sizeOf(meta, piece)) return pass
    return `bytes ${offset} to ${offset + length} of piece ${piece}, which has ${sizeOf(meta, piece)}`
  }

  #request(message: Uint8Array): Verdict {
    const length = number(message, 9)
    if (length === 0 || length > longestBlock) return `a request of ${length} bytes`
    return this.#range(message)
  }

  #reject(message: Uint8Array): Verdict {
    if (++this.#rejects > this.#asked) return 'a reject of what nobody asked for'
    return this.#range(message)
  }
}

function number(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

function sizeOf(meta: { numPieces: number; pieceLength: number; totalSize: number }, piece: number): number {
  return piece === meta.numPieces - 1 ? meta.totalSize - piece * meta.pieceLength : meta.pieceLength
}
