import type { Wire } from 'webtorrent'
import { sendQueue } from '../peers/send-queue.ts'
import type { BlockSource } from './block-source.ts'
import type { Choker, ChokerTorrent } from './choker.ts'
import { type SendBufferSettings, UploadQueue } from './upload-queue.ts'

/** What of a swarm matters for what it gives. */
export interface UploadsSwarm {
  readonly state: {
    readonly meta: { readonly totalSize: number; readonly pieceLength: number } | null
    /** `uploads`: 0 or less is no limit. */
    readonly options: { readonly limits: { readonly uploads: number } }
    changed(): void
  }
  readonly torrent: {
    readonly ready?: boolean
    readonly destroyed: boolean
    readonly bitfield: { get(piece: number): boolean }
  }
  readonly availability: { share(peer: object): number } | null
  readonly limits: {
    readonly live: SendBufferSettings & { readonly maxRequestsIn: number }
    readonly choker: Choker
  }
}

/** What one torrent gives to its peers. */
export class TorrentUploads implements ChokerTorrent {
  readonly #swarm: UploadsSwarm
  readonly #blocks: BlockSource

  constructor(swarm: UploadsSwarm, blocks: BlockSource) {
    this.#swarm = swarm
    this.#blocks = blocks
  }

  /** A connection has shaken hands. */
  meet(wire: Wire): void {
    if (wire.type === 'webSeed') return
    const { torrent, limits } = this.#swarm
    new UploadQueue({
      wire,
      queue: sendQueue(wire),
      settings: () => limits.live,
      has: (piece) => this.serves && torrent.bitfield.get(piece),
      read: (piece, offset, length, done) => this.#blocks.read(wire, piece, offset, length, done),
    })
    limits.choker.add(this, wire)
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
}
