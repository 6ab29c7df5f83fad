import type { InfoHashParam, Settings } from '../../rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { Engine, EngineListener, EngineMethod, HostMethods } from '../engine/protocol.ts'
import type { Log, LogLevel } from '../log.ts'
import { StateError } from '../state/error.ts'
import type { RemovalRow, SavedTorrent, TorrentChanges } from '../state/rows.ts'
import type { Store } from '../state/store.ts'
import type { Clock } from './clock.ts'
import { DiskRetry } from './disk-retry.ts'
import { type EventSink, turn } from './events.ts'
import { GoneFiles } from './gone-files.ts'
import type { QueueOrder } from './queue/order.ts'
import { Scheduler, seedLimitsOf } from './queue/scheduler.ts'
import { Reconciler, type ReconcilerHost } from './reconciler.ts'
import type { Records } from './records.ts'
import { Saver } from './saver.ts'
import type { SettingsChange, SettingsLayers } from './settings/settings-layers.ts'
import { Traffic } from './torrent/counters.ts'
import { newRecord, type TorrentRecord } from './torrent/record.ts'
import type { StatusContext } from './torrent/status.ts'
import { verifiedPieces } from './torrent/verified-pieces.ts'

/** Makes the engine of one session. It starts nothing until it is asked to. */
export type EngineFactory = (options: {
  session: string
  settings: Settings
  listener: EngineListener
  log: (level: LogLevel, message: string) => void
}) => Engine

/**
 * What a session's parts ask for that changes torrents. open.ts, which knows the functions of transitions and reactions,
 * fills it in: the session itself imports none of them.
 */
export interface SessionWiring {
  /** Who hears what the engine says. */
  listener(session: Session): EngineListener
  /** Whom the reconciler asks. */
  reconcilerHost(session: Session): ReconcilerHost
  /** A torrent has been in upload mode for long enough. */
  leaveUploadMode(session: Session, record: TorrentRecord): void
  /** The file is there again whose absence stopped a torrent. */
  filesAreBack(session: Session, record: TorrentRecord): void
}

/** What a session is made of; `openSession` makes all of it. */
export interface SessionParts {
  name: string
  store: Store
  clock: Clock
  log: Log
  events: EventSink
  settings: SettingsLayers
  /** Its torrents, and their order in the queue. */
  records: Records
  queue: QueueOrder
  /** It was paused as a whole. */
  paused: boolean
  createEngine: EngineFactory
  /** The settings were changed. */
  settingsChanged: () => void
  wiring: SessionWiring
}

/**
 * One session: its torrents, their queue, its settings and its engine, and the few verbs that keep them consistent.
 *
 * What users ask for is done by the functions of actions/, what the engine says is taken in by reactions/, and what both
 * cause is in transitions/. All of them change the state first, then the record, and then `touch` it: whether a torrent
 * is loaded follows from its record alone. STATE.md says who may write which part of a record.
 */
export class Session {
  readonly name: string
  readonly store: Store
  readonly log: Log
  readonly clock: Clock
  readonly events: EventSink
  readonly settings: SettingsLayers
  readonly records: Records
  readonly queue: QueueOrder
  readonly engine: Engine
  readonly reconciler: Reconciler
  readonly saver: Saver
  readonly traffic = new Traffic()
  readonly scheduler: Scheduler
  readonly diskRetry: DiskRetry
  readonly goneFiles: GoneFiles
  /** Removals that the engine could not carry out; tried again when it is back, or at the next start. */
  unfinishedRemovals: RemovalRow[] = []
  /**
   * Hashes of removed torrents that are not out of the engine yet, or whose files are not deleted yet. The promise
   * settles when both are done. Kept by transitions/removals.ts.
   */
  readonly leaving = new Map<string, Promise<void>>()
  #closed = false
  #paused: boolean
  readonly #onSettings: () => void

  constructor(parts: SessionParts) {
    const { name, store, clock, log, records, settings, wiring } = parts
    this.name = name
    this.store = store
    this.log = log
    this.clock = clock
    this.events = parts.events
    this.settings = settings
    this.records = records
    this.queue = parts.queue
    this.#paused = parts.paused
    this.#onSettings = parts.settingsChanged
    this.engine = parts.createEngine({
      session: name,
      settings: settings.all,
      listener: wiring.listener(this),
      log: (level, message) => log[level](message),
    })
    this.reconciler = new Reconciler(this.engine, wiring.reconcilerHost(this))
    this.saver = new Saver({ store, clock, log, records })
    // The first run of the queue starts what ran before.
    this.scheduler = new Scheduler(this)
    this.diskRetry = new DiskRetry(
      clock,
      () => settings.int('optimistic_disk_retry'),
      (record) => wiring.leaveUploadMode(this, record),
    )
    this.goneFiles = new GoneFiles((record) => wiring.filesAreBack(this, record))
  }

  /** It stops, and asks nothing more of its engine. */
  get isClosed(): boolean {
    return this.#closed
  }

  /** Whether it was paused as a whole. */
  get paused(): boolean {
    return this.#paused
  }

  /**
   * Lets none of its torrents run, or lets them go on, whatever they and the queue say of themselves (libtorrent:
   * session::pause). Lasts, and is durable when it returns.
   */
  setPaused(paused: boolean): void {
    this.store.setPaused(this.name, paused)
    this.#paused = paused
    for (const record of this.records) {
      record.holds.sessionPaused = paused
      this.touch(record)
    }
  }

  /** The torrent a handle names. Throws InvalidTorrentHandle. */
  get(hash: InfoHashParam): TorrentRecord {
    const record = this.records.find(hash)
    if (!record) throw new RpcError(ErrorCode.InvalidTorrentHandle, 'invalid torrent handle used')
    return record
  }

  /** Makes the record of a torrent that is in the state already. It is not touched, nor put into the queue. */
  admit({ row, progress }: SavedTorrent): TorrentRecord {
    const record = newRecord(row, progress)
    record.holds.waitsForRemoval = this.leaving.has(row.v1)
    record.holds.sessionPaused = this.#paused
    this.records.add(record)
    return record
  }

  /** What statuses read now depend on. */
  statusContext(): StatusContext {
    this.queue.settle()
    return {
      now: this.clock.now(),
      time: this.clock.time(),
      seedLimits: seedLimitsOf(this.settings),
      pieces: (record) => verifiedPieces(this.store, record),
    }
  }

  /**
   * Changes what is kept of a torrent, `also` in the same transaction; durable when it returns. Throws StateError, and
   * nothing has changed then.
   */
  change(record: TorrentRecord, changes: TorrentChanges, also?: () => void): void {
    this.store.transaction(() => {
      this.store.updateTorrent(record.row.id, changes)
      also?.()
    })
    Object.assign(record.row, changes)
  }

  /** A change that happened whether the state can be written or not; nobody waits for it. */
  note(record: TorrentRecord, changes: TorrentChanges): void {
    try {
      this.store.updateTorrent(record.row.id, changes)
    } catch (error) {
      if (!(error instanceof StateError)) throw error
      this.log.error(error.message)
    }
    Object.assign(record.row, changes)
  }

  /** Something changed that decides whether or how a torrent runs. */
  touch(record: TorrentRecord): void {
    if (turn(this.events, record, this.clock.now())) this.saver.mark(record)
    this.diskRetry.look(record)
    this.goneFiles.look(record)
    this.reconciler.reconcile(record)
    this.scheduler.request()
  }

  /** The engine has to hear of the options of a torrent. Touches it. */
  optionsChanged(record: TorrentRecord): void {
    this.reconciler.optionsChanged(record)
    this.touch(record)
  }

  /** A torrent has to leave the engine and come back with another task; see Reconciler.reload. Touches it. */
  reload(record: TorrentRecord, counters: 'continue' | 'anew'): void {
    this.reconciler.reload(record, counters)
    this.touch(record)
  }

  /**
   * Asks something of the engine for which nobody waits. When the engine went away or let the torrent go meanwhile, the
   * next load makes up for it.
   */
  passOn<M extends EngineMethod>(
    record: TorrentRecord,
    method: M,
    params: Parameters<HostMethods[M]>[0],
  ): void {
    this.engine.call(method, params).catch((error: Error) => {
      this.log.debug(`session ${this.name}: ${method} of ${record.row.v1}: ${error.message}`)
    })
  }

  /** The bytes of the .torrent file, null before metadata. Read from the state. */
  torrentFile(record: TorrentRecord): Uint8Array | null {
    return this.store.torrentFile(record.row.id)
  }

  /** Applies settings that passed the check; durable when it returns. Throws UnknownSetting or InvalidValue. */
  applySettings(settings: Settings): SettingsChange {
    const change = this.settings.check(settings)
    this.store.saveSettings(this.name, change.settings)
    this.settings.apply(change.settings)
    this.#settingsChanged()
    return change
  }

  /** Takes over settings that are in the state already. */
  takeSettings(settings: Settings): void {
    this.settings.apply(settings)
    this.#settingsChanged()
  }

  /** Forgets what was applied, all of it without `keys`. Throws UnknownSetting. */
  resetSettings(keys: readonly string[] | undefined): void {
    const names = this.settings.appliedNames(keys)
    this.store.forgetSettings(this.name, names)
    this.settings.forget(names)
    this.#settingsChanged()
  }

  /** Takes over what the configuration file says now; what was applied stays on top of it. */
  reconfigure(config: Settings): void {
    this.settings.reconfigure(config)
    this.#settingsChanged()
  }

  #settingsChanged(): void {
    this.engine.configure(this.settings.all)
    this.scheduler.settingsChanged()
    this.diskRetry.plan()
    this.#onSettings()
  }

  /**
   * Stops the engine, tidily within the deadline, and saves everything. The session is of no use afterwards. Rejects
   * with StateError when something could not be saved.
   */
  async close(deadlineMs: number): Promise<void> {
    this.#closed = true
    this.scheduler.close()
    this.diskRetry.close()
    this.goneFiles.close()
    this.reconciler.close()
    // Before the engine is given its time: a host that hangs must not cost what is known now.
    for (const record of this.records) if (record.clock.countedTo !== null) this.saver.trySave(record)
    try {
      await this.engine.stop(deadlineMs)
    } finally {
      for (const record of this.records) if (record.clock.countedTo !== null) this.saver.mark(record)
      this.saver.close()
      this.saver.saveAll()
    }
  }

  /** For a process that ends now: saves what is known, and ends the engine by force. Never throws. */
  abandon(): void {
    this.#closed = true
    this.engine.kill()
    for (const record of this.records) if (record.clock.countedTo !== null) this.saver.mark(record)
    try {
      this.saver.saveAll()
    } catch (error) {
      this.log.error(`session ${this.name}: progress was not saved: ${(error as Error).message}`)
    }
  }
}
