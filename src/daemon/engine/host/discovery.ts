import Lsd from 'bittorrent-lsd'
import type WebTorrent from 'webtorrent'
import type { Torrent } from 'webtorrent'
import type { TorrentState } from './torrent-state.ts'
import type { Trackers } from './trackers/announcer.ts'

/** A torrent is announced to the DHT this often, ms (libtorrent's dht_announce_interval). */
const dhtIntervalMs = 15 * 60 * 1000

interface DhtPeer {
  host: string
  port: number
}

/**
 * Finding peers for one torrent: its trackers, the DHT (BEP 5) and the local network (BEP 14). It stands where
 * webtorrent expects its own discovery object (torrent-discovery), which announces private torrents to the local
 * network, takes any announcement there for its own, and ends a torrent when one tracker misbehaves.
 */
export class Discovery {
  readonly #state: TorrentState
  readonly #torrent: Torrent
  readonly #client: WebTorrent
  readonly #trackers: Trackers
  readonly #warn: (message: string) => void
  /** Read by webtorrent, which would start trackers that are ours. */
  readonly tracker = null
  #running = false
  #lsd: Lsd | null = null
  #dhtTimer: NodeJS.Timeout | undefined
  /** The DHT that is asked; null while none is. */
  #dht: WebTorrent['dht'] = false

  constructor(parts: {
    state: TorrentState
    torrent: Torrent
    client: WebTorrent
    trackers: Trackers
    warn: (message: string) => void
  }) {
    this.#state = parts.state
    this.#torrent = parts.torrent
    this.#client = parts.client
    this.#trackers = parts.trackers
    this.#warn = parts.warn
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
    const open = this.#running && !(this.#state.meta?.private ?? false)
    this.#setDht(open && !options.disableDht ? this.#client.dht : false)
    this.#setLsd(open && !options.disableLsd && this.#client.lsd)
  }

  /** The list of trackers changed. */
  trackersChanged(): void {
    if (this.#running) this.#trackers.restart()
  }

  /** Ends it. Trackers are told; waits for those that ever answered, at most `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    this.#running = false
    this.#torrent.discovery = null
    this.apply()
    await this.#trackers.stop(deadlineMs)
  }

  /** webtorrent calls it when the last wanted piece came. */
  complete(): void {
    this.#trackers.complete()
  }

  /** webtorrent calls it for a torrent that it ends by itself. */
  destroy(done: () => void): void {
    void this.stop(0)
    done()
  }

  #setDht(dht: WebTorrent['dht']): void {
    if (dht === this.#dht) return
    clearTimeout(this.#dhtTimer)
    if (this.#dht !== false) this.#dht.removeListener('peer', this.#dhtPeer)
    this.#dht = dht
    if (dht === false) return
    dht.on('peer', this.#dhtPeer)
    this.#announceDht(dht)
  }

  #announceDht(dht: Exclude<WebTorrent['dht'], false>): void {
    dht.announce(this.#state.id, this.#client.torrentPort, (error) => {
      if (this.#dht !== dht) return
      if (error) this.#warn(`DHT: ${error.message}`)
      const spread = Math.random() * (dhtIntervalMs / 5)
      this.#dhtTimer = setTimeout(() => this.#announceDht(dht), dhtIntervalMs + spread)
    })
  }

  readonly #dhtPeer = (peer: DhtPeer, infoHash: Uint8Array): void => {
    if (Buffer.from(infoHash).toString('hex') !== this.#state.id) return
    this.#found(`${peer.host}:${peer.port}`, 'dht')
  }

  #setLsd(on: boolean): void {
    if (on === (this.#lsd !== null)) return
    this.#lsd?.destroy()
    this.#lsd = null
    if (!on) return
    const { peerId, torrentPort: port } = this.#client
    const lsd = new Lsd({ infoHash: this.#state.id, peerId, port })
    this.#lsd = lsd
    lsd.on('peer', (peer: string, infoHash: string) => {
      if (infoHash.toLowerCase() === this.#state.id) this.#found(peer, 'lsd')
    })
    lsd.on('warning', () => {})
    lsd.on('error', (error: Error) => this.#warn(`local peer discovery: ${error.message}`))
    lsd.start()
  }

  #found(address: string, source: string): void {
    if (this.#running && !this.#torrent.destroyed) this.#torrent.addPeer(address, source)
  }
}
