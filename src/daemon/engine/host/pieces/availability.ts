import { addPiece, newPieceSet, pieceCount } from './piece-set.ts'

/** The peer side of a piece set; webtorrent's BitField and its stand-in for "have all" both fit. */
export interface PeerPieces {
  get(index: number): boolean
  /** One bit a piece, high bit first; empty for "have all". Pieces beyond its end are not there. */
  readonly buffer?: Uint8Array
}

/** Who hears that other pieces are rare now. */
export interface AvailabilityListener {
  /** One more (or one less) peer that is not a seed has a piece. */
  changed(piece: number): void
  /** Many counts changed at once. */
  allChanged(): void
}

interface Counted {
  /** One bit a piece; null for a peer that has had everything from the beginning. */
  pieces: Uint8Array | null
  total: number
}

/**
 * How many connected peers have each piece. Peers with everything are counted apart, so that a seed costs
 * nothing; of the others each `have` is one step.
 */
export class Availability {
  /** Peers with each piece, seeds left out. */
  readonly counts: Uint16Array
  /** Peers that had everything when they said what they have. */
  seeds = 0
  listener: AvailabilityListener | null = null
  readonly #peers = new Map<object, Counted>()

  constructor(numPieces: number) {
    this.counts = new Uint16Array(numPieces)
  }

  /** Counts all that a peer has now, in place of what was counted for it before. */
  set(peer: object, pieces: PeerPieces): void {
    this.remove(peer)
    const numPieces = this.counts.length
    const bits = newPieceSet(numPieces)
    if (pieces.buffer !== undefined && pieces.buffer.length > 0) {
      bits.set(pieces.buffer.subarray(0, (numPieces + 7) >> 3))
      if (numPieces % 8 !== 0) bits[numPieces >> 3]! &= 0xff00 >> (numPieces % 8)
    } else for (let piece = 0; piece < numPieces; piece++) if (pieces.get(piece)) addPiece(bits, piece)
    const total = pieceCount(bits)
    if (total === numPieces) {
      this.seeds++
      this.#peers.set(peer, { pieces: null, total })
      return
    }
    this.#peers.set(peer, { pieces: bits, total })
    if (total > 0) this.#count(bits, 1)
  }

  /** The pieces of a peer, one bit each, not to be written to; null when it has all of them. Nobody has said: none. */
  pieces(peer: object): Uint8Array | null {
    const counted = this.#peers.get(peer)
    if (counted === undefined) return newPieceSet(this.counts.length)
    return counted.pieces
  }

  /** Whether a peer has said that it has everything. One that has said nothing yet has nothing. */
  isSeed(peer: object): boolean {
    const counted = this.#peers.get(peer)
    return counted !== undefined && counted.total === this.counts.length
  }

  /** 0..1: the share of the pieces that a peer has. */
  share(peer: object): number {
    const counted = this.#peers.get(peer)
    return counted === undefined || this.counts.length === 0 ? 0 : counted.total / this.counts.length
  }

  /** How many peers have each piece. */
  all(): number[] {
    return Array.from(this.counts, (count) => count + this.seeds)
  }

  /**
   * A peer says that it has a piece, or (`has` false) no longer. False when that was known, or when the peer was counted
   * anew as a whole.
   */
  change(peer: object, piece: number, has: boolean, pieces: PeerPieces): boolean {
    const counted = this.#peers.get(peer)
    if (counted === undefined || counted.pieces === null) {
      if (!has || counted === undefined) this.set(peer, pieces)
      return false
    }
    // one that has all in the end stays among those that are counted: it may lose and win a piece again and again
    const { pieces: known } = counted
    if (!(piece >= 0 && piece < this.counts.length)) return false
    const bit = 0x80 >> (piece & 7)
    const before = (known[piece >> 3]! & bit) !== 0
    if (before === has) return false
    known[piece >> 3]! ^= bit
    counted.total += has ? 1 : -1
    this.counts[piece]! += has ? 1 : -1
    this.listener?.changed(piece)
    return true
  }

  remove(peer: object): void {
    const counted = this.#peers.get(peer)
    if (counted === undefined) return
    this.#peers.delete(peer)
    if (counted.pieces === null) this.seeds--
    else if (counted.total > 0) this.#count(counted.pieces, -1)
  }

  /**
   * libtorrent's distributed_copies: copies of the rarest piece here and among peers, plus the share of pieces
   * that exist more often. `have` tells which are here. 0 without pieces.
   */
  copies(have: (piece: number) => boolean): number {
    const total = this.counts.length
    if (total === 0) return 0
    let rarest = Number.POSITIVE_INFINITY
    let atRarest = 0
    for (let piece = 0; piece < total; piece++) {
      const count = this.counts[piece]! + (have(piece) ? 1 : 0)
      if (count < rarest) {
        rarest = count
        atRarest = 0
      }
      if (count === rarest) atRarest++
    }
    return rarest + this.seeds + (total - atRarest) / total
  }

  #count(bits: Uint8Array, step: 1 | -1): void {
    const { counts } = this
    for (let at = 0; at < bits.length; at++) {
      const byte = bits[at]!
      if (byte === 0) continue
      for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) counts[at * 8 + bit]! += step
    }
    this.listener?.allChanged()
  }
}
