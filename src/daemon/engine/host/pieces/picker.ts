import type { Piece, Torrent, Wire } from 'webtorrent'
import type { Swarm } from '../swarm.ts'
import type { TorrentState } from '../torrent-state.ts'
import type { Availability } from './availability.ts'
import type { PartialPiece } from './piece-bytes.ts'
import type { PieceRange } from './selection.ts'

/** Complete pieces that wait for the disk hold back new requests from this on, bytes. */
const writeBacklog = 16 << 20
/** What one request asks for, bytes. */
const blockLength = 16384

/**
 * Which piece to ask a peer for. webtorrent's own rarest-first walks over all pieces for every piece it tries, and
 * tries those that are fully requested too. Measured over loopback: 512 MiB in pieces of 64 KiB took 39 s with it,
 * half of it for the last tenth, and 6 s with this. Here: first go on with begun pieces, then take the rarest (or next) of the highest priority, looking
 * from a random place so that peers do not all ask for the same.
 *
 * The requests themselves stay webtorrent's (`_request`).
 */
export class Picker {
  readonly #swarm: Swarm
  readonly #torrent: Torrent
  readonly #state: TorrentState
  readonly #availability: Availability
  /** Pieces of which a block was asked for, in that order, with the peers that sent some. */
  readonly #begun = new Map<number, Set<Wire>>()
  /** Wanted runs, highest priority first. */
  #ranges: PieceRange[][] = []
  /** Where missing wanted pieces start, for `interesting`. */
  #firstMissing = 0

  constructor(swarm: Swarm, availability: Availability) {
    this.#swarm = swarm
    this.#torrent = swarm.torrent
    this.#state = swarm.state
    this.#availability = availability
    this.reorder()
  }

  /** The selection changed. */
  reorder(): void {
    this.#firstMissing = 0
    const byPriority = new Map<number, PieceRange[]>()
    for (const range of this.#state.selection?.ranges ?? []) {
      byPriority.set(range.priority, [...(byPriority.get(range.priority) ?? []), range])
    }
    this.#ranges = [...byPriority].sort(([a], [b]) => b - a).map(([, ranges]) => ranges)
  }

  /** A block of the piece has come. */
  received(piece: number, wire: Wire): void {
    if (!this.#torrent.pieces[piece]) return
    const from = this.#begun.get(piece)
    if (from === undefined) this.#begun.set(piece, new Set([wire]))
    else from.add(wire)
  }

  /** The piece is on disk. */
  done(piece: number): void {
    this.#begun.delete(piece)
  }

  /** The piece had the wrong hash: webtorrent starts it anew. Answers with those who sent it. */
  failed(piece: number): Wire[] {
    const from = this.#begun.get(piece)
    this.#begun.delete(piece)
    return from === undefined ? [] : [...from]
  }

  /** The pieces of which blocks have come. */
  partial(): PartialPiece[] {
    const found: PartialPiece[] = []
    for (const index of this.#begun.keys()) {
      const piece = this.#torrent.pieces[index]
      if (!piece) continue
      const received = piece.length - piece.missing
      const blocks = piece._buffer
      found.push({ index, received, hasBlock: (block) => piece._flushed || blocks?.[block] !== undefined })
    }
    return found
  }

  /** Whether the peer has a wanted piece that is missing here. */
  interesting(wire: Wire): boolean {
    const { selection, options, wantedMissing } = this.#state
    if (selection === null || options.uploadMode || wantedMissing === 0) return false
    const total = selection.pieces.length
    let first = this.#firstMissing
    while (first < total && !this.#missing(first)) first++
    this.#firstMissing = first
    for (let piece = first; piece < total; piece++) {
      if (this.#missing(piece) && wire.peerPieces.get(piece)) return true
    }
    return false
  }

  /** Fills the peer's queue of requests. */
  update(wire: Wire): void {
    const { options, wantedMissing } = this.#state
    if (wire.destroyed || wire.peerChoking || options.uploadMode || wantedMissing === 0) return
    // half of the queue is enough to wait for: filling it up for each block would cost more than it brings
    const limit = wire.type === 'webSeed' ? this.#torrent.maxWebConns : this.#queueLength(wire)
    if (wire.requests.length > limit / 2 || this.#diskIsBehind()) return
    withQueue(wire, limit, this.#state.meta?.pieceLength ?? 0, () => this.#fill(wire, limit))
    if (wire.requests.length === 0) this.#takeOver(wire)
  }

  #fill(wire: Wire, limit: number): void {
    while (wire.requests.length < limit) {
      const piece = this.#next(wire)
      if (piece === -1) return
      const before = wire.requests.length
      while (wire.requests.length < limit && this.#torrent._request(wire, piece, false)) {
        // until the piece or the queue is full
      }
      if (wire.requests.length === before) return
      if (!this.#begun.has(piece)) this.#begun.set(piece, new Set())
    }
  }

  /** Each piece that gets to the disk makes webtorrent call `update` again, so nothing else has to. */
  #diskIsBehind(): boolean {
    const pieceLength = this.#state.meta?.pieceLength ?? 0
    const allowed = Math.max(2, Math.ceil(writeBacklog / pieceLength))
    if (this.#begun.size <= allowed) return false
    let waiting = 0
    for (const index of this.#begun.keys()) if (this.#torrent.pieces[index]?._flushed) waiting++
    return waiting > allowed
  }

  /** Everything is asked for but this peer idles: it may take blocks over from a much slower one. */
  #takeOver(wire: Wire): void {
    for (const piece of this.#begun.keys()) {
      if (this.#missing(piece) && wire.peerPieces.get(piece) && this.#torrent._request(wire, piece, true))
        return
    }
  }

  #next(wire: Wire): number {
    const begun = this.#nextBegun(wire)
    if (begun !== -1) return begun
    const inOrder = this.#state.options.sequential || this.#swarm.autoSequential
    for (const ranges of this.#ranges) {
      const piece = inOrder ? this.#nextInOrder(wire, ranges) : this.#rarest(wire, ranges)
      if (piece !== -1) return piece
    }
    return -1
  }

  /** A begun piece with free blocks, of the highest priority there is. */
  #nextBegun(wire: Wire): number {
    let best = -1
    let bestPriority = 0
    for (const index of this.#begun.keys()) {
      const piece = this.#torrent.pieces[index]
      if (!piece) {
        this.#begun.delete(index)
        continue
      }
      const priority = this.#state.selection?.pieces[index] ?? 0
      if (priority > bestPriority && hasFreeBlock(piece) && wire.peerPieces.get(index)) {
        best = index
        bestPriority = priority
      }
    }
    return best
  }

  #nextInOrder(wire: Wire, ranges: PieceRange[]): number {
    for (const { from, to } of ranges) {
      for (let piece = Math.max(from, this.#firstMissing); piece <= to; piece++) {
        if (this.#untouched(piece) && wire.peerPieces.get(piece)) return piece
      }
    }
    return -1
  }

  #rarest(wire: Wire, ranges: PieceRange[]): number {
    const { counts } = this.#availability
    const total = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)
    let at = Math.floor(Math.random() * total)
    // the run that `at` falls into
    let run = 0
    while (at > ranges[run]!.to - ranges[run]!.from) {
      at -= ranges[run]!.to - ranges[run]!.from + 1
      run++
    }
    let piece = ranges[run]!.from + at
    let best = -1
    let bestCount = Number.POSITIVE_INFINITY
    for (let steps = 0; steps < total; steps++) {
      if (counts[piece]! < bestCount && this.#untouched(piece) && wire.peerPieces.get(piece)) {
        best = piece
        bestCount = counts[piece]!
        // nothing is rarer; with seeds alone every piece is so
        if (bestCount === 0) break
      }
      if (piece < ranges[run]!.to) piece++
      else {
        run = (run + 1) % ranges.length
        piece = ranges[run]!.from
      }
    }
    return best
  }

  /**
   * How many requests a peer may have from us. Peers that answer in bursts (Transmission does, twice a second) never
   * get fast with a queue that only follows their speed: so it grows with what they have sent, as in TCP's slow start,
   * and then holds some seconds of their speed (request_queue_time), at most max_out_request_queue. A peer that does
   * not answer has to do with one.
   */
  #queueLength(wire: Wire): number {
    const { live, watch } = this.#swarm.limits
    if (watch.snubbed(wire)) return 1
    const sent = Math.floor(wire.downloaded / blockLength)
    const length = Math.max(
      Math.min(firstQueue + sent, surplusQueue),
      Math.ceil((live.requestSeconds * wire.downloadSpeed()) / blockLength),
    )
    const { reqq } = wire.peerExtendedHandshake
    const most = typeof reqq === 'number' && reqq > 0 ? reqq : live.maxRequestsOut
    return Math.min(length, most, live.maxRequestsOut)
  }

  #missing(piece: number): boolean {
    return this.#torrent.pieces[piece] !== null && this.#state.selection?.pieces[piece] !== 0
  }

  #untouched(index: number): boolean {
    const piece = this.#torrent.pieces[index]
    return !!piece && piece._buffer === null && !piece._flushed
  }
}

function hasFreeBlock(piece: Piece): boolean {
  if (piece._flushed) return false
  return piece._reservations < piece._chunks || (piece._cancellations?.length ?? 0) > 0
}

/** What a peer is asked for before its speed is known, blocks. */
const firstQueue = 16
const surplusQueue = 64

/**
 * Asks for blocks with webtorrent's `_request`, which has a bound of its own that follows the speed
 * (getBlockPipelineLength; getPiecePipelineLength for a web seed, which is asked for whole pieces): for the moment, the
 * speed is one whose bound is ours.
 */
function withQueue(wire: Wire, length: number, pieceLength: number, ask: () => void): void {
  const measured = wire.downloadSpeed
  wire.downloadSpeed = () => length * (wire.type === 'webSeed' ? pieceLength : blockLength)
  try {
    ask()
  } finally {
    wire.downloadSpeed = measured
  }
}
