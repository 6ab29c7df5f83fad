import type { Wire } from 'webtorrent'
import type { Metainfo } from '../../../../metainfo/types.ts'
import { PieceWriter, type WritableStorage } from '../../storage/piece-writer.ts'
import { Assembly, type AssemblyStorage } from './assembly.ts'
import type { Availability, PeerPieces } from './availability.ts'
import { type BegunPiece, BlockState, blockLength } from './begun-piece.ts'
import { BlockProof } from './block-proof.ts'
import { OutRequest, PeerRequests, type QueueSettings } from './peer-requests.ts'
import { Picker, type Run } from './picker.ts'
import type { PartialPiece } from './piece-bytes.ts'
import { addPiece, commonCount, hasPiece, newPieceSet, removePiece } from './piece-set.ts'

/** Near the end a peer has so many blocks that others are asked for as well. */
const secondHand = 4
/** So many requests go out at a time: the queue of a fast peer grows with its answers, and no turn gets long. */
const mostAtOnce = 64

/** What of the session's settings matters here. */
export interface DownloadSettings extends QueueSettings {
  readonly prioritizePartial: boolean
  readonly extentAffinity: boolean
  readonly strictEndGame: boolean
  readonly initialThreshold: number
  readonly maxQueuedDisk: number
  readonly urlSeedPipeline: number
  /** Suggestions of a peer that are kept; undefined: all. */
  readonly mostSuggested?: number
}

/** What of a torrent is to be had. */
export interface DownloadGoal {
  /** Priority of each piece; null before the metadata. */
  readonly selection: { readonly pieces: Uint8Array } | null
  readonly wantedMissing: number
  readonly numHave: number
  readonly options: { readonly sequential: boolean; readonly uploadMode: boolean }
  has(piece: number): boolean
}

export interface DownloadEvents {
  /** A piece is on disk. */
  got(piece: number): void
  /** A piece had the wrong hash; the connections that sent it. */
  bad(piece: number, bytes: number, senders: Wire[]): void
  /** These connections sent blocks that have been shown to be wrong. */
  lied(piece: number, senders: Wire[]): void
  /** A piece cannot be written. */
  failed(error: Error): void
  /** A connection is asked for so many blocks now. */
  asked(wire: Wire, requests: number): void
  /** Does what a connection is about; what is thrown costs the connection alone. */
  guarded(wire: Wire, work: () => void): void
}

export interface DownloadParts {
  meta: Metainfo
  storage: AssemblyStorage & WritableStorage
  goal: DownloadGoal
  availability: Availability
  settings: () => DownloadSettings
  /** Nearly all peers are seeds, so the order of pieces does not matter to them. */
  autoSequential: () => boolean
  events: DownloadEvents
}

/**
 * The way of a block into one torrent: whom to ask for what (picker.ts), how much at a time (peer-requests.ts), pieces out
 * of blocks (assembly.ts), and pieces to the disk (piece-writer.ts). A peer for which there is nothing is left alone until
 * something that it has is free again.
 */
export class Downloads {
  readonly #meta: Metainfo
  readonly #goal: DownloadGoal
  readonly #availability: Availability
  readonly #settings: () => DownloadSettings
  readonly #events: DownloadEvents
  readonly #picker: Picker
  readonly #writer: PieceWriter
  readonly #assembly: Assembly
  readonly #proof = new BlockProof()
  readonly #peers = new Map<Wire, PeerRequests>()
  /** Peers that have room for requests, and nothing was found for them. */
  readonly #idle = new Set<PeerRequests>()
  /** Wanted pieces that are missing. */
  readonly #missing: Uint8Array
  #waking: NodeJS.Immediate | null = null
  /** Whether the idle ones know that blocks may be asked for again. */
  #ending = false
  #stopped = false

  constructor({ meta, storage, goal, availability, settings, autoSequential, events }: DownloadParts) {
    this.#meta = meta
    this.#goal = goal
    this.#availability = availability
    this.#settings = settings
    this.#events = events
    this.#missing = newPieceSet(meta.numPieces)
    const rules = () => ({
      ...settings(),
      sequential: goal.options.sequential || autoSequential(),
      numHave: goal.numHave,
      peers: this.#peers.size,
    })
    this.#picker = new Picker(meta, availability.counts, rules)
    availability.listener = {
      changed: (piece) => this.#picker.order.moved(piece),
      allChanged: () => this.#picker.order.allMoved(),
    }
    this.#writer = new PieceWriter(
      storage,
      () => settings().maxQueuedDisk,
      (error) => events.failed(error),
    )
    this.#assembly = new Assembly(storage, this.#writer, (piece) => this.#proof.suspects(piece), {
      done: (begun) => this.#done(begun),
      bad: (begun, blocks) => this.#bad(begun, blocks),
      cleared: ({ index }, blocks) => {
        const liars = this.#proof.right(index, blocks) as PeerRequests[]
        if (liars.length > 0)
          events.lied(
            index,
            liars.map(({ wire }) => wire),
          )
      },
      failed: (error) => events.failed(error),
    })
    this.select()
  }

  /** What is wanted has changed. */
  select(): void {
    const wanted = this.#goal.selection?.pieces ?? new Uint8Array(this.#meta.numPieces)
    this.#missing.fill(0)
    for (let piece = 0; piece < wanted.length; piece++)
      if (wanted[piece] !== 0 && !this.#goal.has(piece)) addPiece(this.#missing, piece)
    this.#picker.select(wanted, (piece) => this.#goal.has(piece))
    for (const peer of this.#peers.values()) {
      this.#count(peer)
      this.#events.guarded(peer.wire, () => this.#tellInterest(peer))
      this.#idle.add(peer)
    }
    this.#wake()
  }

  /** A connection, with the pieces that it has so far. */
  join(wire: Wire): void {
    if (this.#stopped || this.#peers.has(wire)) return
    const peer = new PeerRequests(wire, (request) => this.#lost(request))
    this.#peers.set(wire, peer)
    this.#count(peer)
    wire.on('suggest', (piece: number) =>
      peer.suggests(piece, this.#settings().mostSuggested ?? Number.POSITIVE_INFINITY),
    )
    wire.on('reject', (piece: number) => {
      // it allows that no longer, as in libtorrent
      const at = wire.peerChoking ? wire.peerAllowedFastSet.indexOf(piece) : -1
      if (at !== -1) wire.peerAllowedFastSet.splice(at, 1)
    })
  }

  leave(wire: Wire): void {
    const peer = this.#peers.get(wire)
    if (peer === undefined) return
    this.#peers.delete(wire)
    this.#idle.delete(peer)
    // webtorrent has emptied its list with callbacks, if it has not been destroyed before
    for (const request of peer.waiting.splice(0)) this.#lost(request)
    this.#availability.remove(wire)
  }

  /** A peer has said anew what it has. */
  recount(wire: Wire, pieces: PeerPieces): void {
    this.#availability.set(wire, pieces)
    const peer = this.#peers.get(wire)
    if (peer !== undefined) this.#count(peer)
  }

  /** A peer has one piece more, or less. */
  changed(wire: Wire, piece: number, has: boolean, pieces: PeerPieces): void {
    const one = this.#availability.change(wire, piece, has, pieces)
    const peer = this.#peers.get(wire)
    if (peer === undefined) return
    if (!one) this.#count(peer)
    else if (hasPiece(this.#missing, piece)) peer.useful += has ? 1 : -1
  }

  /** Whether a peer has a wanted piece that is missing here. */
  interesting(wire: Wire): boolean {
    const { options, wantedMissing } = this.#goal
    return !options.uploadMode && wantedMissing > 0 && (this.#peers.get(wire)?.useful ?? 0) > 0
  }

  /** The peer may be asked for more than before: asks it. */
  update(wire: Wire): void {
    const peer = this.#peers.get(wire)
    if (peer !== undefined) this.#fill(peer)
  }

  /** A peer did not answer in time: until it does it has one request at a time. */
  snub(wire: Wire): void {
    const peer = this.#peers.get(wire)
    if (peer !== undefined) peer.snubbed = true
  }

  /** How fast a peer is, bytes/s. */
  measured(wire: Wire, rate: number): void {
    const peer = this.#peers.get(wire)
    if (peer === undefined) return
    peer.rate = rate
    peer.fast = peer.isWebSeed || rate * this.#settings().wholePieceSeconds >= this.#meta.pieceLength
    if (rate > 0) this.#fill(peer)
  }

  /** A block has come, whose bytes are not looked at afterwards. False when nobody needs it. */
  take(wire: Wire, piece: number, offset: number, bytes: Uint8Array): boolean {
    const peer = this.#peers.get(wire)
    if (peer === undefined) return false
    peer.snubbed = false
    const request = peer.answered(piece, offset, bytes.length)
    if (request === undefined) return false
    const { begun } = request
    // its piece may be here by now
    const current = this.#picker.begun.get(piece) === begun
    let used = false
    for (let block = request.block; current && block < request.block + request.count; block++) {
      if (begun.state(block) === BlockState.received) continue
      used = true
      const others = this.#picker.received(begun, block, peer)
      for (const other of others) if (other !== request) this.#obsolete(other as OutRequest)
      const at = (block - request.block) * blockLength
      this.#assembly.add(begun, block, bytes.subarray(at, at + begun.sizeOf(block)))
    }
    this.#picker.dropped(request)
    this.#fill(peer)
    return used
  }

  /** Bytes of blocks that have come and are not on their way to the disk. */
  get heldBytes(): number {
    return this.#assembly.bytes
  }

  /** Whether what peers send is to wait for the disk. */
  get full(): boolean {
    return this.#writer.full
  }

  whenDrained(go: () => void): void {
    this.#writer.whenDrained(go)
  }

  /** The pieces of which blocks were asked for or have come. */
  begun(): Iterable<BegunPiece> {
    return this.#picker.begun.values()
  }

  /** The same, for what is reported of them. */
  partial(): PartialPiece[] {
    return [...this.#picker.begun.values()].map((begun) => ({
      index: begun.index,
      received: begun.receivedBytes,
      hasBlock: (block) => begun.state(block) === BlockState.received,
    }))
  }

  /** Nothing is asked for or written any more. */
  stop(): void {
    this.#stopped = true
    this.#writer.stop()
    this.#assembly.clear()
    this.#availability.listener = null
    if (this.#waking !== null) clearImmediate(this.#waking)
    this.#peers.clear()
    this.#idle.clear()
  }

  #count(peer: PeerRequests): void {
    peer.pieces = this.#availability.pieces(peer.wire)
    peer.useful = commonCount(this.#missing, peer.pieces)
  }

  #tellInterest({ wire }: PeerRequests): void {
    if (this.interesting(wire)) wire.interested()
    else wire.uninterested()
  }

  #fill(peer: PeerRequests): void {
    if (!peer.wire.peerChoking) {
      this.#fillFrom(peer)
      return
    }
    const { pieces } = peer
    const allowed = peer.allowedOf(this.#meta.numPieces)
    if (allowed === null) {
      this.#idle.delete(peer)
      return
    }
    // only these are to be seen by the picker
    peer.pieces = allowed
    this.#fillFrom(peer)
    peer.pieces = pieces
  }

  #fillFrom(peer: PeerRequests): void {
    const { wire } = peer
    const { options, wantedMissing } = this.#goal
    this.#idle.delete(peer)
    if (this.#stopped || wire.destroyed || options.uploadMode || wantedMissing === 0) return
    if (peer.useful === 0) return
    const settings = this.#settings()
    const most = peer.isWebSeed ? settings.urlSeedPipeline : peer.most(settings)
    // half of the queue is enough to wait for: filling it up for each block would cost more than it brings
    if (peer.waiting.length > most / 2) return
    const asked: OutRequest[] = []
    const room = Math.min(mostAtOnce, most - peer.waiting.length)
    while (asked.length < room) {
      const run = this.#picker.next(peer, peer.isWebSeed ? Number.POSITIVE_INFINITY : room - asked.length)
      if (run === null) break
      if (peer.isWebSeed) this.#ask(peer, run, asked)
      else
        for (let at = 0; at < run.count; at++)
          this.#ask(peer, { begun: run.begun, block: run.block + at, count: 1 }, asked)
    }
    if (asked.length === 0 && peer.waiting.length === 0) {
      this.#picker.pickAgain(peer, Math.min(secondHand, most), (begun, block) =>
        this.#ask(peer, { begun, block, count: 1 }, asked),
      )
    }
    if (asked.length > 0) {
      peer.send(asked)
      this.#events.asked(wire, asked.length)
    }
    if (peer.waiting.length <= most / 2) this.#idle.add(peer)
    const ending = this.#picker.allAsked
    if (ending && !this.#ending) this.#wake()
    this.#ending = ending
  }

  #ask(peer: PeerRequests, run: Run, asked: OutRequest[]): void {
    const request = new OutRequest(peer, run)
    this.#picker.asked(request)
    asked.push(request)
  }

  /** A request will not be answered. */
  #lost(request: OutRequest): void {
    const freed = this.#picker.dropped(request)
    // it has room for others now
    if (this.#peers.get(request.owner.wire) === request.owner) this.#idle.add(request.owner)
    else if (!freed) return
    this.#wake()
  }

  /** What this request asks for has come from somebody else. */
  #obsolete(request: OutRequest): void {
    const { begun, block, count, owner } = request
    for (let at = block; at < block + count; at++) if (begun.state(at) !== BlockState.received) return
    this.#events.guarded(owner.wire, () => owner.cancel(request))
    this.#picker.dropped(request)
    this.#idle.add(owner)
    this.#wake()
  }

  /** Peers that idle may have something to do: in the next turn, since more is to come of what frees blocks. */
  #wake(): void {
    if (this.#stopped) return
    this.#waking ??= setImmediate(() => {
      this.#waking = null
      for (const peer of [...this.#idle]) this.#events.guarded(peer.wire, () => this.#fill(peer))
    })
  }

  #done(begun: BegunPiece): void {
    this.#picker.done(begun)
    const { index } = begun
    if (hasPiece(this.#missing, index)) {
      removePiece(this.#missing, index)
      for (const peer of this.#peers.values()) {
        if (peer.current === begun) peer.current = null
        if (peer.pieces !== null && !hasPiece(peer.pieces, index)) continue
        if (--peer.useful === 0) this.#events.guarded(peer.wire, () => peer.wire.uninterested())
      }
    }
    this.#events.got(index)
  }

  #bad(begun: BegunPiece, blocks: readonly string[]): void {
    const senders = blocks.map((_, block) => begun.sender(block))
    this.#proof.bad(begun.index, blocks, senders)
    const wires = [...begun.senders].map((peer) => (peer as PeerRequests).wire)
    this.#picker.failed(begun)
    this.#events.bad(begun.index, begun.length, wires)
    this.#wake()
  }
}
