import { addPiece, firstCommon, hasPiece, newPieceSet, removePiece } from './piece-set.ts'

/** So many pieces of a bucket are looked at for a peer before all that it has are laid over all that are open. */
const mostLooks = 64
/** Of those so many are compared. */
const mostCandidates = 256
const priorities = 8
/** After many counts have changed so many pieces are put in order at a time; all where there are few. */
const portion = 256
const few = 4096

/**
 * The pieces that are wanted, missing and not begun, in the order in which they are to be begun. They lie in buckets by
 * libtorrent's measure: copies among peers that are not seeds, plus one, times 8 minus the priority. So the rarest comes
 * first and priorities are weights; where all peers are seeds, priorities alone count. Each piece comes and goes, and
 * moves to another bucket, in one step. Within a bucket chance decides, so that peers do not all ask for the same.
 */
export class PieceOrder {
  readonly #counts: Uint16Array
  /** 0..7 for each piece. */
  #wanted: Uint8Array
  readonly #buckets: number[][] = []
  /** Where a piece lies: its bucket (-1: in none), and the place there. */
  readonly #bucketOf: Int32Array
  readonly #placeOf: Int32Array
  readonly #open: Uint8Array
  /** Those of priority 7. */
  readonly #top: Uint8Array
  readonly #random: () => number
  /** No bucket before this one holds anything. */
  #first = 0
  /** No open piece has a lower index. */
  #lowest = 0
  /** Pieces from here on may lie in buckets of old counts. */
  #unsettled: number
  size = 0

  /** `counts`: copies of each piece among peers that are not seeds; kept up to date by whoever calls `moved`. */
  constructor(counts: Uint16Array, random: () => number = Math.random) {
    this.#counts = counts
    this.#random = random
    this.#wanted = new Uint8Array(counts.length)
    this.#bucketOf = new Int32Array(counts.length).fill(-1)
    this.#placeOf = new Int32Array(counts.length)
    this.#unsettled = counts.length
    this.#open = newPieceSet(counts.length)
    this.#top = newPieceSet(counts.length)
  }

  /** Other priorities; `open` says which pieces are missing and not begun. */
  reset(wanted: Uint8Array, open: (piece: number) => boolean): void {
    this.#wanted = wanted
    this.#open.fill(0)
    this.#top.fill(0)
    this.#bucketOf.fill(-1)
    for (const bucket of this.#buckets) bucket.length = 0
    this.#first = 0
    this.size = 0
    this.#lowest = 0
    this.#unsettled = this.#counts.length
    for (let piece = 0; piece < this.#counts.length; piece++) {
      if (wanted[piece] === 0 || !open(piece)) continue
      this.#mark(piece)
      this.#put(piece)
    }
  }

  has(piece: number): boolean {
    return hasPiece(this.#open, piece)
  }

  /** A piece is open (again); one that is not wanted stays away. */
  add(piece: number): void {
    if (this.#wanted[piece] === 0 || this.has(piece)) return
    this.#mark(piece)
    this.#lowest = Math.min(this.#lowest, piece)
    this.#put(piece)
  }

  /** A piece was begun. */
  remove(piece: number): void {
    if (!this.has(piece)) return
    removePiece(this.#open, piece)
    removePiece(this.#top, piece)
    this.size--
    this.#take(piece)
  }

  /** A piece has more or fewer copies than before. */
  moved(piece: number): void {
    if (!this.has(piece)) return
    this.#take(piece)
    this.#put(piece)
  }

  /** Very many pieces have other counts: they are put in order a portion at a time, whenever somebody asks. */
  allMoved(): void {
    this.#unsettled = 0
  }

  /** The measure: lower comes first. */
  key(piece: number): number {
    return (this.#counts[piece]! + 1) * (priorities - this.#wanted[piece]!)
  }

  /** What comes first of the pieces that a peer has (null: all); -1 for none. Changes nothing. */
  best(peer: Uint8Array | null): number {
    this.#settle()
    let looks = mostLooks
    for (let key = this.#first; key < this.#buckets.length; key++) {
      const bucket = this.#buckets[key]
      if (bucket === undefined || bucket.length === 0) {
        if (key === this.#first) this.#first++
        continue
      }
      const start = Math.floor(this.#random() * bucket.length)
      for (let step = 0; step < bucket.length; step++) {
        const piece = bucket[start + step < bucket.length ? start + step : start + step - bucket.length]!
        if (peer === null || hasPiece(peer, piece)) return piece
        if (--looks === 0) return this.#bestCommon(peer!)
      }
    }
    return -1
  }

  /** The open piece with the lowest index among those that a peer has; -1 for none. As in libtorrent, those of priority 7 come
   * before all others. */
  next(peer: Uint8Array | null): number {
    const top = firstCommon(this.#top, peer, 0)
    if (top !== -1) return top
    this.#lowest = Math.max(0, firstCommon(this.#open, null, this.#lowest))
    return firstCommon(this.#open, peer, this.#lowest)
  }

  /** Any open piece that a peer has. */
  any(peer: Uint8Array | null): number {
    const from = Math.floor(this.#random() * this.#counts.length)
    const found = firstCommon(this.#open, peer, from)
    return found === -1 ? firstCommon(this.#open, peer, 0) : found
  }

  /** The first open piece of a stretch that a peer has, both ends included; -1 for none. */
  within(peer: Uint8Array | null, from: number, to: number): number {
    const found = firstCommon(this.#open, peer, from)
    return found === -1 || found > to ? -1 : found
  }

  /** The first in order of some of the pieces that a peer has, from a random one on. */
  #bestCommon(peer: Uint8Array): number {
    const total = this.#counts.length
    const start = Math.floor(this.#random() * total)
    let best = -1
    let bestKey = Number.POSITIVE_INFINITY
    let looks = mostCandidates
    const look = (from: number, to: number) => {
      for (let at = from; at < to && looks > 0; at++) {
        at = firstCommon(this.#open, peer, at)
        if (at === -1 || at >= to) return
        looks--
        if (this.#bucketOf[at]! >= bestKey) continue
        best = at
        bestKey = this.#bucketOf[at]!
      }
    }
    look(start, total)
    look(0, start)
    return best
  }

  #mark(piece: number): void {
    addPiece(this.#open, piece)
    if (this.#wanted[piece] === priorities - 1) addPiece(this.#top, piece)
    this.size++
  }

  #put(piece: number): void {
    const key = this.key(piece)
    while (this.#buckets.length <= key) this.#buckets.push([])
    const bucket = this.#buckets[key]!
    this.#placeOf[piece] = bucket.push(piece) - 1
    this.#bucketOf[piece] = key
    this.#first = Math.min(this.#first, key)
  }

  #take(piece: number): void {
    const bucket = this.#buckets[this.#bucketOf[piece]!]!
    const last = bucket.pop()!
    const place = this.#placeOf[piece]!
    if (last !== piece) {
      bucket[place] = last
      this.#placeOf[last] = place
    }
    this.#bucketOf[piece] = -1
  }

  /** Puts the next pieces in order whose counts may have changed. */
  #settle(): void {
    if (this.#unsettled === this.#counts.length) return
    const { length } = this.#counts
    const end = length <= few ? length : Math.min(length, this.#unsettled + portion)
    for (let piece = this.#unsettled; piece < end; piece++) {
      if (this.#bucketOf[piece] === -1 || this.#bucketOf[piece] === this.key(piece)) continue
      this.#take(piece)
      this.#put(piece)
    }
    this.#unsettled = end
  }
}
