import { availableParallelism } from 'node:os'
import type WebTorrent from 'webtorrent'
import type { Wire } from 'webtorrent'
import { anyBit } from '../../../metainfo/bits.ts'
import { type Metainfo, parseTorrent } from '../../../metainfo/index.ts'
import type { PartialPiece, PeerInfo } from '../../../rpc/contract/peers.ts'
import type { Settings } from '../../../rpc/contract/types.ts'
import { within } from '../concurrency.ts'
import type { HostEvent, HostMethods, LastReport, MoveTask, PriorityTask, ScrapeResult } from '../protocol.ts'
import { DescriptorPool } from '../storage/descriptor-pool.ts'
import { filePieces } from '../storage/layout.ts'
import { moveFiles } from '../storage/move-files.ts'
import { ReadCache } from '../storage/read-cache.ts'
import { removeFiles } from '../storage/remove-files.ts'
import { Storage } from '../storage/storage.ts'
import { ClientKeeper } from './client/client-keeper.ts'
import { SessionLimits } from './limits/session-limits.ts'
import { type HostParts, LoadedTorrent } from './loaded-torrent.ts'
import type { HeardPeers } from './peers/heard.ts'
import { guardIncoming, hearStrangers } from './peers/incoming.ts'
import { PeerSources } from './peers/peer-sources.ts'
import { type Border, guardPeers } from './peers/wire-guard.ts'
import { proxyPlan } from './proxy/proxy-plan.ts'
import { Reports } from './reports.ts'
import { clientPlan, liveSettings } from './settings.ts'
import { TrackerNet } from './trackers/net.ts'
import { routeThrough } from './trackers/route.ts'
import { trackerSettings } from './trackers/settings.ts'
import { workFor } from './working-for.ts'

/** Files that were written to are looked at this often, ms. */
const settleMs = 1000
/** How long an unload waits for trackers to take the news, ms. */
const trackerDeadlineMs = 1500
/** Memory for what peers read, bytes. */
const readCacheBytes = 16 << 20

type Handlers = {
  [M in keyof HostMethods]: (params: Parameters<HostMethods[M]>[0]) => Promise<ReturnType<HostMethods[M]>>
}

/** A session as its host sees it: the methods of the protocol over one client and its torrents. */
export class HostSession implements Handlers {
  readonly #emit: (event: HostEvent) => void
  readonly #limits = new SessionLimits(liveSettings({}))
  readonly #pool = new DescriptorPool(this.#limits.live.filePoolSize)
  readonly #cache = new ReadCache(readCacheBytes * Math.max(1, Math.ceil(availableParallelism() / 2)))
  readonly #torrents = new Map<string, LoadedTorrent>()
  readonly #unloading = new Map<string, Promise<LastReport>>()
  /** Loads under way: whatever else is asked of such a torrent waits for them. */
  readonly #loading = new Map<string, Promise<void>>()
  readonly #keeper: ClientKeeper
  readonly #sources: PeerSources
  readonly #parts: HostParts

  readonly #heard: HeardPeers | null

  constructor(emit: (event: HostEvent) => void, heard: HeardPeers | null = null) {
    this.#emit = emit
    this.#heard = heard
    this.#keeper = new ClientKeeper(clientPlan({}), this.#limits.live, {
      opened: (client) => this.#opened(client),
      closing: () => this.#leaveAll(),
      trouble: (message) => emit({ event: 'trouble', message }),
    })
    this.#sources = new PeerSources(
      {},
      {
        trouble: (message) => emit({ event: 'trouble', message }),
        log: (message) => emit({ event: 'log', level: 'debug', message }),
      },
    )
    this.#parts = {
      pool: this.#pool,
      cache: this.#cache,
      limits: this.#limits,
      sources: this.#sources,
      reports: new Reports((reports) => emit({ event: 'reports', reports })),
      net: new TrackerNet(trackerSettings({})),
      emit,
      client: () => this.#keeper.client,
    }
    setInterval(() => {
      for (const torrent of this.#torrents.values()) torrent.settle()
    }, settleMs).unref()
  }

  async configure({ settings }: { session: string; settings: Settings }): Promise<null> {
    const live = liveSettings(settings)
    this.#limits.apply(live)
    this.#parts.net.configure(trackerSettings(settings), routeThrough(proxyPlan(settings)))
    this.#pool.setLimit(live.filePoolSize)
    this.#sources.configure(settings)
    this.#keeper.configure(clientPlan(settings), live)
    for (const torrent of this.#torrents.values()) torrent.limitsChanged()
    return null
  }

  async ping(): Promise<null> {
    return null
  }

  async ban({ addresses }: { addresses: string[] }): Promise<null> {
    this.#heard?.ban(addresses)
    return null
  }

  async load({ task }: Parameters<HostMethods['load']>[0]): Promise<null> {
    // trackers must hear `stopped` before `started`, and two must not write to the same files
    const loading = this.#unload(task.id).then(() => {
      this.#keeper.want()
      const torrent = workFor(task.id, () => new LoadedTorrent(task, this.#parts))
      this.#torrents.set(task.id, torrent)
    })
    // whoever waits is not concerned with a failure: it finds that nothing is loaded
    const over = loading.catch(() => {})
    this.#loading.set(task.id, over)
    try {
      await loading
    } finally {
      if (this.#loading.get(task.id) === over) this.#loading.delete(task.id)
    }
    return null
  }

  async unload({ id }: { id: string }): Promise<LastReport | null> {
    await this.#loading.get(id)
    return this.#unload(id)
  }

  async update({ id, options }: Parameters<HostMethods['update']>[0]): Promise<null> {
    await this.#loading.get(id)
    await this.#torrent(id).update(options)
    return null
  }

  async addPeer({ id, address }: { id: string; address: string }): Promise<null> {
    if (!/^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+):([1-9]\d{0,4})$/.test(address)) {
      throw failure('address', `"${address}" is no peer address; write host:port`)
    }
    await this.#loading.get(id)
    this.#torrent(id).addPeer(address)
    return null
  }

  async reannounce(params: Parameters<HostMethods['reannounce']>[0]): Promise<null> {
    const { id, url, afterMs, ignoreMinInterval } = params
    await this.#loading.get(id)
    this.#torrent(id).reannounce(url, afterMs, ignoreMinInterval)
    return null
  }

  async scrape({ id, urls }: Parameters<HostMethods['scrape']>[0]): Promise<ScrapeResult | null> {
    const found = await this.#parts.net.scrapeAny(urls, id)
    if (found !== null) this.#torrents.get(id)?.scraped(found)
    return found
  }

  async clearPeers({ id, addresses }: { id: string; addresses?: string[] }): Promise<null> {
    await this.#loading.get(id)
    this.#torrent(id).clearPeers(addresses)
    return null
  }

  async fileProgress({ id }: { id: string }): Promise<number[] | null> {
    await this.#loading.get(id)
    return this.#torrent(id).state.fileProgress()
  }

  async peerInfo({ id }: { id: string }): Promise<PeerInfo[]> {
    await this.#loading.get(id)
    return this.#torrent(id).peerInfo()
  }

  async pieceAvailability({ id }: { id: string }): Promise<number[] | null> {
    await this.#loading.get(id)
    return this.#torrent(id).pieceAvailability()
  }

  async downloadQueue({ id }: { id: string }): Promise<PartialPiece[]> {
    await this.#loading.get(id)
    return this.#torrent(id).downloadQueue()
  }

  async removeFiles({
    torrentFile,
    savePath,
    keep,
  }: Parameters<HostMethods['removeFiles']>[0]): Promise<string[]> {
    const meta = parseTorrent(torrentFile)
    return removeFiles(meta.files, await this.#unloaded(meta), savePath, keep)
  }

  async moveFiles({ torrentFile, from, to, have }: MoveTask): Promise<null> {
    const meta = parseTorrent(torrentFile)
    const infoHash = await this.#unloaded(meta)
    const claimed = (file: number) => {
      const pieces = have && filePieces(meta, meta.files[file]!)
      return pieces !== null && anyBit(have!, pieces.first, pieces.last)
    }
    const left = await moveFiles({ files: meta.files, infoHash, from, to, claimed })
    if (left !== null)
      this.#emit({ event: 'log', level: 'warning', message: `after a move: ${left.message}` })
    return null
  }

  async placeFiles({ torrentFile, savePath, stamps, before, now }: PriorityTask): Promise<Uint8Array | null> {
    const meta = parseTorrent(torrentFile)
    const id = await this.#unloaded(meta)
    const storage = new Storage(meta, id, savePath, this.#pool, before, stamps)
    try {
      await storage.prepare()
      await storage.setPriorities(now)
      await storage.createEmptyFiles()
    } finally {
      await storage.close()
    }
    return stamps === null ? null : storage.stamps.encode()
  }

  async closeFiles({ id }: { id: string }): Promise<null> {
    await this.#loading.get(id)
    await this.#torrent(id).closeFiles()
    return null
  }

  /** The hash that names a torrent's files; throws when they are in use. */
  async #unloaded({ infoHash: [v1, v2] }: Metainfo): Promise<string> {
    if (v1 !== null && this.#torrents.has(v1)) throw new Error(`torrent ${v1} is loaded; unload it first`)
    if (v1 !== null) await this.#unloading.get(v1)
    return v1 ?? v2 ?? ''
  }

  async shutdown({ deadlineMs }: { deadlineMs: number }): Promise<null> {
    this.#parts.net.leaving()
    const all = [...this.#torrents.keys()].map((id) => this.#unload(id, deadlineMs))
    const tidy = Promise.allSettled(all).then(() => this.#keeper.stop())
    await within(tidy, deadlineMs)
    return null
  }

  #torrent(id: string): LoadedTorrent {
    const torrent = this.#torrents.get(id)
    if (torrent === undefined) throw failure('unloaded', `torrent ${id} is not loaded`)
    return torrent
  }

  async #unload(id: string, deadlineMs = trackerDeadlineMs): Promise<LastReport | null> {
    const torrent = this.#torrents.get(id)
    if (torrent === undefined) {
      await this.#unloading.get(id)
      return null
    }
    this.#torrents.delete(id)
    const done = torrent.unload(deadlineMs)
    this.#unloading.set(id, done)
    try {
      return await done
    } finally {
      if (this.#unloading.get(id) === done) this.#unloading.delete(id)
    }
  }

  #opened(client: WebTorrent): void {
    guardPeers(client, this.#border(client))
    guardIncoming(client, this.#limits)
    hearStrangers(client, this.#limits, (which) => this.#emit({ event: 'incoming', ...which }))
    const address = client._connPool?.tcpServer.address()
    if (address !== null && typeof address === 'object') {
      this.#emit({ event: 'listening', host: address.address, port: address.port })
    }
    this.#sources.attach(client)
    for (const torrent of this.#torrents.values()) torrent.join()
  }

  /** What is done about connections that are closed for what came over them. */
  #border(client: WebTorrent): Border {
    const { offenders } = this.#limits
    const log = (level: 'debug' | 'info' | 'warning', message: string) =>
      this.#emit({ event: 'log', level, message })
    const count = (address: string) => {
      if (address === '' || !offenders.offends(address)) return
      log('info', `the peer at ${address} is banned for an hour`)
      for (const { wires } of client.torrents)
        for (const wire of [...wires]) if (offenders.has(endOf(wire))) wire.destroy()
    }
    return {
      offence: (address, reason) => {
        log('debug', `${address || 'a peer'} is disconnected: ${reason}`)
        count(address)
      },
      failed: (address, error) => {
        log('warning', `${address || 'a peer'} is disconnected: ${error.stack}`)
        count(address)
      },
    }
  }

  async #leaveAll(): Promise<void> {
    await Promise.all([...this.#torrents.values()].map((torrent) => torrent.leave(trackerDeadlineMs)))
    await this.#sources.detach()
  }
}

/** Where a connection goes to. */
function endOf({ remoteAddress, remotePort }: Wire): string {
  return `${remoteAddress ?? ''}:${remotePort ?? 0}`
}

/** An error with a code that the supervisor knows. */
function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
