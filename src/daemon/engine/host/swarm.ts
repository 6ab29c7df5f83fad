import type WebTorrent from 'webtorrent'
import type { Torrent, Wire } from 'webtorrent'
import type { Metainfo } from '../../../metainfo/types.ts'
import { ChunkStore } from '../storage/chunk-store.ts'
import type { ReadCache } from '../storage/read-cache.ts'
import type { Storage } from '../storage/storage.ts'
import { Discovery } from './discovery.ts'
import { Bucket } from './limits/bucket.ts'
import type { SessionLimits } from './limits/session-limits.ts'
import type { Sharer } from './limits/sharer.ts'
import { UploadGate } from './limits/upload-gate.ts'
import { override } from './overrides.ts'
import { parsedTorrent } from './parsed-torrent.ts'
import { Bans } from './peers/bans.ts'
import { Connector } from './peers/connector.ts'
import { Dialer } from './peers/dialer.ts'
import { dropOpenPeers, recallPeer } from './peers/known-peers.ts'
import { MetadataExchange } from './peers/metadata-exchange.ts'
import { PeerBook } from './peers/peer-book.ts'
import type { PeerSight } from './peers/peer-info.ts'
import type { PeerSources } from './peers/peer-sources.ts'
import { settlePieces } from './peers/remembered-pieces.ts'
import { UploadOnly } from './peers/upload-only.ts'
import { askedFor, guarded } from './peers/wire-guard.ts'
import { hookWire } from './peers/wire-hooks.ts'
import type { RuledTorrent } from './peers/wire-rules.ts'
import { PeerExchange } from './pex/exchange.ts'
import { Availability } from './pieces/availability.ts'
import { Downloads } from './pieces/downloads.ts'
import { Haves } from './pieces/haves.ts'
import { swarmNumbers } from './swarm-numbers.ts'
import type { TorrentState } from './torrent-state.ts'
import { Trackers } from './trackers/announcer.ts'
import type { TrackerNet } from './trackers/net.ts'
import { BlockSource } from './uploads/block-source.ts'
import { TorrentUploads } from './uploads/torrent-uploads.ts'
import { WebSeeds } from './web-seeds/web-seeds.ts'

/** What the swarm tells its torrent. */
export interface SwarmEvents {
  /** An info dictionary that hashes to the torrent's id, exact bytes. */
  info: (info: Uint8Array) => void
  /** webtorrent gave the torrent up: a failed write, a broken store. */
  failed: (error: Error) => void
  /** A peer asked for bytes that cannot be read. */
  readFailed: (error: Error) => void
  warn: (message: string) => void
}

export interface SwarmParts {
  client: WebTorrent
  state: TorrentState
  limits: SessionLimits
  cache: ReadCache
  net: TrackerNet
  sources: PeerSources
  events: SwarmEvents
}

/**
 * One torrent inside webtorrent: peers, trackers, requests. It is made once the check of what is on disk is over
 * (or, for a magnet link, before there is anything to check) and holds nothing that must survive it.
 *
 * See overrides.ts for what webtorrent itself would do otherwise.
 */
export class Swarm implements Sharer {
  readonly state: TorrentState
  readonly client: WebTorrent
  readonly limits: SessionLimits
  readonly sources: PeerSources
  readonly events: SwarmEvents
  readonly download = new Bucket()
  readonly upload = new Bucket()
  readonly torrent: Torrent
  readonly discovery: Discovery
  readonly exchange: PeerExchange
  readonly metadata: MetadataExchange
  readonly trackers: Trackers
  readonly bans = new Bans()
  readonly dialer: Dialer
  readonly peers: PeerBook
  readonly connector: Connector
  readonly uploadOnly: UploadOnly
  readonly webSeeds: WebSeeds
  /** null until the pieces are known. */
  downloads: Downloads | null = null
  availability: Availability | null = null
  /** Nearly all peers are seeds, so the order of pieces does not matter to them. */
  autoSequential = false
  readonly gate: UploadGate
  readonly uploads: TorrentUploads
  readonly #cache: ReadCache
  readonly #haves: Haves
  /** What is done once webtorrent has looked at the torrent. */
  readonly #waiting: (() => void)[] = []
  #leaving = false

  constructor({ client, state, limits, cache, net, sources, events }: SwarmParts) {
    this.client = client
    this.state = state
    this.limits = limits
    this.sources = sources
    this.events = events
    this.#cache = cache
    this.gate = new UploadGate([this.upload, limits.upload])
    const blocks = new BlockSource({
      cache,
      storage: () => (this.#leaving ? null : state.storage),
      gate: this.gate,
      prove: (piece) => state.proof?.prove(piece) ?? null,
      readFailed: (error) => {
        if (!this.#leaving) events.readFailed(error)
      },
    })
    this.applyLimits()
    const { meta, storage } = state
    this.torrent = client.add(parsedTorrent(state.task, meta), {
      path: state.task.savePath,
      ...(storage === null ? {} : { store: this.#storeFor(storage), bitfield: state.have }),
      // the chunk store has a cache of its own, shared and bounded over all torrents
      storeCacheSlots: 0,
      deselect: true,
      strategy: 'rarest',
      // only feeds an event nobody listens to
      noPeersIntervalTime: 86_400,
    })
    this.uploads = new TorrentUploads(this, blocks)
    this.#haves = new Haves(this.torrent, this)
    this.metadata = new MetadataExchange({
      id: state.id,
      mostBytes: () => limits.live.maxMetadata,
      found: events.info,
      warn: events.warn,
    })
    if (meta !== null) this.metadata.offer(meta.info)
    const { torrent } = this
    const { warn } = events
    const rtcPeer = (found: unknown) => {
      if (!torrent.destroyed) torrent.addPeer(found as string, 'tracker')
    }
    const peers = (addresses: readonly string[]) => this.discovery.trackerPeers(addresses)
    const failing = () => this.discovery.trackersFail()
    const trackers = new Trackers(state, client, net, { warn, peers, rtcPeer, failing })
    this.trackers = trackers
    this.exchange = new PeerExchange(this)
    this.discovery = new Discovery({ state, torrent, trackers, sources })
    override(this)
    this.webSeeds = new WebSeeds({
      torrent: this.torrent,
      live: () => limits.live,
      wanted: () => state.wantedMissing > 0 && !state.options.uploadMode,
      warn: events.warn,
    })
    this.webSeeds.set(state.options.webSeeds)
    this.#listen()
    this.dialer = new Dialer(this.torrent, state, client, limits, this.bans)
    this.uploadOnly = new UploadOnly(this)
    this.peers = new PeerBook(this.torrent)
    this.connector = new Connector(this)
    for (const peer of state.task.known) recallPeer(this, peer)
    for (const address of state.task.peers) this.addPeer(address, 'resume')
    state.numbers = () => swarmNumbers(this)
    state.partial = () => this.downloads?.partial() ?? []
    limits.add(this)
  }

  /** What messages are checked against. */
  get ruled(): RuledTorrent {
    const { state, limits } = this
    return {
      get meta() {
        return state.meta
      },
      get maxPieces() {
        return limits.live.maxPieces
      },
    }
  }

  get connections(): number {
    return this.torrent._numConns + this.torrent._numPending
  }

  /** A magnet link's metadata is known and what is on disk is checked: from here on like any other torrent. */
  async begin(meta: Metainfo, storage: Storage): Promise<void> {
    const { torrent } = this
    if (torrent.destroyed) return
    this.metadata.offer(meta.info)
    for (const wire of torrent.wires) settlePieces(wire, meta.numPieces)
    torrent._store = this.#storeFor(storage)
    torrent._startupBitfield = this.state.have
    await Object.getPrototypeOf(torrent)._onMetadata.call(torrent, parsedTorrent(this.state.task, meta))
  }

  /** The metadata says that it is private (BEP 27). */
  becomePrivate(): void {
    this.state.isPrivate = true
    if (this.torrent.destroyed) return
    // read by webtorrent for its handshakes
    this.torrent.private = true
    this.discovery.apply()
    this.exchange.apply()
    dropOpenPeers(this)
  }

  /** What a list of the peers is made from. */
  get sight(): PeerSight {
    const { torrent, peers: book, availability, bans, limits } = this
    const suspected = (wire: Wire) => bans.suspects(wire)
    const snubbed = (wire: Wire) => limits.watch.snubbed(wire)
    const optimistic = (wire: Wire) => limits.choker.isOptimistic(wire)
    return { torrent, book, availability, suspected, snubbed, optimistic }
  }

  /** `resume`: it was known before this load. */
  addPeer(address: string, source: 'manual' | 'resume' = 'manual'): void {
    this.begun(() => this.torrent.addPeer(address, source))
  }

  /** webtorrent takes a moment to look at what it was given. */
  begun(then: () => void): void {
    if (this.torrent.destroyed) return
    if (this.torrent.infoHash) then()
    else if (this.#waiting.push(then) === 1) {
      this.torrent.once('infoHash', () => {
        for (const go of this.#waiting.splice(0)) if (!this.torrent.destroyed) go()
      })
    }
  }

  /** Makes changed file priorities, order or upload mode count. */
  applySelection(): void {
    const { torrent, state } = this
    if (torrent.destroyed || !torrent.ready) return
    this.downloads?.select()
    if (!state.finished && !state.options.uploadMode) this.dialer.recall()
    this.uploadOnly.apply()
    this.webSeeds.fill()
  }

  applyLimits(): void {
    const { limits } = this.state.options
    this.download.setRate(limits.download)
    this.upload.setRate(limits.upload)
  }

  /** Closes connections over the limit and opens new ones where there is room. */
  applyConnections(): void {
    const { torrent } = this
    if (torrent.destroyed) return
    this.webSeeds.fill()
    const allowed = this.limits.connectionsFor(this)
    for (const wire of torrent.wires.slice(Number.isFinite(allowed) ? allowed : torrent.wires.length))
      wire.destroy()
    for (let queued = torrent._queue?.length ?? 0; queued > 0; queued--) torrent._drain()
    this.limits.choker.apply()
  }

  /** Other trackers, or whether they are asked, or other sources of peers allowed. */
  applyDiscovery(trackers: boolean): void {
    if (trackers) this.discovery.trackersChanged()
    this.discovery.apply()
    this.exchange.apply()
  }

  /** Ends it: trackers told (waited for as long as `deadlineMs`), connections and files closed. */
  async leave(deadlineMs: number): Promise<void> {
    if (this.#leaving) return
    this.#leaving = true
    this.webSeeds.stop()
    this.downloads?.stop()
    // what has come and is not on disk is gone
    this.state.partial = null
    this.#haves.stop()
    // before destroy: that would announce `stopped` with zeros
    const told = this.discovery.stop(deadlineMs)
    const closed = new Promise<void>((resolve) => {
      if (this.torrent.destroyed) resolve()
      else this.torrent.destroy(resolve)
    })
    await Promise.all([told, closed])
    await this.state.storage?.close()
    this.connector.stop()
    this.exchange.stop()
    this.metadata.stop()
    this.limits.remove(this)
    this.state.numbers = null
  }

  /** Every piece is here: webtorrent and the trackers are told once. */
  checkDone(): void {
    const { torrent, state } = this
    if (torrent.destroyed || torrent.done || !state.complete) return
    torrent.done = true
    for (const file of torrent.files) file.done = true
    torrent.discovery?.complete()
  }

  /** A block has come, whose bytes are not looked at afterwards. */
  takeBlock(wire: Wire, piece: number, offset: number, bytes: Uint8Array): void {
    const { state, downloads } = this
    if (downloads === null) return
    const { length } = bytes
    wire.downloaded += length
    state.payloadDownload += length
    if (wire.type === 'webSeed') state.webSeedDownload += length
    this.limits.watch.answered(wire)
    downloads.take(wire, piece, offset, bytes)
  }

  #storeFor(storage: Storage): unknown {
    const cache = this.#cache
    // webtorrent calls `new` on it
    return function Store() {
      return new ChunkStore(storage, cache)
    }
  }

  /** The pieces exist and the bitfield is set; requests start right after. */
  piecesKnown(): void {
    const { torrent, state } = this
    this.availability = new Availability(torrent.pieces.length)
    // webtorrent only asks whether they are there: nothing else of what it keeps of each piece is used
    for (let piece = 0; piece < torrent.pieces.length; piece++)
      if (torrent.pieces[piece] !== null) torrent.pieces[piece] = missingPiece
    torrent._hashes = []
    torrent._reservations = []
    if (state.meta === null || state.storage === null) return
    this.downloads = this.#download(state.meta, state.storage, this.availability)
    for (const wire of torrent.wires) {
      this.downloads.join(wire)
      if (wire.peerPieces) this.downloads.recount(wire, wire.peerPieces)
    }
    for (const { addr, wire } of torrent._peers?.values() ?? []) if (wire?.isSeeder) this.dialer.seed(addr)
    if (state.complete) {
      // or webtorrent would find the torrent just completed and tell the trackers so
      torrent.done = true
      for (const file of torrent.files) file.done = true
    }
  }

  #listen(): void {
    const { torrent, state } = this
    torrent.on('error', (error: Error) => {
      if (!this.#leaving) this.events.failed(error)
    })
    torrent.on('warning', (error: Error) => this.events.warn(error.message))
    // the rounds of choking are the session's, see uploads/choker.ts
    torrent.once('infoHash', () => {
      if (torrent._rechokeIntervalId !== null) clearInterval(torrent._rechokeIntervalId)
    })
    torrent.on('wire', (wire: Wire, address?: string) => hookWire(this, wire, address))
    torrent.on('ready', () => {
      this.applySelection()
      if (state.meta !== null) this.webSeeds.start(state.meta)
      // peers that were interested before the pieces were known have not been heard
      queueMicrotask(() => this.limits.choker.apply())
    })
    torrent.on('download', (bytes: number) => {
      state.download += bytes
      state.changed()
    })
    torrent.on('upload', (bytes: number) => {
      state.upload += bytes
      state.changed()
    })
  }

  #download(meta: Metainfo, storage: Storage, availability: Availability): Downloads {
    return new Downloads({
      meta,
      storage,
      goal: this.state,
      availability,
      settings: () => this.limits.live,
      autoSequential: () => this.autoSequential,
      events: {
        got: (piece) => this.#got(piece),
        bad: (piece, bytes, senders) => this.#bad(piece, bytes, senders),
        lied: (piece, senders) => this.#ban(this.bans.convict(senders), piece),
        failed: (error) => {
          if (!this.#leaving) this.events.failed(error)
        },
        asked: (wire, requests) => {
          askedFor(wire, requests)
          this.peers.asked(wire)
        },
        guarded,
      },
    })
  }

  /** A piece is on disk. */
  #got(piece: number): void {
    const { torrent, state } = this
    if (torrent.destroyed) return
    torrent.pieces[piece] = null
    torrent.bitfield.set(piece, true)
    const urgent = state.addPiece(piece)
    state.changed(urgent)
    this.#haves.tell(piece)
    this.checkDone()
    if (!urgent) return
    this.uploadOnly.apply()
    this.webSeeds.fill()
  }

  #bad(piece: number, bytes: number, senders: Wire[]): void {
    this.state.failedBytes += bytes
    this.state.changed()
    const forgiven = senders.length === 1 && this.webSeeds.forgive(senders[0]!)
    if (!forgiven) this.#ban(this.bans.judge(senders), piece)
    this.events.warn(`Piece ${piece} failed verification`)
  }

  #ban(wires: readonly Wire[], piece: number): void {
    for (const wire of wires) {
      this.events.warn(`a peer is banned: it sent a bad piece ${piece}`)
      wire.destroy()
    }
  }
}

/** Stands for every piece that is missing. */
const missingPiece = {}
