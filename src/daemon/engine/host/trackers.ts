import Client, { type TrackerClient } from 'bittorrent-tracker/client'
import type WebTorrent from 'webtorrent'
import type { TorrentState } from './torrent-state.ts'

interface Answer {
  announce: string
  complete?: unknown
  incomplete?: unknown
}

/** Used until a tracker says how often it wants to be asked, ms. */
const intervalMs = 15 * 60 * 1000

export interface TrackerHooks {
  /** A tracker named a peer: its `host:port`, or for a WebRTC peer its object. */
  peer: (peer: unknown) => void
  /** A tracker failed or said something that is worth a line in the log. */
  warn: (message: string) => void
}

/** The trackers of one torrent while it is in a swarm: announces, and peers out of the answers. */
export class Trackers {
  readonly #state: TorrentState
  readonly #client: WebTorrent
  readonly #hooks: TrackerHooks
  /** null while they are not asked. */
  #running: TrackerClient | null = null
  /** Trackers that answered, with their seeds and leechers (-1 unknown). */
  readonly #answers = new Map<string, { seeds: number; leechers: number }>()
  /** The tracker client's name of a tracker -> the one we were given. */
  readonly #given = new Map<string, string>()

  constructor(state: TorrentState, client: WebTorrent, hooks: TrackerHooks) {
    this.#state = state
    this.#client = client
    this.#hooks = hooks
  }

  /** In order of tiers. All are asked at once. */
  get urls(): string[] {
    const sorted = this.#state.options.trackers.toSorted((a, b) => a.tier - b.tier)
    return [...new Set(sorted.map((tracker) => tracker.url))]
  }

  /** Announces `started`, and from then on as often as each tracker wants. Does nothing when that already runs. */
  start(): void {
    if (this.#running !== null) return
    const client = new Client({
      ...this.#client.tracker,
      infoHash: this.#state.id,
      announce: this.urls,
      peerId: this.#client.peerId,
      port: this.#client.torrentPort,
      userAgent: this.#client.userAgent,
      // webtorrent would count protocol bytes as traffic and unwanted pieces as left
      getAnnounceOpts: () => this.#announceOptions(),
    })
    this.#running = client
    client.on('warning', (error: Error) => this.#hooks.warn(error.message))
    client.on('error', (error: Error) => this.#hooks.warn(error.message))
    client.on('peer', this.#hooks.peer)
    client.on('update', (answer: Answer) => this.#answered(answer))
    this.#nameTrackers(client)
    client.setInterval(intervalMs)
    client.start()
  }

  /** The list of trackers changed: ends what runs, telling them, and starts anew with those of now. */
  restart(): void {
    if (this.#running === null) return
    void this.stop(0)
    // answers of trackers that were taken away are no longer of use
    this.#answers.clear()
    this.start()
  }

  /** The last wanted piece came. */
  complete(): void {
    this.#running?.complete()
  }

  /** Tells trackers that we leave. Waits for those that ever answered, at most `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    const client = this.#running
    this.#running = null
    if (client === null) return
    client.removeListener('peer', this.#hooks.peer)
    const told = client._trackers.map((tracker) => {
      tracker.announce({ ...client._defaultAnnounceOpts(), event: 'stopped' })
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

  /** The tracker client cuts a last slash off urls; reports name trackers as they were given. */
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
