import Wire from 'bittorrent-protocol'
import type { Wire as EngineWire } from 'webtorrent'
import { Availability } from '../../../src/daemon/engine/host/pieces/availability.ts'
import { type DownloadSettings, Downloads } from '../../../src/daemon/engine/host/pieces/downloads.ts'
import { select } from '../../../src/daemon/engine/host/pieces/selection.ts'
import { DescriptorPool } from '../../../src/daemon/engine/storage/descriptor-pool.ts'
import { Storage } from '../../../src/daemon/engine/storage/storage.ts'
import type { TestTorrent } from './data.ts'

export const blockLength = 16384

export interface Asked {
  piece: number
  offset: number
  length: number
}

/** What webtorrent's wires do when such a message comes. */
interface ModelWire extends EngineWire {
  _onChoke(): void
  _onReject(piece: number, offset: number, length: number): void
}

/** A peer on a real wire that goes nowhere: what it is sent is taken apart here, and it says what a test has it say. */
export class ModelPeer {
  readonly wire: ModelWire
  /** Requests that it has and has not answered. */
  readonly open: Asked[] = []
  readonly has: Set<number>
  readonly lies: boolean

  constructor(has: Iterable<number>, lies: boolean, fast: boolean) {
    this.has = new Set(has)
    this.lies = lies
    const wire = new Wire('tcpOutgoing') as unknown as ModelWire
    this.wire = wire
    wire.hasFast = fast
    wire._push = (bytes) => this.#hear(Buffer.from(bytes))
  }

  get pieces(): { get: (piece: number) => boolean } {
    return { get: (piece) => this.has.has(piece) }
  }

  #hear(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const length = bytes.readUInt32BE(at)
      const kind = bytes[at + 4]
      if (kind === 6 || kind === 8) {
        const [piece, offset, size] = [5, 9, 13].map((place) => bytes.readUInt32BE(at + place)) as [
          number,
          number,
          number,
        ]
        if (kind === 6) this.open.push({ piece, offset, length: size })
        else {
          const found = this.open.findIndex((one) => one.piece === piece && one.offset === offset)
          if (found !== -1) this.open.splice(found, 1)
        }
      }
      at += 4 + length
    }
  }
}

export const settings: DownloadSettings = {
  prioritizePartial: false,
  extentAffinity: false,
  strictEndGame: true,
  initialThreshold: 4,
  maxQueuedDisk: 1 << 20,
  urlSeedPipeline: 5,
  requestSeconds: 3,
  maxRequestsOut: 500,
  wholePieceSeconds: 20,
}

/** A torrent's downloads with real pieces, hashes and files, and peers that do what they are told. */
export class ModelSwarm {
  readonly torrent: TestTorrent
  readonly data: Buffer
  readonly downloads: Downloads
  readonly availability: Availability
  readonly storage: Storage
  readonly peers = new Set<ModelPeer>()
  readonly had = new Set<number>()
  /** Pieces that had the wrong hash, as often as they had. */
  readonly bad: number[] = []
  readonly lied = new Set<EngineWire>()
  /** Blocks that were taken, by piece and block. */
  readonly taken = new Map<string, number>()
  failed: Error | null = null
  options = { sequential: false, uploadMode: false }
  settings: DownloadSettings
  #priorities: number[]

  constructor(
    torrent: TestTorrent,
    folder: string,
    priorities: number[],
    changes: Partial<DownloadSettings> = {},
  ) {
    this.torrent = torrent
    this.data = Buffer.concat(torrent.files.map(({ bytes }) => bytes))
    this.settings = { ...settings, ...changes }
    this.#priorities = priorities
    const { meta } = torrent
    this.storage = new Storage(meta, torrent.id, folder, new DescriptorPool(20), [])
    this.availability = new Availability(meta.numPieces)
    const model = this
    this.downloads = new Downloads({
      meta,
      storage: this.storage,
      availability: this.availability,
      settings: () => this.settings,
      autoSequential: () => false,
      goal: {
        get selection() {
          return select(meta, model.#priorities)
        },
        get wantedMissing() {
          return model.missing.length
        },
        get numHave() {
          return model.had.size
        },
        get options() {
          return model.options
        },
        has: (piece) => this.had.has(piece),
      },
      events: {
        got: (piece) => this.had.add(piece),
        bad: (piece) => this.bad.push(piece),
        lied: (_piece, wires) => {
          for (const wire of wires) this.lied.add(wire)
        },
        failed: (error) => {
          this.failed ??= error
        },
        asked: () => {},
        guarded: (_wire, work) => work(),
      },
    })
  }

  /** Wanted pieces that are not here. */
  get missing(): number[] {
    const { pieces } = select(this.torrent.meta, this.#priorities)
    return Array.from(pieces.keys()).filter((piece) => pieces[piece] !== 0 && !this.had.has(piece))
  }

  prioritize(priorities: number[]): void {
    this.#priorities = priorities
    this.downloads.select()
  }

  join(peer: ModelPeer): void {
    this.peers.add(peer)
    this.downloads.join(peer.wire)
    this.downloads.recount(peer.wire, peer.pieces)
  }

  unchoke(peer: ModelPeer): void {
    peer.wire.peerChoking = false
    this.downloads.update(peer.wire)
  }

  /** With the fast extension a choke is followed by rejects, else it takes all requests back. */
  choke(peer: ModelPeer): void {
    const { wire } = peer
    wire._onChoke()
    for (const { piece, offset, length } of peer.open.splice(0))
      if (wire.hasFast) wire._onReject(piece, offset, length)
  }

  leave(peer: ModelPeer): void {
    this.peers.delete(peer)
    peer.wire.destroy()
    this.downloads.leave(peer.wire)
    peer.open.length = 0
  }

  have(peer: ModelPeer, piece: number, has: boolean): void {
    if (has) peer.has.add(piece)
    else peer.has.delete(piece)
    this.downloads.changed(peer.wire, piece, has, peer.pieces)
    this.downloads.update(peer.wire)
  }

  /** It answers one of the requests that it has. */
  answer(peer: ModelPeer, which: number): void {
    const [asked] = peer.open.splice(which % peer.open.length, 1)
    const { piece, offset, length } = asked!
    const start = piece * this.torrent.meta.pieceLength + offset
    const bytes = Uint8Array.from(this.data.subarray(start, start + length))
    if (peer.lies) bytes[0]! ^= 0xff
    const used = this.downloads.take(peer.wire, piece, offset, bytes)
    // the memory of what came is used again
    bytes.fill(0)
    if (!used) return
    const block = `${piece}:${offset / blockLength}`
    this.taken.set(block, (this.taken.get(block) ?? 0) + 1)
  }

  reject(peer: ModelPeer, which: number): void {
    const [asked] = peer.open.splice(which % peer.open.length, 1)
    peer.wire._onReject(asked!.piece, asked!.offset, asked!.length)
  }
}
