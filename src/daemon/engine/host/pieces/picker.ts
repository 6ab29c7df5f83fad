import { type Asked, BegunPiece, type BlockRequest, BlockState, blockLength } from './begun-piece.ts'
import { PieceOrder } from './piece-order.ts'
import { hasPiece } from './piece-set.ts'

/** A block is asked of at most so many peers at once, and only near the end. */
export const mostAsked = 3
/** So many begun pieces are looked at for a peer, and so many blocks near the end. */
const mostLooks = 64
const mostBlockLooks = 256
/** libtorrent's: with more begun pieces than this for each peer, or more blocks in all, they go first. */
const begunPerPeer = 1.5
const mostBegunBlocks = 2048
/** libtorrent's piece_extent_affinity: pieces that lie together in so many bytes are an extent, and so many are kept. */
const extentBytes = 4 << 20
const mostExtents = 5

/** A peer, as far as choosing for it goes. */
export interface PickerPeer {
  /** What it has (see piece-set.ts); null for everything. */
  readonly pieces: Uint8Array | null
  /** It sends a whole piece within whole_pieces_threshold seconds. */
  readonly fast: boolean
  /** The piece that it works on. */
  current: BegunPiece | null
  /** Pieces that it had better be asked for, the best first (BEP 6). */
  readonly suggested?: readonly number[]
}

/** What a torrent wants and how. */
export interface PickerRules {
  readonly sequential: boolean
  /** libtorrent's settings of these names. */
  readonly prioritizePartial: boolean
  readonly extentAffinity: boolean
  readonly strictEndGame: boolean
  readonly initialThreshold: number
  /** Pieces that are here. */
  readonly numHave: number
  /** Peers that may be asked. */
  readonly peers: number
}

/** Blocks of one piece that lie one behind the other. */
export interface Run {
  readonly begun: BegunPiece
  readonly block: number
  readonly count: number
}

export interface PickerLayout {
  readonly pieceLength: number
  readonly numPieces: number
  readonly totalSize: number
}

/**
 * Chooses which blocks to ask a peer for, by libtorrent's rules: the rarest piece of the highest priority, begun pieces
 * before others that are as good, or all in order; a fast peer has pieces of its own. It knows pieces and blocks, and
 * peers only by what they have; it sends nothing. Nothing that it does for one peer grows with the number of others, and
 * only the laying over each other of two sets, a bit a piece, with the number of pieces.
 */
export class Picker {
  readonly order: PieceOrder
  /** All begun pieces, in the order in which they began. */
  readonly begun = new Map<number, BegunPiece>()
  /** Those of them with free blocks. */
  readonly #partial = new Set<BegunPiece>()
  readonly #layout: PickerLayout
  readonly #rules: () => PickerRules
  #wanted: Uint8Array
  readonly #extents: number[] = []

  /** `counts` as for PieceOrder. Nothing is wanted before `select`. */
  constructor(layout: PickerLayout, counts: Uint16Array, rules: () => PickerRules) {
    this.#layout = layout
    this.#rules = rules
    this.#wanted = new Uint8Array(layout.numPieces)
    this.order = new PieceOrder(counts)
  }

  /** Priorities 0..7 of the pieces, and which are here. Begun pieces that nobody wants any more stay as they are. */
  select(wanted: Uint8Array, has: (piece: number) => boolean): void {
    this.#wanted = wanted
    this.order.reset(wanted, (piece) => !has(piece) && !this.begun.has(piece))
    this.#partial.clear()
    for (const begun of this.begun.values()) this.#listed(begun)
  }

  /** Every wanted block is here or asked for. */
  get allAsked(): boolean {
    return this.order.size === 0 && this.#partial.size === 0
  }

  /**
   * Chooses what a peer is to be asked for next: at most so many blocks of one piece, one behind the other. They count as
   * asked for once the caller says so with `asked`, before it asks this again. null: there is nothing for it.
   */
  next(peer: PickerPeer & Asked, most: number): Run | null {
    const begun = this.#choose(peer)
    if (begun === null) return null
    peer.current = begun
    const block = begun.nextFree()
    return { begun, block, count: begun.freeRun(block, most) }
  }

  /**
   * Near the end, blocks that others are asked for and this peer is not: up to `most` single ones. `strict_end_game_mode`:
   * only once no block is free any more.
   */
  pickAgain(peer: PickerPeer & Asked, most: number, ask: (begun: BegunPiece, block: number) => void): void {
    if (this.#rules().strictEndGame && !this.allAsked) return
    let looks = mostBlockLooks
    let left = most
    const second: [BegunPiece, number][] = []
    for (const begun of this.begun.values()) {
      if (begun.outstanding === 0 || this.#wanted[begun.index] === 0) continue
      if (--looks <= 0) break
      if (peer.pieces !== null && !hasPiece(peer.pieces, begun.index)) continue
      for (let block = 0; block < begun.blocks && left > 0 && looks > 0; block++) {
        if (begun.state(block) !== BlockState.requested) continue
        looks--
        const requests = begun.requests(block)
        if (requests.length >= mostAsked || requests.some(({ owner }) => owner === peer)) continue
        if (requests.length > 1) second.push([begun, block])
        else {
          left--
          ask(begun, block)
        }
      }
      if (left === 0) return
    }
    for (const [begun, block] of second.slice(0, left)) ask(begun, block)
  }

  /** Blocks of a piece were asked for. */
  asked(request: BlockRequest): void {
    const { begun } = request
    const before = begun.free
    begun.request(request)
    this.#changed(begun, before)
  }

  /** A request was lost or is over. True when that makes blocks free. */
  dropped(request: BlockRequest): boolean {
    const { begun } = request
    // its piece is here, or was given up
    if (this.begun.get(begun.index) !== begun) return false
    const before = begun.free
    const freed = begun.drop(request)
    this.#changed(begun, before)
    if (begun.untouched) this.#forget(begun)
    return freed
  }

  /** A block has come; see BegunPiece.receive. */
  received(begun: BegunPiece, block: number, sender: Asked): readonly BlockRequest[] {
    const before = begun.free
    const waiting = begun.receive(block, sender)
    this.#changed(begun, before)
    return waiting
  }

  /** A piece is here. */
  done(begun: BegunPiece): void {
    this.#remove(begun)
  }

  /** What has come of a piece is wrong. */
  failed(begun: BegunPiece): void {
    const before = begun.free
    begun.restart()
    this.#changed(begun, before)
    if (begun.untouched) this.#forget(begun)
  }

  /** Begins a piece. */
  begin(piece: number): BegunPiece {
    const { pieceLength, totalSize } = this.#layout
    const begun = new BegunPiece(piece, Math.min(pieceLength, totalSize - piece * pieceLength))
    this.order.remove(piece)
    this.begun.set(piece, begun)
    this.#listed(begun)
    this.#noteExtent(piece)
    return begun
  }

  #choose(peer: PickerPeer & Asked): BegunPiece | null {
    const { current } = peer
    if (current !== null && this.#partial.has(current) && has(peer, current.index)) return current
    const rules = this.#rules()
    const partial = this.#bestPartial(peer, rules, false)
    const fresh = this.#fresh(peer, rules)
    if (partial !== null && (fresh === -1 || this.#first(partial, fresh, rules))) return partial
    if (fresh !== -1) {
      const begun = this.begin(fresh)
      begun.whole = peer.fast
      return begun
    }
    return this.#bestPartial(peer, rules, true)
  }

  /** Whether a begun piece goes before one that is not. */
  #first(partial: BegunPiece, fresh: number, rules: PickerRules): boolean {
    if (rules.sequential) {
      const [begunTop, freshTop] = [this.#wanted[partial.index] === 7, this.#wanted[fresh] === 7]
      return begunTop === freshTop ? partial.index < fresh : begunTop
    }
    if (rules.prioritizePartial || this.#manyBegun(rules)) return true
    return this.order.key(partial.index) <= this.order.key(fresh)
  }

  #manyBegun({ peers }: PickerRules): boolean {
    const blocks = Math.ceil(this.#layout.pieceLength / blockLength)
    return this.begun.size > peers * begunPerPeer || this.begun.size * blocks > mostBegunBlocks
  }

  /** The best begun piece with free blocks. `shared`: also one where fast and slow peers would meet. */
  #bestPartial(peer: PickerPeer & Asked, { sequential }: PickerRules, shared: boolean): BegunPiece | null {
    let best: BegunPiece | null = null
    let bestKey = 0
    let looks = mostLooks
    for (const begun of this.#partial) {
      if (--looks < 0) break
      if (!has(peer, begun.index)) continue
      const others = begun.owner !== null && begun.owner !== peer
      if (!shared && others && (peer.fast || begun.whole)) continue
      const key = sequential ? begun.index : this.order.key(begun.index)
      if (best !== null && (key > bestKey || (key === bestKey && begun.received <= best.received))) continue
      best = begun
      bestKey = key
    }
    return best
  }

  #fresh(peer: PickerPeer, rules: PickerRules): number {
    if (this.order.size === 0) return -1
    if (rules.sequential) return this.order.next(peer.pieces)
    const suggested = peer.suggested?.find((piece) => this.order.has(piece) && has(peer, piece)) ?? -1
    if (suggested !== -1) return suggested
    if (rules.numHave < rules.initialThreshold) {
      // as in libtorrent: the first pieces are any, to have something to give soon
      const top = this.order.best(peer.pieces)
      if (top === -1 || this.#wanted[top] === 7) return top
      return this.order.any(peer.pieces)
    }
    if (rules.extentAffinity) {
      const near = this.#nearby(peer)
      if (near !== -1) return near
    }
    return this.order.best(peer.pieces)
  }

  /** A piece beside those that began lately. */
  #nearby(peer: PickerPeer): number {
    const pieces = this.#extentPieces
    for (const extent of this.#extents) {
      const found = this.order.within(peer.pieces, extent * pieces, (extent + 1) * pieces - 1)
      if (found !== -1) return found
    }
    return -1
  }

  #noteExtent(piece: number): void {
    const extent = Math.floor(piece / this.#extentPieces)
    if (this.#extents.includes(extent)) return
    this.#extents.push(extent)
    if (this.#extents.length > mostExtents) this.#extents.shift()
  }

  get #extentPieces(): number {
    return Math.max(1, Math.floor(extentBytes / this.#layout.pieceLength))
  }

  #listed(begun: BegunPiece): void {
    if (begun.free === 0 || this.#wanted[begun.index] === 0) return
    this.#partial.add(begun)
  }

  #changed(begun: BegunPiece, before: number): void {
    if ((before === 0) === (begun.free === 0)) return
    if (begun.free === 0) this.#partial.delete(begun)
    else this.#listed(begun)
  }

  /** As if the piece had never begun. */
  #forget(begun: BegunPiece): void {
    this.#remove(begun)
    this.order.add(begun.index)
  }

  #remove(begun: BegunPiece): void {
    this.begun.delete(begun.index)
    this.#partial.delete(begun)
  }
}

function has({ pieces }: PickerPeer, piece: number): boolean {
  return pieces === null || hasPiece(pieces, piece)
}
