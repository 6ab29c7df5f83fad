import type WebTorrent from 'webtorrent'
import { longestTimerMs } from '../../../../program/longest-timer.ts'
import { within } from '../../concurrency.ts'
import type { ScrapeResult, TaskTracker } from '../../protocol.ts'
import { orderTrackers } from '../../tracker-order.ts'
import type { TorrentState } from '../torrent-state.ts'
import { workForAll } from '../working-for.ts'
import { Entry } from './entry.ts'
import { codes } from './error-codes.ts'
import type { TrackerNet } from './net.ts'
import { backoffSeconds, dueTrackers, nextLook } from './schedule.ts'
import {
  type AnnounceAnswer,
  type AnnounceEvent,
  type AnnounceRequest,
  TrackerError,
  trackerError,
} from './types.ts'
import { schemeOf } from './url.ts'
import { type RtcOptions, WebSocketTracker } from './websocket.ts'

/** setTimeout takes no more. */
/** How long `stopped` may wait for its turn before its own time starts, ms. */
const maxQueueMs = 10_000

export interface TrackerHooks {
  /** A tracker named peers, `host:port`: no more than are wanted to be known. */
  peers: (addresses: readonly string[]) => void
  /** A tracker brought a WebRTC peer, which is an object. */
  rtcPeer: (peer: unknown) => void
  /** A tracker failed or said something that is worth a line in the log. */
  warn: (message: string) => void
  /** The last one that was left has failed. */
  failing: () => void
}

/**
 * The trackers of one torrent while it is in a swarm: whom to ask and when (as libtorrent does: one tracker that works,
 * by tier, unless settings say otherwise), what to tell them, and what is known of each.
 */
export class Trackers {
  readonly #state: TorrentState
  readonly #client: WebTorrent
  readonly #net: TrackerNet
  readonly #hooks: TrackerHooks
  #entries: Entry[] = []
  #running = false
  #timer: NodeJS.Timeout | undefined
  /** The last piece came during this run. */
  #completed = false
  /** Some tracker has heard of it. */
  #completeSent = false

  constructor(state: TorrentState, client: WebTorrent, net: TrackerNet, hooks: TrackerHooks) {
    this.#state = state
    this.#client = client
    this.#net = net
    this.#hooks = hooks
  }

  /** No tracker helps: there is none, or each has failed since it last answered. Those not asked cannot fail. */
  get failing(): boolean {
    return this.#running && this.#entries.every((entry) => this.#asks && entry.fails > 0)
  }

  get #asks(): boolean {
    return !this.#state.options.disableTrackers
  }

  /** Announces `started`, and from then on as often as each tracker wants. Does nothing when that already runs. */
  start(): void {
    if (this.#running) return
    this.#running = true
    this.#completed = this.#completeSent = false
    const { preferUdp } = this.#net.settings
    this.#entries = orderTrackers(this.#state.options.trackers.map(entryOf), { preferUdp, shuffle: true })
    this.#look()
  }

  /**
   * The list of trackers changed, or whether they are asked: those that are gone, or are not asked any more, hear
   * `stopped`; new ones come last in their tier.
   */
  restart(): void {
    if (!this.#running) return
    const { trackers } = this.#state.options
    const gone = this.#entries.filter(({ url }) => !trackers.some((tracker) => tracker.url === url))
    const fresh = trackers.filter(({ url }) => !this.#entries.some((entry) => entry.url === url))
    for (const entry of gone) void this.#leave(entry)
    for (const entry of this.#entries) {
      const wanted = trackers.find(({ url }) => url === entry.url)
      if (wanted !== undefined && wanted.tier !== entry.givenTier) entry.tier = entry.givenTier = wanted.tier
    }
    const { preferUdp } = this.#net.settings
    const stay = this.#entries.filter((entry) => !gone.includes(entry))
    this.#entries = orderTrackers([...stay, ...fresh.map(entryOf)], { preferUdp })
    if (!this.#asks) {
      const heard = this.#entries
      this.#entries = heard.map((entry) => entry.rested())
      for (const entry of heard) void this.#leave(entry)
    }
    this.#sumUp()
    this.#look()
  }

  /** Settings changed: other trackers may have to be asked now. */
  settingsChanged(): void {
    if (this.#running) this.#look()
  }

  /** The last piece came. */
  complete(): void {
    if (!this.#running) return
    this.#completed = true
    // a tracker's least interval does not hold for this news
    for (const entry of this.#entries)
      if (entry.startSent && !entry.completeSent && !entry.updating) entry.nextAt = entry.minAt = this.#now()
    this.#look()
  }

  /**
   * Announces again in `afterMs`, but not before a tracker's least interval is over, unless that is to be ignored. One
   * tracker, or null for all that are in use.
   */
  reannounce(url: string | null, afterMs: number, ignoreMinInterval: boolean): void {
    if (!this.#running || !this.#asks) return
    for (const entry of this.#entries) {
      if (url !== null && entry.url !== url) continue
      const least = ignoreMinInterval ? Number.NEGATIVE_INFINITY : entry.minAt
      entry.nextAt = entry.minAt = Math.max(this.#now() + afterMs, least)
    }
    this.#look()
  }

  /** A tracker was asked how large the swarm is. */
  scraped({ url, complete, incomplete, downloaded }: ScrapeResult): void {
    const entry = this.#entries.find((one) => one.url === url)
    if (entry === undefined) return
    const known = Object.entries({ complete, incomplete, downloaded }).filter(([, count]) => count >= 0)
    Object.assign(entry, Object.fromEntries(known))
    this.#sumUp()
    this.#report()
  }

  /**
   * Tells trackers that we leave, each with stop_tracker_timeout. Waits for those that answered last time, at most
   * `deadlineMs`.
   */
  async stop(deadlineMs: number): Promise<void> {
    if (!this.#running) return
    this.#running = false
    clearTimeout(this.#timer)
    const told = this.#entries.map((entry) => {
      const wait = entry.startSent && entry.fails === 0
      const left = this.#leave(entry)
      return wait ? left : Promise.resolve()
    })
    await within(Promise.all(told), deadlineMs)
  }

  #now(): number {
    return performance.now()
  }

  /** Asks whoever is due, and sets the clock for the next. */
  #look(): void {
    if (!this.#running) return
    clearTimeout(this.#timer)
    if (this.#asks) this.#askDue()
    this.#report()
  }

  #askDue(): void {
    const { settings } = this.#net
    for (const entry of dueTrackers(this.#entries, settings, this.#now())) void this.#announce(entry)
    const next = nextLook(this.#entries, settings)
    if (next !== Number.POSITIVE_INFINITY) {
      // timers may fire a little early
      const wait = Math.max(0, Math.ceil(next - this.#now())) + 1
      this.#timer = setTimeout(() => this.#look(), Math.min(longestTimerMs, wait))
    }
  }

  #eventFor(entry: Entry): AnnounceEvent {
    if (!entry.startSent) return 'started'
    if (this.#completed && !this.#completeSent && !entry.completeSent) return 'completed'
    return this.#state.finished && !this.#state.complete ? 'paused' : 'none'
  }

  async #announce(entry: Entry): Promise<void> {
    const event = this.#eventFor(entry)
    const abort = new AbortController()
    entry.request = abort
    let answer: AnnounceAnswer
    try {
      answer = await this.#ask(entry, this.#request(entry, event), abort.signal)
    } catch (error) {
      if (entry.request !== abort) return
      entry.request = null
      this.#failed(entry, trackerError(error))
      return
    }
    if (entry.request !== abort) return
    entry.request = null
    this.#answered(entry, event, answer)
  }

  #ask(entry: Entry, request: AnnounceRequest, signal: AbortSignal): Promise<AnnounceAnswer> {
    const { settings } = this.#net
    if (!['ws', 'wss'].includes(schemeOf(entry.url))) return this.#net.announce(request, signal)
    const within = request.event === 'stopped' ? { ...settings, completionMs: settings.stopMs } : settings
    // its connection is shared with other torrents
    entry.socket ??= workForAll(() => new WebSocketTracker(request, settings, this.#rtc, this.#hooks))
    return entry.socket.announce(request, within, signal)
  }

  /** WebRTC is UDP between peers, who would see our own address behind a proxy. */
  get #rtc(): RtcOptions {
    return this.#net.route.hidden ? { wrtc: false } : this.#client.tracker
  }

  #request(entry: Entry, event: AnnounceEvent): AnnounceRequest {
    const { task, payloadDownload, payloadUpload, failedBytes, left, webSeedDownload } = this.#state
    const { settings, key } = this.#net
    const redundant = this.#state.redundantBytes
    const uncounted = settings.reportTrueDownloaded ? 0 : failedBytes + redundant
    const fromWeb = settings.reportWebSeeds ? 0 : webSeedDownload
    return {
      url: entry.url,
      infoHash: this.#state.id,
      peerId: this.#client.peerId,
      port: settings.announcePort || this.#client.torrentPort,
      uploaded: task.uploadedBefore + payloadUpload,
      downloaded: Math.max(0, task.downloadedBefore + payloadDownload - uncounted - fromWeb),
      left,
      corrupt: failedBytes,
      redundant,
      event,
      numWant: event === 'stopped' ? 0 : settings.numWant,
      key,
      trackerId: entry.trackerId || task.trackerId,
    }
  }

  #answered(entry: Entry, event: AnnounceEvent, answer: AnnounceAnswer): void {
    const now = this.#now()
    const { settings } = this.#net
    entry.verified = true
    entry.fails = 0
    entry.message = answer.warning
    entry.lastError = ''
    entry.nextAt = now + Math.max(answer.interval, settings.minInterval) * 1000
    entry.minAt = now + answer.minInterval * 1000
    if (event === 'started') entry.startSent = true
    if (event === 'completed') entry.completeSent = this.#completeSent = true
    if (answer.trackerId !== '') entry.trackerId = answer.trackerId
    for (const name of ['complete', 'incomplete', 'downloaded'] as const)
      if (answer[name] >= 0) entry[name] = answer[name]
    // what came while this announce was under way is still to be told
    if (this.#eventFor(entry) === 'completed') entry.nextAt = entry.minAt = now
    // to the front of its tier
    this.#entries = sorted([entry, ...this.#entries.filter((other) => other !== entry)])
    this.#state.currentTracker = entry.url
    this.#sumUp()
    if (answer.warning !== '') this.#hooks.warn(`${entry.url}: ${answer.warning}`)
    this.#hooks.peers(answer.peers)
    this.#look()
  }

  #failed(entry: Entry, error: TrackerError): void {
    entry.fails++
    entry.message = error.told
    entry.lastError = error.code
    if (error.never) entry.failLimit = 1
    const wait = backoffSeconds(entry.fails, this.#net.settings.backoff, error.retryAfter)
    entry.nextAt = this.#now() + wait * 1000
    entry.minAt = this.#now()
    entry.socket?.destroy()
    entry.socket = null
    // to the end of its tier
    this.#entries = sorted([...this.#entries.filter((other) => other !== entry), entry])
    this.#hooks.warn(`${entry.url}: ${error.message}`)
    if (this.failing) this.#hooks.failing()
    this.#look()
  }

  /** Calls off what is asked of a tracker, and tells it that we leave if it may know of us. */
  async #leave(entry: Entry): Promise<void> {
    const known = entry.startSent || entry.updating
    entry.request?.abort(new TrackerError(codes.canceled, 'canceled'))
    entry.request = null
    const { settings } = this.#net
    const request = this.#request(entry, 'stopped')
    entry.startSent = entry.completeSent = false
    try {
      if (known && settings.stopMs > 0)
        await this.#ask(entry, request, AbortSignal.timeout(settings.stopMs + maxQueueMs))
    } catch (error) {
      this.#hooks.warn(`${entry.url}: stopped: ${(error as Error).message}`)
    } finally {
      entry.socket?.destroy()
      entry.socket = null
    }
  }

  /** The swarm is as large as the tracker says that knows most of it. */
  #sumUp(): void {
    this.#state.swarmSeeds = Math.max(-1, ...this.#entries.map(({ complete }) => complete))
    this.#state.swarmLeechers = Math.max(-1, ...this.#entries.map(({ incomplete }) => incomplete))
  }

  #report(): void {
    const offset = Date.now() - this.#now()
    const next =
      this.#running && this.#asks ? nextLook(this.#entries, this.#net.settings) : Number.POSITIVE_INFINITY
    this.#state.nextAnnounce = Number.isFinite(next) ? Math.ceil((next + offset) / 1000) : 0
    this.#state.trackers = this.#entries.map((entry) => entry.report(offset))
    this.#state.changed()
  }
}

function entryOf(tracker: TaskTracker): Entry {
  return new Entry(tracker, tracker.tier)
}

function sorted(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => a.tier - b.tier)
}
