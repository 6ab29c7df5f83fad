import { setTimeout as sleep } from 'node:timers/promises'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { Engine, LastReport, TaskOptions, TorrentTask } from '../engine/protocol.ts'
import type { Clock } from './clock.ts'
import { beginLoad } from './torrent/observed.ts'
import { inEngine, isMoving, mayLoad, shouldRun } from './torrent/predicates.ts'
import type { TorrentRecord } from './torrent/record.ts'

/** When a host ends, calls to it may fail up to so long before `lost` is called. */
const lostWithinMs = 250

/** A move whose outcome could not be written to the state is tried again after so long. */
const retryMs = 5000

/** What the reconciler asks for. */
export interface ReconcilerHost {
  readonly clock: Clock
  task(record: TorrentRecord): TorrentTask
  options(record: TorrentRecord): TaskOptions
  /** The torrent has left the engine. `report` is its last one; null when the engine did not have it or is gone. */
  unloaded(record: TorrentRecord, report: LastReport | null): void
  /**
   * Moves the files of a torrent and writes the outcome to the state, also when it failed. Rejects when the engine went away
   * or the state cannot be written: the move is tried again then.
   */
  move(record: TorrentRecord): Promise<void>
  /** Has the files on disk follow the file priorities. `before`: the priorities that they follow now. */
  place(record: TorrentRecord, before: number[]): Promise<void>
  /** The engine refuses the torrent, or its task cannot be made. */
  refused(record: TorrentRecord, error: Error): void
}

/**
 * Makes the engine match the records, one step per torrent at a time: whatever happened, `reconcile` is called, and
 * the next step follows when the last one is answered.
 */
export class Reconciler {
  readonly #engine: Engine
  readonly #host: ReconcilerHost
  readonly #waiting = new Map<TorrentRecord, (() => void)[]>()
  /** Grows with each host that is lost. The answer to a request of an earlier life means nothing. */
  #life = 0
  #away = false
  #closed = false

  constructor(engine: Engine, host: ReconcilerHost) {
    this.#engine = engine
    this.#host = host
  }

  /** Takes the next step towards what the record says, if one is due and none is under way. */
  reconcile(record: TorrentRecord): void {
    if (record.engine.busy || this.#closed) return
    const wanted = shouldRun(record)
    if (record.engine.loaded) {
      if (!wanted || record.engine.reload !== null) this.#unload(record)
      else if (record.engine.optionsChanged) this.#update(record)
      return
    }
    record.engine.reload = null
    if (!mayLoad(record)) record.engine.countersContinue = false
    if (isMoving(record) && !record.removed) {
      if (!record.holds.waitsForRemoval && !this.#away) this.#move(record)
    } else if (record.files.prioritiesOnDisk !== null && !record.removed && !this.#away) {
      this.#place(record, record.files.prioritiesOnDisk)
    } else if (!wanted) {
      this.#out(record)
    } else if (!this.#away) {
      this.#load(record)
    }
  }

  /** The options of a torrent changed. The engine hears of them at the next step. */
  optionsChanged(record: TorrentRecord): void {
    record.engine.optionsChanged = true
  }

  /**
   * The task of a torrent changed. If the engine has the torrent, it is unloaded and loaded again. Its session counters go on
   * with the next load, or begin anew; as in libtorrent they show their old values until then.
   */
  reload(record: TorrentRecord, counters: 'continue' | 'anew'): void {
    if (inEngine(record)) record.engine.reload = counters
    else if (counters === 'anew') record.engine.countersContinue = false
  }

  /** Resolves when a removed record is out of the engine. */
  async leave(record: TorrentRecord): Promise<void> {
    if (!inEngine(record)) return
    const left = new Promise<void>((resolve) => {
      this.#waiting.set(record, [...(this.#waiting.get(record) ?? []), resolve])
    })
    this.reconcile(record)
    await left
  }

  /** The host ended, and with it everything that was loaded. */
  lost(records: Iterable<TorrentRecord>): void {
    this.#life++
    this.#away = true
    for (const record of records) {
      if (!inEngine(record)) continue
      record.engine.loaded = false
      record.engine.countersContinue = true
      this.#host.unloaded(record, null)
      if (!shouldRun(record)) this.reconcile(record)
    }
  }

  /** A host answers again. */
  ready(records: Iterable<TorrentRecord>): void {
    this.#away = false
    for (const record of records) this.reconcile(record)
  }

  /** Asks nothing more of the engine, and resolves every pending `leave`. */
  close(): void {
    this.#closed = true
    for (const record of [...this.#waiting.keys()]) this.#out(record)
  }

  #load(record: TorrentRecord): void {
    let task: TorrentTask
    try {
      task = this.#host.task(record)
    } catch (error) {
      this.#host.refused(record, error as Error)
      return
    }
    beginLoad(record, !record.engine.countersContinue, this.#host.clock.now())
    record.engine.countersContinue = false
    record.engine.optionsChanged = false
    const life = this.#life
    this.#step(record, this.#engine.load(task), {
      done: () => {
        record.engine.loaded = life === this.#life
      },
      failed: (error) => this.#notLoaded(record, error, life),
    })
  }

  #unload(record: TorrentRecord): void {
    record.engine.countersContinue = mayLoad(record) && record.engine.reload !== 'anew'
    this.#step(record, this.#engine.unload(record.row.v1), {
      done: (report) => this.#gone(record, report),
      failed: () => this.#gone(record, null),
    })
  }

  #move(record: TorrentRecord): void {
    const life = this.#life
    this.#step(record, this.#host.move(record), {
      done: () => {},
      failed: () => this.#tryLater(record, life),
    })
  }

  #place(record: TorrentRecord, before: number[]): void {
    record.files.prioritiesOnDisk = null
    const life = this.#life
    this.#step(record, this.#host.place(record, before), {
      done: () => {},
      failed: (error) => this.#notLoaded(record, error, life),
    })
  }

  #gone(record: TorrentRecord, report: LastReport | null): void {
    // If the host ended meanwhile, `lost` has handled the record already.
    if (!record.engine.loaded) return
    record.engine.loaded = false
    this.#host.unloaded(record, report)
  }

  #update(record: TorrentRecord): void {
    let options: TaskOptions
    try {
      options = this.#host.options(record)
    } catch (error) {
      this.#host.refused(record, error as Error)
      return
    }
    record.engine.optionsChanged = false
    record.files.prioritiesOnDisk = null
    const life = this.#life
    this.#step(record, this.#engine.call('update', { id: record.row.v1, options }), {
      done: () => {},
      failed: (error) => this.#notLoaded(record, error, life),
    })
  }

  /** Marks the record as busy until the answer is there, then takes the next step. */
  #step<T>(
    record: TorrentRecord,
    answer: Promise<T>,
    { done, failed }: { done: (value: T) => void; failed: (error: Error) => void | Promise<void> },
  ): void {
    record.engine.busy = true
    answer.then(done, failed).finally(() => {
      record.engine.busy = false
      this.reconcile(record)
      if (this.#closed) this.#out(record)
    })
  }

  /** Has a failed move tried again: when the host is back, or after a while if it did not go away. */
  async #tryLater(record: TorrentRecord, life: number): Promise<void> {
    if (this.#closed || life !== this.#life) return
    if (this.#engine.state.state === 'running') await sleep(retryMs, undefined, { ref: false })
    else this.#away = true
    record.engine.countersContinue = mayLoad(record)
  }

  /**
   * A load, an update or a change of priorities failed. If the host refused it, the torrent stops with an error. If the host
   * ended, `lost` and later `ready` follow, and the torrent is loaded again.
   */
  async #notLoaded(record: TorrentRecord, error: Error, life: number): Promise<void> {
    if (!(error instanceof RpcError) || error.code === ErrorCode.EngineUnavailable) await sleep(lostWithinMs)
    if (this.#closed || life !== this.#life) return
    if (this.#engine.state.state === 'running') return this.#host.refused(record, error)
    // Asking again at once would fail again. `ready` comes when there is a host.
    this.#away = true
    record.engine.countersContinue = true
  }

  #out(record: TorrentRecord): void {
    const resolvers = this.#waiting.get(record)
    this.#waiting.delete(record)
    for (const resolve of resolvers ?? []) resolve()
  }
}
