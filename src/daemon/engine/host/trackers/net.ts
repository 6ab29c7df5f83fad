import { randomInt } from 'node:crypto'
import { Semaphore } from '../../concurrency.ts'
import type { ScrapeResult } from '../../protocol.ts'
import type { ProxyPlan } from '../proxy/proxy-plan.ts'
import { codes } from './error-codes.ts'
import { httpAnnounce, httpScrape } from './http.ts'
import { straight, type TrackerRoute } from './route.ts'
import type { TrackerSettings } from './settings.ts'
import { type AnnounceAnswer, type AnnounceRequest, type ScrapeAnswer, TrackerError } from './types.ts'
import { UdpTrackers } from './udp.ts'
import { schemeOf } from './url.ts'

/** UDP needs no connection each, but a thousand datagrams at once would be lost on the way. */
const maxUdp = 100
/** How many may be told at a time that the session ends: half of the 1024 descriptors that are usual for a process. */
const maxLeaving = 500

/** What all torrents of a host share to ask trackers: settings, sockets, and how many ask at a time. */
export class TrackerNet {
  settings: TrackerSettings
  route: TrackerRoute
  /** See AnnounceRequest. */
  readonly key = randomInt(2 ** 32)
  readonly #http: Semaphore
  readonly #udpGate = new Semaphore(maxUdp)
  readonly #udp = new UdpTrackers()

  constructor(settings: TrackerSettings, route = straight) {
    this.settings = settings
    this.route = route
    this.#http = new Semaphore(settings.maxHttp)
  }

  configure(settings: TrackerSettings, route: TrackerRoute): void {
    this.settings = settings
    this.route = route
    this.#udp.setRoute(route.udp)
    this.#http.setLimit(settings.maxHttp)
  }

  /**
   * Announces over HTTP(S) or UDP; the time a request may take starts when it is its turn. Throws TrackerError, what
   * the network throws, or the signal's reason.
   */
  announce(request: AnnounceRequest, signal: AbortSignal): Promise<AnnounceAnswer> {
    const { settings } = this
    const stops = request.event === 'stopped'
    const within = stops ? { ...settings, completionMs: settings.stopMs } : settings
    return this.#go(request.url, within, signal, stops, {
      http: (options) => httpAnnounce(request, options),
      udp: (options) => this.#udp.announce(request, options),
    })
  }

  /** Asks for numbers only; see `announce`. */
  scrape(url: string, infoHash: string, signal: AbortSignal): Promise<ScrapeAnswer> {
    return this.#go(url, this.settings, signal, false, {
      http: (options) => httpScrape(url, infoHash, options),
      udp: (options) => this.#udp.scrape(url, infoHash, options),
    })
  }

  /** Asks one tracker after the other until one answers; null when none does. Never throws. */
  async scrapeAny(urls: readonly string[], infoHash: string): Promise<ScrapeResult | null> {
    for (const url of urls) {
      try {
        return { url, ...(await this.scrape(url, infoHash, new AbortController().signal)) }
      } catch {
        // the numbers are a convenience: the next tracker may have them
      }
    }
    return null
  }

  /**
   * The session ends: what is left to say are many short words, and none may wait for a tracker that hangs. The limits
   * that remain are those of sockets.
   */
  leaving(): void {
    this.#http.setLimit(Math.max(this.settings.maxHttp, maxLeaving))
    this.#udpGate.setLimit(maxLeaving)
  }

  close(): void {
    this.#udp.close()
  }

  async #go<T>(
    url: string,
    settings: TrackerSettings,
    signal: AbortSignal,
    ahead: boolean,
    ways: {
      http: (options: {
        settings: TrackerSettings
        signal: AbortSignal
        proxy: ProxyPlan | null
      }) => Promise<T>
      udp: (options: { settings: TrackerSettings; signal: AbortSignal }) => Promise<T>
    },
  ): Promise<T> {
    const scheme = schemeOf(url)
    if (scheme === 'udp') {
      const refused = this.route.refusesUdp
      if (refused !== null) throw new TrackerError(codes.unsupported_url_protocol, refused)
      return await this.#udpGate.run(signal, ahead, () => ways.udp({ settings, signal }))
    }
    if (scheme !== 'http' && scheme !== 'https')
      throw new TrackerError(codes.unsupported_url_protocol, `${url} is no url of a tracker`)
    return await this.#http.run(signal, ahead, async () => {
      const end = AbortSignal.timeout(settings.completionMs)
      try {
        return await ways.http({
          settings,
          signal: AbortSignal.any([signal, end]),
          proxy: this.route.proxy,
        })
      } catch (error) {
        signal.throwIfAborted()
        throw end.aborted ? new TrackerError(codes.timed_out, `timed out: ${url}`) : error
      }
    })
  }
}
