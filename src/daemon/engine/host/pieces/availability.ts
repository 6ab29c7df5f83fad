/** The peer side of a piece set; webtorrent's BitField and its stand-in for "have all" both fit. */
export interface PeerPieces {
  get(index: number): boolean
}

/**
 * How many connected peers have each piece. Peers with everything are counted apart, so that a seed costs
 * nothing; of the others each `have` is one step.
 */
export class Availability {
  readonly counts: Uint16Array
  /** Peers that had everything when they said what they have. */
  seeds = 0
  /** Peer -> the pieces that were counted for it, and how many they are; null for one of `seeds`. */
  readonly #peers = new Map<object, { pieces: Uint8Array; total: number } | null>()

  constructor(numPieces: number) {
    this.counts = new Uint16Array(numPieces)
  }

  /** Counts all that a peer has now, in place of what was counted for it before. */
  set(peer: object, pieces: PeerPieces): void {
    this.remove(peer)
    const counted = new Uint8Array(this.counts.length)
    let total = 0
    for (let piece = 0; piece < counted.length; piece++) {
      if (!pieces.get(piece)) continue
      counted[piece] = 1
      total++
    }
    if (total === counted.length) {
      this.seeds++
      this.#peers.set(peer, null)
      return
    }
    for (let piece = 0; piece < counted.length; piece++) this.counts[piece]! += counted[piece]!
    this.#peers.set(peer, { pieces: counted, total })
  }

  /** Whether a peer has said that it has everything. One that has said nothing yet has nothing. */
  isSeed(peer: object): boolean {
    const counted = this.#peers.get(peer)
    return counted === null || counted?.total === this.counts.length
  }

  /** 0..1: the share of the pieces that a peer has. */
  share(peer: object): number {
    const counted = this.#peers.get(peer)
    if (counted === null) return 1
    return counted === undefined || this.counts.length === 0 ? 0 : counted.total / this.counts.length
  }

  /** How many peers have each piece. */
  all(): number[] {
    return Array.from(this.counts, (count) => count + this.seeds)
  }

  /** A peer says that it has a piece, or (`has` false) no longer. */
  change(peer: object, piece: number, has: boolean, pieces: PeerPieces): void {
    const counted = this.#peers.get(peer)
    if (counted === null || counted === undefined) {
      if (!has || counted === undefined) this.set(peer, pieces)
      return
    }
    // one that has all in the end stays among those that are counted: it may lose and win a piece again and again
    const { pieces: known } = counted
    if (!(piece >= 0 && piece < known.length) || (known[piece] === 1) === has) return
    known[piece] = has ? 1 : 0
    counted.total += has ? 1 : -1
    this.counts[piece]! += has ? 1 : -1
  }

  remove(peer: object): void {
    const counted = this.#peers.get(peer)
    if (counted === undefined) return
    this.#peers.delete(peer)
    if (counted === null) {
      this.seeds--
      return
    }
    const { pieces } = counted
    for (let piece = 0; piece < pieces.length; piece++) this.counts[piece]! -= pieces[piece]!
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
}
