import type { Wire } from 'webtorrent'
import { addressBytes, plainHost } from '../../peer-address.ts'
import { sendQueue } from '../peers/send-queue.ts'
import { hasPiece } from '../pieces/piece-set.ts'
import type { BlockSource } from './block-source.ts'
import type { Choker, ChokerTorrent } from './choker.ts'
import { FastAllowance, fastSet } from './fast-set.ts'
import type { UploadSettings } from './settings.ts'
import { Suggestions } from './suggestions.ts'
import { type SendBufferSettings, UploadQueue } from './upload-queue.ts'

/** So many pieces are suggested at a time, as in libtorrent. */
const suggestedAtOnce = 2

/** What of a swarm matters for what it gives. */
export interface UploadsSwarm {
  readonly state: {
    readonly id: string
    readonly meta: {
      readonly totalSize: number
      readonly pieceLength: number
      readonly numPieces: number
    } | null
    /** `uploads`: 0 or less is no limit. */
    readonly options: { readonly limits: { readonly uploads: number } }
    changed(): void
  }
  readonly torrent: {
    readonly ready?: boolean
    readonly destroyed: boolean
    readonly bitfield: { get(piece: number): boolean }
    readonly wires: readonly Wire[]
  }
  readonly availability: {
    /** Peers with each piece, `seeds` left out. */
    readonly counts: Uint16Array
    readonly seeds: number
    share(peer: object): number
    pieces(peer: object): Uint8Array | null
  } | null
  readonly limits: {
    readonly live: SendBufferSettings &
      UploadSettings & { readonly maxRequestsIn: number; readonly mostSuggested: number }
    readonly choker: Choker
  }
}

/** What one torrent gives to its peers: blocks, and what they may have before it is their turn or had better ask for. */
export class TorrentUploads implements ChokerTorrent {
  readonly #swarm: UploadsSwarm
  readonly #blocks: BlockSource
  readonly #suggestions = new Suggestions()
  /** What each peer was told. */
  readonly #suggested = new WeakMap<Wire, number[]>()

  constructor(swarm: UploadsSwarm, blocks: BlockSource) {
    this.#swarm = swarm
    this.#blocks = blocks
  }

  /** A connection has shaken hands. */
  meet(wire: Wire): void {
    if (wire.type === 'webSeed') return
    const { torrent, limits } = this.#swarm
    const fast = new FastAllowance()
    new UploadQueue({
      wire,
      queue: sendQueue(wire),
      settings: () => limits.live,
      has: (piece) => this.serves && torrent.bitfield.get(piece),
      mayWhileChoked: (piece) => fast.take(piece),
      read: (piece, offset, length, done) =>
        this.#blocks.read(wire, piece, offset, length, (error, loan) => {
          if (loan !== undefined && limits.live.suggests) this.#wasRead(piece)
          done(error, loan)
        }),
    })
    limits.choker.add(this, wire)
    // it says what it has right after the handshakes; one that has everything needs nothing
    for (const event of ['bitfield', 'have-none']) wire.once(event, () => this.#allow(wire, fast))
    wire.on('have', (piece: number) => {
      if (!wire.amChoking && this.#suggested.get(wire)?.includes(piece)) this.unchokes(wire)
    })
    wire.on('choke', () => this.#suggested.delete(wire))
  }

  get serves(): boolean {
    const { ready, destroyed } = this.#swarm.torrent
    return ready === true && !destroyed
  }

  get mostUploads(): number {
    const { uploads } = this.#swarm.state.options.limits
    return uploads > 0 ? uploads : Number.POSITIVE_INFINITY
  }

  get totalSize(): number {
    return this.#swarm.state.meta?.totalSize ?? 0
  }

  get pieceLength(): number {
    return this.#swarm.state.meta?.pieceLength ?? 1
  }

  share(wire: Wire): number {
    return this.#swarm.availability?.share(wire) ?? 0
  }

  changed(): void {
    this.#swarm.state.changed()
  }

  /** A peer is about to be unchoked: it hears what had better be asked for (suggest_mode). */
  unchokes(wire: Wire): void {
    const { availability, limits } = this.#swarm
    const { suggests, mostSuggested } = limits.live
    if (!suggests || !wire.hasFast || availability === null) return
    const has = availability.pieces(wire)
    const told = this.#suggested.get(wire) ?? []
    const known = (piece: number) => has === null || hasPiece(has, piece) || told.includes(piece)
    const found = this.#suggestions.pick(suggestedAtOnce, known)
    for (const piece of found) wire.suggest(piece)
    this.#suggested.set(wire, [...told, ...found].slice(-mostSuggested))
  }

  /** Pieces that a peer with less than a few may have while it is choked (BEP 6). */
  #allow(wire: Wire, fast: FastAllowance): void {
    const { state, torrent, availability, limits } = this.#swarm
    const { allowedFast } = limits.live
    const { meta } = state
    const address = addressBytes(plainHost(wire.remoteAddress ?? ''))
    if (!wire.hasFast || !this.serves || meta === null || availability === null || address === null) return
    const has = availability.pieces(wire)
    if (has === null || this.share(wire) * meta.numPieces >= allowedFast) return
    for (const piece of fastSet(address, state.id, meta.numPieces, allowedFast)) {
      if (hasPiece(has, piece) || !torrent.bitfield.get(piece)) continue
      fast.allow(piece, Math.min(meta.pieceLength, meta.totalSize - piece * meta.pieceLength))
      wire.allowedFast(piece)
    }
  }

  #wasRead(piece: number): void {
    const { availability, torrent, limits } = this.#swarm
    if (availability === null) return
    const peers = availability.counts[piece]! + availability.seeds
    const share = Math.floor((peers * 100) / Math.max(1, torrent.wires.length))
    this.#suggestions.add(piece, share, limits.live.mostSuggested)
  }
}
