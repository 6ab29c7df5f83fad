import { parseTorrent } from '../../metainfo/index.ts'
import type { InfoHashParam, Settings } from '../../rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { Engine, EngineListener, LastReport, TaskOptions, TorrentTask } from '../engine/protocol.ts'
import type { Log, LogLevel } from '../log.ts'
import { StateError } from '../state/error.ts'
import { FilesState, type RemovalRow, type SavedTorrent, type TorrentChanges } from '../state/rows.ts'
import type { Store } from '../state/store.ts'
import { placeFiles } from './actions/files.ts'
import type { Clock } from './clock.ts'
import { DiskRetry } from './disk-retry.ts'
import { type EventSink, noSink, turn } from './events.ts'
import { GoneFiles } from './gone-files.ts'
import { QueueOrder } from './queue/order.ts'
import { Scheduler, seedLimitsOf } from './queue/scheduler.ts'
import { finishedChanged, listenerOf, stopWhenReady, takeLastReport } from './reactions/listener.ts'
import { Runner, type RunnerHost } from './reconciler.ts'
import { Records } from './records.ts'
import { repairQueue } from './repair-queue.ts'
import { Saver } from './saver.ts'
import { type SettingsChange, SettingsLayers } from './settings/settings-layers.ts'
import { anythingThere } from './torrent/files-on-disk.ts'
import { errorKinds } from './torrent/flags.ts'
import { endLive } from './torrent/observed.ts'
import { hasMetadata, isMoving, newRecord, type TorrentRecord, wantedFiles } from './torrent/record.ts'
import { type PieceBytes, pieceBytesOf } from './torrent/sizes.ts'
import type { StatusContext } from './torrent/status.ts'
import { optionsOf, taskOf } from './torrent/task.ts'
import type { TorrentFacts } from './torrent/torrent-facts.ts'
import { readTorrent } from './torrent/torrent-reader.ts'
import { verifiedPieces } from './torrent/verified-pieces.ts'
import { Traffic } from './traffic.ts'
import { filesAreBack, leaveUploadMode } from './transitions/errors.ts'
import { trustFiles } from './transitions/first-look.ts'
import { carryOutMove } from './transitions/move-files.ts'
import { finishRemovals } from './transitions/removals.ts'

/** Makes the engine of one session. It starts nothing until it is asked to. */
export type EngineFactory = (options: {
  session: string
  settings: Settings
  listener: EngineListener
  log: (level: LogLevel, message: string) => void
}) => Engine

export interface SessionOptions {
  name: string
  version: string
  /** Settings of the configuration file. */
  config: Settings
  store: Store
  /** What the state holds of this session. */
  torrents: readonly SavedTorrent[]
  removals: readonly RemovalRow[]
  createEngine: EngineFactory
  clock: Clock
  log: Log
  /** Hears what happens; without it nobody does. */
  events?: EventSink
  /** The settings were changed. */
  settingsChanged?: () => void
}

/**
 * One session: its torrents, their queue, its settings and its engine. What users ask for is done by the functions of
 * commands.ts, adding.ts and removal.ts; all of them change the state first, then the record, and then `touch` it:
 * whether a torrent is loaded follows from its record alone.
 */
export class Session implements RunnerHost {
  readonly name: string
  readonly store: Store
  readonly log: Log
  readonly clock: Clock
  readonly events: EventSink
  readonly settings: SettingsLayers
  readonly records: Records
  readonly queue: QueueOrder
  readonly engine: Engine
  readonly runner: Runner
  readonly saver: Saver
  readonly traffic = new Traffic()
  readonly scheduler: Scheduler
  readonly diskRetry: DiskRetry
  readonly goneFiles: GoneFiles
  /** Removals that the engine could not carry out; tried again when it is back, or at the next start. */
  unfinishedRemovals: RemovalRow[] = []
  #closed = false
  #paused: boolean
  readonly #onSettings: () => void
  /** Hashes of removed torrents that are not out of the engine yet, or whose files are not deleted yet. */
  readonly #leaving = new Map<string, Promise<void>>()

  constructor(options: SessionOptions) {
    const { name, store, log, clock } = options
    this.name = name
    this.store = store
    this.log = log
    this.clock = clock
    this.events = options.events ?? noSink
    this.#onSettings = options.settingsChanged ?? (() => {})
    this.settings = new SettingsLayers(options.version, options.config, store.settings(name))
    const records = options.torrents.map(({ row, progress }) => newRecord(row, progress))
    this.#paused = store.isPaused(name)
    for (const record of records) record.halted = this.#paused
    const byId = new Map(records.map((record) => [record.row.id, record]))
    for (const move of store.moves()) {
      const record = byId.get(move.torrent)
      if (record) record.moves = [...record.moves, move]
    }
    this.records = new Records(records)
    this.queue = new QueueOrder(records)
    repairQueue(this, records)
    this.engine = options.createEngine({
      session: name,
      settings: this.settings.all,
      listener: listenerOf(this),
      log: (level, message) => log[level](message),
    })
    this.runner = new Runner(this.engine, this)
    this.saver = new Saver({ store, clock, log, records: this.records })
    // The first run of the queue starts what ran before.
    this.scheduler = new Scheduler(this)
    this.diskRetry = new DiskRetry(
      clock,
      () => this.settings.int('optimistic_disk_retry'),
      (record) => leaveUploadMode(this, record),
    )
    this.goneFiles = new GoneFiles((record) => filesAreBack(this, record))
    for (const record of records) {
      this.diskRetry.look(record)
      this.goneFiles.look(record)
    }
    finishRemovals(this, options.removals)
    for (const record of records) this.look(record)
    for (const record of records) if (isMoving(record)) this.runner.reconcile(record)
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
      record.halted = paused
      this.touch(record)
    }
  }

  /** The torrent a handle names. Throws InvalidTorrentHandle. */
  get(hash: InfoHashParam): TorrentRecord {
    const record = this.records.find(hash)
    if (!record) throw new RpcError(ErrorCode.InvalidTorrentHandle, 'invalid torrent handle used')
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
    this.runner.reconcile(record)
    this.scheduler.request()
  }

  /** Finds out whether something of a new torrent is on disk already; it does not run before. */
  look(record: TorrentRecord, metainfo: TorrentFacts | null = null): void {
    if (
      record.blocked ||
      isMoving(record) ||
      !hasMetadata(record) ||
      record.progress.files !== FilesState.unseen
    )
      return
    this.#look(record, metainfo).catch((error) => {
      this.log.error(`looking at the files of ${record.row.name}: ${error}`)
    })
  }

  async #look(record: TorrentRecord, metainfo: TorrentFacts | null): Promise<void> {
    const { row, progress } = record
    const content = metainfo ?? (await readTorrent(this.torrentFile(record)!))
    if (await trustFiles(this, record, content)) {
      stopWhenReady(this, record)
      this.touch(record)
      return
    }
    const there = await anythingThere(row.savePath, content)
    // Files on their way may be in neither place; they are looked at again afterwards.
    if (record.removed || isMoving(record) || progress.files !== FilesState.unseen) return
    // libtorrent: without resume data nothing is there then, until it is downloaded.
    const check = there && !this.settings.flag('no_recheck_incomplete_resume')
    progress.files = check ? FilesState.unchecked : FilesState.known
    this.saver.mark(record)
    // Nothing is wanted, as when it was added with priorities of 0: it has all of it.
    if (!there && row.totalWanted === 0 && !progress.finished) {
      progress.finished = true
      finishedChanged(this, record)
    }
    if (!check) stopWhenReady(this, record)
    this.touch(record)
  }

  /** The bytes of the .torrent file, null before metadata. Read from the state. */
  torrentFile(record: TorrentRecord): Uint8Array | null {
    return this.store.torrentFile(record.row.id)
  }

  pieceBytes({ row }: TorrentRecord): PieceBytes {
    return pieceBytesOf(parseTorrent(this.store.torrentFile(row.id)!), wantedFiles(row))
  }

  /** Puts the hash of a torrent aside until `done` is settled: one that is added again meanwhile has to wait. */
  holdBack(v1: string, done: Promise<unknown>): void {
    const settled = done.then(
      () => {},
      () => {},
    )
    this.#leaving.set(v1, settled)
    const again = this.records.byV1(v1)
    if (again) again.blocked = true
    settled.then(() => {
      if (this.#closed || this.#leaving.get(v1) !== settled) return
      this.#leaving.delete(v1)
      const record = this.records.byV1(v1)
      if (!record?.blocked) return
      record.blocked = false
      this.look(record)
      this.touch(record)
    })
  }

  /** A removed torrent of this hash is not quite gone. */
  isLeaving(v1: string): boolean {
    return this.#leaving.has(v1)
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

  task(record: TorrentRecord): TorrentTask {
    const { id } = record.row
    // before the pieces: with damaged ones they are set aside as well
    const stamps = this.store.fileStamps(id)
    return taskOf(record, {
      hints: this.store.hints(id),
      torrentFile: this.store.torrentFile(id),
      have: this.store.have(id),
      stamps,
    })
  }

  options(record: TorrentRecord): TaskOptions {
    return optionsOf(record, this.store.hints(record.row.id))
  }

  unloaded(record: TorrentRecord, report: LastReport | null): void {
    try {
      if (report && !record.removed) takeLastReport(this, record, report)
    } catch (error) {
      this.log.error(`session ${this.name}: the last report of ${record.row.v1}: ${(error as Error).stack}`)
    }
    if (!record.removed) this.saver.trySave(record)
    endLive(record)
  }

  move(record: TorrentRecord): Promise<void> {
    return carryOutMove(this, record)
  }

  place(record: TorrentRecord, before: number[]): Promise<void> {
    return placeFiles(this, record, before)
  }

  refused(record: TorrentRecord, error: Error): void {
    this.log.warning(`session ${this.name}: ${record.row.name || record.row.v1}: ${error.message}`)
    this.note(record, { error: error.message, errorFile: null, flags: record.row.flags & ~errorKinds })
    this.touch(record)
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
    this.runner.close()
    // Before the engine is given its time: a host that hangs must not cost what is known now.
    for (const record of this.records) if (record.countedTo !== null) this.saver.trySave(record)
    try {
      await this.engine.stop(deadlineMs)
    } finally {
      for (const record of this.records) if (record.countedTo !== null) this.saver.mark(record)
      this.saver.close()
      this.saver.saveAll()
    }
  }
  /** For a process that ends now: saves what is known, and ends the engine by force. Never throws. */
  abandon(): void {
    this.#closed = true
    this.engine.kill()
    for (const record of this.records) if (record.countedTo !== null) this.saver.mark(record)
    try {
      this.saver.saveAll()
    } catch (error) {
      this.log.error(`session ${this.name}: progress was not saved: ${(error as Error).message}`)
    }
  }
}
