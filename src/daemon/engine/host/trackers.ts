import type WebTorrent from 'webtorrent'
import type { Discovery, Torrent, TrackerClient } from 'webtorrent'
import type { TorrentState } from './torrent-state.ts'

interface Answer {
  announce: string
  complete?: unknown
  incomplete?: unknown
}

/** Finding peers for one torrent: trackers, DHT and local peers, through webtorrent's discovery. */
export class Trackers {
  readonly #state: TorrentState
  readonly #warn: (message: string) => void
  /** Trackers that answered, with their seeds and leechers (-1 unknown). */
  readonly #answers = new Map<string, { seeds: number; leechers: number }>()
  /** webtorrent's name of a tracker -> the one we were given. */
  readonly #given = new Map<string, string>()

  constructor(state: TorrentState, warn: (message: string) => void) {
    this.#state = state
    this.#warn = warn
  }

  /** In order of tiers. webtorrent asks all at once. */
  get urls(): string[] {
    const sorted = this.#state.options.trackers.toSorted((a, b) => a.tier - b.tier)
    return [...new Set(sorted.map((tracker) => tracker.url))]
  }

  /** Runs webtorrent's start of discovery with the sources this torrent may use. */
  start(torrent: Torrent, client: WebTorrent, stock: () => void): void {
    if (torrent.discovery !== null && torrent.discovery !== undefined) return
    const { options, meta } = this.#state
    const closed = meta?.private ?? false
    const { lsd, dht } = client
    // webtorrent reads both while it makes the discovery. It would announce private torrents over LSD
    client.lsd = lsd && !closed && !options.disableLsd
    client.dht = closed || options.disableDht ? false : dht
    try {
      stock()
    } finally {
      client.lsd = lsd
      client.dht = dht
    }
    if (torrent.discovery) this.#tune(torrent, torrent.discovery)
  }

  /** The torrent turned out to be private: only its trackers may know of it (BEP 27). */
  onlyTrackers(torrent: Torrent): void {
    this.restart(torrent, () => torrent._startDiscovery())
  }

  /** Ends what runs, telling trackers, and starts anew with the options of now. */
  restart(torrent: Torrent, start: () => void): void {
    if (!torrent.discovery) return
    // answers of trackers that were taken away are no longer of use
    void this.stop(torrent, 0)
    this.#answers.clear()
    torrent.announce = this.urls
    if (torrent._noPeersIntervalId !== null) clearInterval(torrent._noPeersIntervalId)
    start()
  }

  /** Tells trackers that we leave. Waits for those that ever answered, at most `deadlineMs`. */
  async stop(torrent: Torrent, deadlineMs: number): Promise<void> {
    const { discovery } = torrent
    if (!discovery) return
    torrent.discovery = null
    const trackers = discovery.tracker
    discovery.tracker = null
    discovery.destroy()
    if (trackers === null) return
    const told = trackers._trackers.map((tracker) => {
      tracker.announce({ ...trackers._defaultAnnounceOpts(), event: 'stopped' })
      const done = new Promise<void>((resolve) => tracker.destroy(resolve))
      return this.#answers.has(tracker.announceUrl) ? done : Promise.resolve()
    })
    let timer: NodeJS.Timeout | undefined
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deadlineMs)
    })
    await Promise.race([Promise.all(told), deadline])
    clearTimeout(timer)
  }

  #tune(torrent: Torrent, discovery: Discovery): void {
    const { tracker, lsd } = discovery
    if (tracker !== null) {
      // webtorrent ends the torrent when one tracker misbehaves
      tracker.removeListener('error', discovery._onError)
      tracker.on('error', (error: Error) => this.#warn(error.message))
      tracker.on('update', (answer: Answer) => this.#answered(answer))
      // webtorrent counts protocol bytes as traffic and unwanted pieces as left
      tracker._getAnnounceOpts = () => this.#announceOptions()
      this.#nameTrackers(tracker)
    }
    if (lsd !== null) {
      // webtorrent takes every announcement on the network, of whatever torrent, for a peer of this one
      lsd.removeListener('peer', discovery._onLSDPeer)
      lsd.on('peer', (peer: string, infoHash: string) => {
        if (infoHash.toLowerCase() === this.#state.id && !torrent.destroyed) torrent.addPeer(peer, 'lsd')
      })
      lsd.removeListener('error', discovery._onError)
      lsd.on('error', (error: Error) => this.#warn(`local peer discovery: ${error.message}`))
    }
  }

  /** webtorrent cuts a last slash off urls; reports name trackers as they were given. */
  #nameTrackers(client: TrackerClient): void {
    for (const url of this.urls) {
      const cut = client._trackers.find((tracker) => `${tracker.announceUrl}/` === url)
      if (cut !== undefined) this.#given.set(cut.announceUrl, url)
    }
  }

  #announceOptions(): object {
    const { task, payloadDownload, payloadUpload, left } = this.#state
    return {
      uploaded: task.uploadedBefore + payloadUpload,
      downloaded: task.downloadedBefore + payloadDownload,
      left,
      ...(task.trackerId === '' ? {} : { trackerid: task.trackerId }),
    }
  }

  #answered(answer: Answer): void {
    this.#answers.set(answer.announce, { seeds: count(answer.complete), leechers: count(answer.incomplete) })
    const state = this.#state
    state.currentTracker = this.#given.get(answer.announce) ?? answer.announce
    const all = [...this.#answers.values()]
    state.swarmSeeds = Math.max(...all.map((one) => one.seeds))
    state.swarmLeechers = Math.max(...all.map((one) => one.leechers))
    state.changed()
  }
}

function count(value: unknown): number {
  return typeof value === 'number' && value >= 0 ? value : -1
}
