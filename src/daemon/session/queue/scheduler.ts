import { longestTimerMs } from '../../../program/longest-timer.ts'
import type { Engine } from '../../engine/protocol.ts'
import { FilesState } from '../../state/rows.ts'
import type { Store } from '../../state/store.ts'
import type { Clock } from '../clock.ts'
import { type EventSink, turn } from '../events.ts'
import type { Reconciler } from '../reconciler.ts'
import type { Records } from '../records.ts'
import type { Saver } from '../saver.ts'
import type { SettingsLayers } from '../settings/settings-layers.ts'
import {
  hasMetadata,
  isChecking,
  isFinished,
  isManaged,
  isPaused,
  isStopped,
  shouldRun,
} from '../torrent/predicates.ts'
import { type Announces, everywhere, type TorrentRecord } from '../torrent/record.ts'
import { type SeedLimits, seedRank } from '../torrent/seed-rank.ts'
import { grantAnnounces, setAnnounces } from './announces.ts'
import { idleFrom, noteSpeed } from './idle.ts'
import type { QueueOrder } from './order.ts'
import { Scraper } from './scraper.ts'
import { grantSlots, type QueueEntry } from './slots.ts'

/** Runs of the queue keep this distance, so that a thousand changes in a second cost ten runs. */
const distanceMs = 100

interface Entry extends QueueEntry {
  record: TorrentRecord
}

/** What the scheduler works on. */
export interface SchedulerParts {
  readonly clock: Clock
  readonly settings: SettingsLayers
  readonly records: Records
  readonly queue: QueueOrder
  readonly reconciler: Reconciler
  readonly saver: Saver
  readonly events: EventSink
  readonly engine: Engine
  readonly store: Store
}

/** Runs the queue: soon after a change, and every `auto_manage_interval` seconds. */
export class Scheduler {
  readonly #parts: SchedulerParts
  readonly #scraper: Scraper
  #soon: NodeJS.Timeout | null = null
  #interval: NodeJS.Timeout | null = null
  /** For the moment at which the next torrent becomes idle, and its slot free. */
  #idle: NodeJS.Timeout | null = null
  #ranAt = Number.NEGATIVE_INFINITY
  /** Torrents that a peer called for, and until when they run beside the queue. */
  readonly #woken = new Map<TorrentRecord, number>()
  #closed = false

  constructor(parts: SchedulerParts) {
    this.#parts = parts
    this.#scraper = new Scraper(parts)
    this.settingsChanged()
  }

  /** Lets a torrent that waits run beside the limits, until the queue runs in auto_manage_interval seconds. */
  wake(record: TorrentRecord): void {
    const seconds = Math.max(1, this.#parts.settings.int('auto_manage_interval'))
    this.#woken.set(record, this.#parts.clock.now() + seconds * 1000)
    record.queue.hasSlot = true
  }

  /** Something changed that the queue may answer. */
  request(): void {
    if (this.#soon || this.#closed) return
    const wait = Math.max(0, this.#ranAt + distanceMs - this.#parts.clock.now())
    this.#soon = setTimeout(() => this.run(), wait)
  }

  settingsChanged(): void {
    if (this.#interval) clearInterval(this.#interval)
    const seconds = Math.max(1, this.#parts.settings.int('auto_manage_interval'))
    // setInterval fires at once for more than 2^31 - 1 ms
    this.#interval = setInterval(() => this.run(), Math.min(seconds * 1000, longestTimerMs))
    this.#interval.unref()
    this.#scraper.restart()
    this.request()
  }

  close(): void {
    this.#closed = true
    this.#scraper.close()
    if (this.#soon) clearTimeout(this.#soon)
    if (this.#interval) clearInterval(this.#interval)
    if (this.#idle) clearTimeout(this.#idle)
  }

  /** Hands out the slots and starts or stops what that changes. */
  run(): void {
    if (this.#soon) clearTimeout(this.#soon)
    this.#soon = null
    if (this.#closed) return
    const { clock, records, queue, reconciler, saver, settings, events } = this.#parts
    const now = clock.now()
    queue.settle()
    const entries: Entry[] = []
    const limits = seedLimitsOf(settings)
    let nextIdle = Number.POSITIVE_INFINITY
    for (const record of records) {
      if (!isManaged(record) || !mayRun(record)) continue
      noteSpeed(record, settings, now)
      const from = idleFrom(record, settings)
      if (from > now) nextIdle = Math.min(nextIdle, from)
      entries.push(this.#entry(record, limits, now, from <= now))
    }
    const granted = grantSlots(entries, {
      downloads: settings.int('active_downloads'),
      seeds: settings.int('active_seeds'),
      all: settings.int('active_limit'),
      checking: settings.int('active_checking'),
      preferSeeds: settings.flag('auto_manage_prefer_seeds'),
    })
    for (const [record, until] of this.#woken)
      if (until <= now || record.removed || !isManaged(record) || !mayRun(record)) this.#woken.delete(record)
    const lucky = new Set<TorrentRecord>()
    for (const { record } of granted) lucky.add(record)
    const announces = this.#announces(granted)
    for (const record of records) {
      record.queue.hasSlot = lucky.has(record) || this.#woken.has(record)
      if (setAnnounces(record, announces.get(record) ?? everywhere)) {
        reconciler.optionsChanged(record)
        if (record.engine.loaded) reconciler.reconcile(record)
      }
      if (turn(events, record, now)) saver.mark(record)
      if (record.engine.loaded !== shouldRun(record) || record.engine.reload !== null)
        reconciler.reconcile(record)
    }
    // Nobody waits for a slot: it does not matter who is idle.
    this.#runAgainAt(granted.size < entries.length ? nextIdle : Number.POSITIVE_INFINITY)
    this.#ranAt = clock.now()
  }

  #announces(granted: Iterable<Entry>): Map<TorrentRecord, Announces> {
    const { settings } = this.#parts
    const may = grantAnnounces(granted, {
      trackers: settings.int('active_tracker_limit'),
      dht: settings.int('active_dht_limit'),
      lsd: settings.int('active_lsd_limit'),
    })
    return new Map([...may].map(([{ record }, announces]) => [record, announces]))
  }

  #runAgainAt(at: number): void {
    if (this.#idle) clearTimeout(this.#idle)
    this.#idle = null
    if (at === Number.POSITIVE_INFINITY) return
    const wait = Math.min(at - this.#parts.clock.now(), longestTimerMs)
    this.#idle = setTimeout(() => this.request(), Math.max(0, wait)).unref()
  }

  #entry(record: TorrentRecord, limits: SeedLimits, now: number, idle: boolean): Entry {
    const kind = isChecking(record) ? 'checking' : isFinished(record) ? 'seed' : 'download'
    return {
      record,
      kind,
      position: record.queue.position,
      rank: kind === 'seed' ? seedRank(record, limits, now) : 0,
      running: !isPaused(record),
      idle,
    }
  }
}

/** What keeps a torrent from running whatever the queue says. */
function mayRun(record: TorrentRecord): boolean {
  if (isStopped(record) || record.holds.waitsForRemoval) return false
  return !hasMetadata(record) || record.progress.files !== FilesState.unseen
}

/** The settings that seed ranks depend on. */
export function seedLimitsOf(settings: SettingsLayers): SeedLimits {
  return {
    shareRatio: settings.int('share_ratio_limit'),
    timeRatio: settings.int('seed_time_ratio_limit'),
    time: settings.int('seed_time_limit'),
  }
}
