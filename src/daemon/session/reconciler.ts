import { setTimeout as sleep } from 'node:timers/promises'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { Engine, LastReport, TaskOptions, TorrentTask } from '../engine/protocol.ts'
import type { Clock } from './clock.ts'
import { beginLoad } from './torrent/observed.ts'
import { inEngine, isMoving, mayLoad, shouldRun } from './torrent/predicates.ts'
import type { TorrentRecord } from './torrent/record.ts'

/** A call to a dying host may fail before its end is known, but not longer before than this. */
const lostWithinMs = 250

/** A move that could not be kept is tried again after so long. */
const retryMs = 5000

/** What the reconciler asks for. */
export interface ReconcilerHost {
  readonly clock: Clock
  task(record: TorrentRecord): TorrentTask
  options(record: TorrentRecord): TaskOptions
  /** It is out of the engine; with its last report, null when the engine did not know it or is gone. */
  unloaded(record: TorrentRecord, report: LastReport | null): void
  /**
   * Moves its files, and keeps that it is done or that it cannot be. Rejects only when the engine went away, or when
   * that could not be kept: the move is tried again then.
   */
  move(record: TorrentRecord): Promise<void>
  /** Gives the files of a torrent their place by its priorities; `before` are the ones that they follow now. */
  place(record: TorrentRecord, before: number[]): Promise<void>
  /** The engine works but would not take the torrent, or its task could not be made. */
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
  /** Grows whenever the engine lost everything: answers to older requests mean nothing then. */
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

  /** The engine has to hear of its options, at the next step. */
  optionsChanged(record: TorrentRecord): void {
    record.engine.optionsChanged = true
  }

  /**
   * The task of a torrent changed: if the engine has it, it leaves it and comes back. Its session counters go on, or begin
   * anew; they do so when it comes back, not before (libtorrent).
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

  /** The engine is gone, and everything it had. */
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

  /** There is an engine again. */
  ready(records: Iterable<TorrentRecord>): void {
    this.#away = false
    for (const record of records) this.reconcile(record)
  }

  /** Nothing more is asked of the engine; everybody who waits is let go. */
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
    // When the engine was lost meanwhile, `lost` has said so already.
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

  /** The next try is due when the engine is back, or, if it never was away, soon. */
  async #tryLater(record: TorrentRecord, life: number): Promise<void> {
    if (this.#closed || life !== this.#life) return
    if (this.#engine.state.state === 'running') await sleep(retryMs, undefined, { ref: false })
    else this.#away = true
    record.engine.countersContinue = mayLoad(record)
  }

  /** Tells a host that went away, which will be followed by `lost` and `ready`, from one that said no. */
  async #notLoaded(record: TorrentRecord, error: Error, life: number): Promise<void> {
    if (!(error instanceof RpcError) || error.code === ErrorCode.EngineUnavailable) await sleep(lostWithinMs)
    if (this.#closed || life !== this.#life) return
    if (this.#engine.state.state === 'running') return this.#host.refused(record, error)
    // Asking again at once would go round in circles: `ready` will say when.
    this.#away = true
    record.engine.countersContinue = true
  }

  #out(record: TorrentRecord): void {
    const resolvers = this.#waiting.get(record)
    this.#waiting.delete(record)
    for (const resolve of resolvers ?? []) resolve()
  }
}
