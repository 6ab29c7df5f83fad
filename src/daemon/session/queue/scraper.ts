import { longestTimerMs } from '../../../program/longest-timer.ts'
import type { Engine, ScrapeResult, TrackerReport } from '../../engine/protocol.ts'
import type { Store } from '../../state/store.ts'
import type { Clock } from '../clock.ts'
import type { Records } from '../records.ts'
import type { SettingsLayers } from '../settings/settings-layers.ts'
import { beginLoad } from '../torrent/observed.ts'
import { isManaged, isPaused } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'

/** What is known of a tracker that was never announced to. */
const unasked: Omit<TrackerReport, 'url' | 'tier' | keyof ScrapeResult> = {
  trackerId: '',
  failLimit: 0,
  verified: false,
  fails: 0,
  message: '',
  lastError: '',
  nextAnnounce: null,
  minAnnounce: null,
  updating: false,
  startSent: false,
  completeSent: false,
}

/** Takes in what a tracker says of the swarm of a torrent that the engine does not have. `now`: monotonic milliseconds. */
export function takeScrape(record: TorrentRecord, found: ScrapeResult, now: number, tier = 0): void {
  const { seen } = record.observed ?? beginLoad(record, true, now)
  seen.swarmSeeds = found.complete
  seen.swarmLeechers = found.incomplete
  const known = seen.trackers.some(({ url }) => url === found.url)
  seen.trackers = known
    ? seen.trackers.map((tracker) => (tracker.url === found.url ? { ...tracker, ...found } : tracker))
    : [...seen.trackers, { ...unasked, tier, ...found }]
}

export interface ScraperParts {
  readonly clock: Clock
  readonly settings: SettingsLayers
  readonly records: Records
  readonly engine: Engine
  readonly store: Store
}

/**
 * Asks trackers how many peers there are of torrents that wait in the queue, one torrent at a time (libtorrent's auto
 * scrape): all of them once in auto_scrape_interval seconds, but never two within auto_scrape_min_interval. Torrents
 * that run hear it with every announce. Nothing is asked while the session has no engine running. A torrent whose
 * trackers do not answer keeps its old numbers until its next turn.
 */
export class Scraper {
  readonly #parts: ScraperParts
  #timer: NodeJS.Timeout | null = null
  /** Number of the torrent that was asked for last. */
  #last = -1

  constructor(parts: ScraperParts) {
    this.#parts = parts
  }

  /** Starts waiting anew, as the settings of now say. */
  restart(): void {
    this.close()
    const { settings } = this.#parts
    const least = Math.max(1, settings.int('auto_scrape_min_interval'))
    const share = settings.int('auto_scrape_interval') / Math.max(1, this.#waiting().length)
    // setTimeout takes no more
    const wait = Math.min(Math.max(least, share) * 1000, longestTimerMs)
    this.#timer = setTimeout(() => this.#next(), wait).unref()
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }

  /** Those that would run if the queue let them. */
  #waiting(): TorrentRecord[] {
    return [...this.#parts.records].filter(
      (record) => isManaged(record) && isPaused(record) && record.row.error === null && !record.engine.loaded,
    )
  }

  #next(): void {
    const { engine, store } = this.#parts
    const waiting = this.#waiting().sort((a, b) => a.row.id - b.row.id)
    const record = waiting.find(({ row }) => row.id > this.#last) ?? waiting[0]
    this.restart()
    if (record === undefined || engine.state.state !== 'running') return
    this.#last = record.row.id
    const { trackers } = store.swarmSources(record.row.id)
    if (trackers.length === 0) return
    engine.call('scrape', { id: record.row.v1, urls: trackers.map(({ url }) => url) }).then(
      (found) => {
        if (found === null || record.removed || record.engine.loaded) return
        takeScrape(record, found, this.#parts.clock.now())
      },
      // the engine went away: there is a next time
      () => {},
    )
  }
}
