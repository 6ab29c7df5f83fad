import { createHash } from 'node:crypto'
import type WebTorrent from 'webtorrent'
import { anyBit, setBits } from '../../../metainfo/bits.ts'
import { type Metainfo, MetainfoError, parseInfo, parseTorrent } from '../../../metainfo/index.ts'
import type { PartialPiece, PeerInfo } from '../../../rpc/contract/peers.ts'
import type { HostEvent, LastReport, ScrapeResult, TaskError, TaskOptions, TorrentTask } from '../protocol.ts'
import type { DescriptorPool } from '../storage/descriptor-pool.ts'
import { Proof, WrongPiece } from '../storage/proof.ts'
import type { ReadCache } from '../storage/read-cache.ts'
import { Storage } from '../storage/storage.ts'
import { isDoubtful } from '../storage/storage-error.ts'
import { DiskCheck } from './disk-check.ts'
import type { SessionLimits } from './limits/session-limits.ts'
import { clearPeers, dropPeer, knownPeers, mostUseful } from './peers/known-peers.ts'
import { peerInfo } from './peers/peer-info.ts'
import type { PeerSources } from './peers/peer-sources.ts'
import { downloadQueue } from './pieces/download-queue.ts'
import type { Reports } from './reports.ts'
import { Swarm } from './swarm.ts'
import { TorrentState } from './torrent-state.ts'
import type { TrackerNet } from './trackers/net.ts'
import { workFor } from './working-for.ts'

/** What all torrents of a host share. */
export interface HostParts {
  pool: DescriptorPool
  cache: ReadCache
  limits: SessionLimits
  sources: PeerSources
  reports: Reports
  /** To ask trackers. */
  net: TrackerNet
  emit: (event: HostEvent) => void
  /** The client while it lives. */
  client: () => WebTorrent | null
}

/**
 * One torrent from load to unload: look at the disk, hash if need be, then join the swarm. A magnet link joins
 * first, for its metadata. It leaves and joins again when the client is rebuilt.
 */
export class LoadedTorrent {
  readonly state: TorrentState
  readonly #parts: HostParts
  readonly #abort = new AbortController()
  readonly #running: Promise<void>
  #swarm: Swarm | null = null
  /** What the disk holds is known, or there is no metadata yet: a swarm may run. */
  #joinable = false
  #metadataSeen = false
  /** Peers have metadata with another v2 hash than was asked for. */
  #misfit = false
  /** Changes of options, one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  /** Throws MetainfoError for broken bytes, and when they are not those of the id. */
  constructor(task: TorrentTask, parts: HostParts) {
    this.#parts = parts
    this.state = new TorrentState(task, (state, urgent) => parts.reports.changed(state, urgent))
    const meta = task.torrentFile === null ? null : parseTorrent(task.torrentFile)
    if (meta !== null && meta.infoHash[0] !== task.id) {
      throw new MetainfoError(`the torrent file has the v1 hash ${meta.infoHash[0]}, not ${task.id}`)
    }
    this.#running = this.#guard(async () => {
      if (meta !== null) await this.#open(meta)
      this.#setPhase()
      this.#joinable = true
      this.join()
    })
  }

  /** Enters the swarm if there is a client and the disk has been looked at. */
  join(): void {
    const client = this.#parts.client()
    if (!this.#joinable || this.#swarm !== null || client === null || this.#ended) return
    const events = {
      info: (info: Uint8Array) => this.#gotInfo(info),
      failed: (error: Error) => this.#fail(error, true),
      readFailed: (error: Error) => this.#readFailed(error),
      warn: (message: string) => this.#log('debug', message),
    }
    const { limits, cache, net, sources } = this.#parts
    const parts = { client, state: this.state, limits, cache, net, sources, events }
    this.#swarm = workFor(this.state.id, () => new Swarm(parts))
    this.state.changed()
  }

  /** Leaves the swarm but stays loaded. */
  async leave(deadlineMs: number): Promise<void> {
    const swarm = this.#swarm
    this.#swarm = null
    const known = swarm && knownPeers(swarm)
    await swarm?.leave(deadlineMs)
    if (known !== null) this.state.remember(known)
  }

  /** Ends it: a check is given up, trackers are told, files are closed. Answers with the last report. */
  async unload(deadlineMs: number): Promise<LastReport> {
    this.#abort.abort(new Error('unloaded'))
    await this.leave(deadlineMs)
    await this.#running
    await this.#turn
    await this.state.storage?.close()
    this.state.remember(mostUseful(this.state.task.known, this.#parts.limits.live.maxPausedPeers))
    return { ...this.#parts.reports.close(this.state), known: this.state.task.known }
  }

  addPeer(address: string): void {
    this.state.task.peers.push(address)
    this.#swarm?.addPeer(address)
  }

  /** Also those that came with the task: a client that is rebuilt must not call them again. */
  clearPeers(addresses?: string[]): void {
    const { state } = this
    const { task } = state
    task.peers = addresses === undefined ? [] : task.peers.filter((peer) => !addresses.includes(peer))
    state.remember(
      addresses === undefined ? [] : task.known.filter((peer) => !addresses.includes(peer.address)),
    )
    if (this.#swarm === null) return
    if (addresses === undefined) clearPeers(this.#swarm)
    else for (const address of addresses) dropPeer(this.#swarm, address)
  }

  /** See HostMethods. Without a swarm nothing happens: its trackers are asked when it joins. */
  reannounce(url: string | null, afterMs: number, ignoreMinInterval: boolean): void {
    this.#swarm?.trackers.reannounce(url, afterMs, ignoreMinInterval)
  }

  /** A tracker was asked how large the swarm is. */
  scraped(found: ScrapeResult): void {
    this.#swarm?.trackers.scraped(found)
  }

  /** Notes what the files look like that were written to, as far as that is over. */
  settle(): void {
    const { storage } = this.state
    if (storage === null || !this.state.looked || this.#ended) return
    if (storage.stamps.anyWritten) {
      const before = storage.stamps.version
      storage.settle().then(
        () => {
          if (storage.stamps.version !== before) this.state.changed()
        },
        (error: Error) => this.#log('warning', `looking at files: ${error.message}`),
      )
    }
    if (!this.state.doubt && storage.stamps.anyChanged) this.#doubt()
  }

  /** Closes the files and forgets what was read of them. */
  async closeFiles(): Promise<void> {
    const { storage } = this.state
    if (storage === null) return
    this.#parts.cache.drop(storage)
    await storage.closeFiles()
  }

  /** Every connection, half-open ones included. */
  peerInfo(): PeerInfo[] {
    return this.#swarm === null ? [] : peerInfo(this.#swarm.sight)
  }

  /** The pieces that have begun and are not verified yet. */
  downloadQueue(): PartialPiece[] {
    const swarm = this.#swarm
    return swarm === null ? [] : downloadQueue(swarm.torrent, swarm.downloads?.begun() ?? [])
  }

  /** How many connected peers have each piece; null before the metadata. */
  pieceAvailability(): number[] | null {
    const { meta } = this.state
    if (meta === null) return null
    return this.#swarm?.availability?.all() ?? new Array<number>(meta.numPieces).fill(0)
  }

  /** The session's own limits changed. */
  limitsChanged(): void {
    this.#swarm?.applyConnections()
    this.#swarm?.trackers.settingsChanged()
  }

  /**
   * Takes over changed options. Resolves when they count, or during a check at once: then they count after it. A
   * failing move of bytes stops the torrent.
   */
  update(changes: Partial<TaskOptions>): Promise<void> {
    const { state } = this
    state.options = { ...state.options, ...changes }
    if (!this.#joinable) return Promise.resolve()
    const done = this.#turn.then(() => this.#guard(() => this.#apply(changes)))
    this.#turn = done
    return done
  }

  async #apply(changes: Partial<TaskOptions>): Promise<void> {
    if (this.#ended) return
    if (changes.filePriorities !== undefined) await this.#prioritize()
    const swarm = this.#swarm
    if (swarm === null) return
    const changed = (...names: (keyof TaskOptions)[]) => names.some((name) => changes[name] !== undefined)
    if (changed('filePriorities', 'sequential', 'uploadMode')) swarm.applySelection()
    if (changes.webSeeds !== undefined) swarm.webSeeds.set(changes.webSeeds)
    if (changed('limits')) {
      swarm.applyLimits()
      swarm.applyConnections()
    }
    if (changed('trackers', 'disableTrackers', 'disableDht', 'disableLsd', 'disablePex'))
      swarm.applyDiscovery(changed('trackers', 'disableTrackers'))
  }

  async #prioritize(): Promise<void> {
    const { state } = this
    if (state.storage === null) return
    await state.storage.setPriorities(state.options.filePriorities)
    await this.#createEmptyFiles(state.storage)
    state.reselect()
    state.changed(true)
  }

  get #ended(): boolean {
    return this.#abort.signal.aborted || this.state.phase === 'stopped'
  }

  #setPhase(): void {
    this.state.phase = this.state.meta === null ? 'metadata' : 'running'
    this.state.changed(true)
  }

  /** Finds out what is on disk. */
  async #open(meta: Metainfo): Promise<void> {
    const { state } = this
    const { task, options } = state
    const storage = new Storage(meta, task.id, task.savePath, this.#parts.pool, options.filePriorities)
    await storage.prepare()
    state.open(meta, storage)
    const disk = new DiskCheck(state, this.#abort.signal)
    const { doubted } = await disk.run(storage)
    state.looked = true
    const trusted = task.trusted && disk.believed ? state.have : null
    if (trusted !== null || anyBit(doubted, 0, meta.numPieces - 1)) this.#trust(storage, trusted, doubted)
    disk.complain()
    if (state.options.filePriorities === options.filePriorities) await this.#createEmptyFiles(storage)
    else await this.#prioritize()
  }

  /** A seed needs no empty files, and may lie where nothing can be written. */
  async #createEmptyFiles(storage: Storage): Promise<void> {
    try {
      await storage.createEmptyFiles()
    } catch (error) {
      if (!this.state.complete) throw error
    }
  }

  /** `trusted`: pieces that nobody has ever hashed, null for none; `doubted`: those that were being written. */
  #trust(storage: Storage, trusted: Uint8Array | null, doubted: Uint8Array): void {
    const { state } = this
    const { numPieces } = storage.meta
    if (trusted !== null) state.trust = 'given'
    else for (const piece of setBits(doubted, numPieces)) storage.doubt(piece)
    state.proof = new Proof(storage, trusted ?? doubted, (outcome, piece) => {
      if (trusted !== null) state.trust = outcome
      else if (outcome === 'proven') storage.proven()
      else this.#doubt(piece)
      state.changed(true)
    })
    if (trusted === null)
      this.#proveAll(state.proof, doubted).catch((error: Error) => this.#readFailed(error))
  }

  /** Nobody may ask for it: what was being written is hashed by and by. */
  async #proveAll(proof: Proof, pieces: Uint8Array): Promise<void> {
    for (const piece of setBits(pieces, this.state.meta?.numPieces ?? 0)) {
      if (this.#ended || this.state.doubt) return
      await proof.prove(piece)
    }
  }

  /** What is on disk is not what was found there; `piece` is wrong. */
  #doubt(piece: number | null = null): void {
    if (piece !== null) this.state.storage?.distrust(piece)
    this.state.doubt = true
    this.state.changed(true)
  }

  #readFailed(error: Error): void {
    if (error instanceof WrongPiece || this.#ended) return
    if (isDoubtful(error)) {
      this.#doubt()
      return
    }
    this.state.error = taskError(error, false)
    this.state.changed(true)
  }

  #gotInfo(info: Uint8Array): void {
    if (this.#metadataSeen || this.#ended) return
    const { task, options } = this.state
    const digest = (name: string) => createHash(name).update(info).digest('hex')
    if (digest('sha1') !== task.id) return
    if (task.v2 !== null && digest('sha256') !== task.v2) {
      // no metadata has both, so every peer of this swarm sends the same: once is enough
      if (!this.#misfit)
        this.#log('warning', 'the metadata that peers have does not have the v2 hash of the link')
      this.#misfit = true
      return
    }
    this.#metadataSeen = true
    const exact = new Uint8Array(info)
    this.#parts.emit({ event: 'metadata', id: task.id, info: exact })
    // a client that is rebuilt meanwhile must wait for the check
    this.#joinable = false
    this.#turn = this.#turn.then(() =>
      this.#guard(async () => {
        const meta = parseInfo(exact, { trackers: options.trackers, webSeeds: options.webSeeds })
        const { maxPieces } = this.#parts.limits.live
        if (meta.numPieces > maxPieces) {
          throw new Error(`the metadata has ${meta.numPieces} pieces; max_piece_count allows ${maxPieces}`)
        }
        // at once: a check may take long
        if (meta.private) this.#swarm?.becomePrivate()
        await this.#open(meta)
        this.#setPhase()
        this.#joinable = true
        if (this.#swarm === null) this.join()
        else if (this.state.storage !== null) await this.#swarm.begin(meta, this.state.storage)
      }),
    )
  }

  /** Runs a step of the torrent's life; what it throws stops the torrent, unless it is being unloaded. */
  async #guard(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#fail(error)
    }
  }

  /** `write`: a piece could not be written. */
  #fail(error: unknown, write = false): void {
    if (this.#ended) return
    this.state.phase = 'stopped'
    this.state.error = taskError(error, write)
    this.#log('warning', `stopped: ${this.state.error.message}`)
    // first, so that blocks that could not be written are not counted any more
    const left = this.leave(0)
    this.state.changed(true)
    left.catch((second: Error) => this.#log('error', `cannot stop: ${second.message}`))
  }

  #log(level: 'debug' | 'warning' | 'error', message: string): void {
    this.#parts.emit({ event: 'log', level, message: `${this.state.id}: ${message}` })
  }
}

function taskError(error: unknown, write: boolean): TaskError {
  const { message, path, code } = error as { message: string; path?: unknown; code?: unknown }
  return {
    message,
    file: typeof path === 'string' ? path : null,
    code: typeof code === 'string' ? code : null,
    write,
  }
}
