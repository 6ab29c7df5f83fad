import type { Torrent } from 'webtorrent'
import type { DhtMember } from './dht/service.ts'
import type { LsdMember } from './lsd/service.ts'
import type { PeerSources } from './peers/peer-sources.ts'
import type { TorrentState } from './torrent-state.ts'
import type { Trackers } from './trackers/announcer.ts'

/**
 * Finding peers for one torrent: its trackers, the DHT (BEP 5) and the local network (BEP 14). It stands where
 * webtorrent expects its own discovery object (torrent-discovery), which announces private torrents to the local
 * network, takes any announcement there for its own, and ends a torrent when one tracker misbehaves.
 */
export class Discovery implements DhtMember, LsdMember {
  readonly #state: TorrentState
  readonly #torrent: Torrent
  readonly #trackers: Trackers
  readonly #sources: PeerSources
  /** Read by webtorrent, which would start trackers that are ours. */
  readonly tracker = null
  #running = false

  constructor(parts: {
    state: TorrentState
    torrent: Torrent
    trackers: Trackers
    sources: PeerSources
  }) {
    this.#state = parts.state
    this.#torrent = parts.torrent
    this.#trackers = parts.trackers
    this.#sources = parts.sources
  }

  /** Starts whatever this torrent may use. webtorrent asks for it when the torrent is ready, or needs its metadata. */
  start(): void {
    if (this.#running) return
    this.#running = true
    this.#torrent.discovery = this
    this.#trackers.start()
    this.apply()
  }

  /** Starts or ends the DHT and the local network as the options of now say. */
  apply(): void {
    const { options } = this.#state
    const open = this.#running && !this.#state.isPrivate
    if (open && !options.disableDht) this.#sources.dht.join(this)
    else this.#sources.dht.leave(this)
    if (open && !options.disableLsd) this.#sources.lsd.join(this)
    else this.#sources.lsd.leave(this)
  }

  /** The list of trackers changed. */
  trackersChanged(): void {
    if (!this.#running) return
    this.#trackers.restart()
    if (this.#trackers.failing) this.trackersFail()
  }

  /** Ends it. Trackers are told; waits for those that ever answered, at most `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    this.#running = false
    this.#sources.found.forget(this)
    this.#torrent.discovery = null
    this.apply()
    await this.#trackers.stop(deadlineMs)
  }

  /** webtorrent calls it when the last piece came, also of those that are wanted: trackers hear of all pieces only. */
  complete(): void {
    if (this.#state.complete) this.#trackers.complete()
  }

  /** webtorrent calls it for a torrent that it ends by itself. */
  destroy(done: () => void): void {
    void this.stop(0)
    done()
  }

  /** No tracker helps. */
  trackersFail(): void {
    if (this.#sources.dht.fallback) this.#sources.dht.announceSoon(this)
  }

  get id(): string {
    return this.#state.id
  }

  dhtWanted(): boolean {
    return !this.#sources.dht.fallback || this.#trackers.failing
  }

  dhtPeer(address: string): void {
    this.#found([address], 'dht')
  }

  lsdPeer(address: string): void {
    this.#found([address], 'lsd')
  }

  /** A tracker names peers, `host:port`. */
  trackerPeers(addresses: readonly string[]): void {
    this.#found(addresses, 'tracker')
  }

  #found(addresses: readonly string[], source: string): void {
    this.#sources.found.add(this, addresses, (address) => {
      if (this.#running && !this.#torrent.destroyed) this.#torrent.addPeer(address, source)
    })
  }
}
