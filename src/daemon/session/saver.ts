import type { Log } from '../log.ts'
import type { Store } from '../state/store.ts'
import type { Clock } from './clock.ts'
import { countUp } from './torrent/durations.ts'
import type { TorrentRecord } from './torrent/record.ts'

/** Progress that changes is saved this often. */
const saveAfterMs = 3000
/** The durations of torrents that run but do not change are saved this often. */
const saveDurationsMs = 60_000

/** Writes progress to the state a few seconds behind the engine, many torrents in one transaction. */
export class Saver {
  readonly #store: Store
  readonly #clock: Clock
  readonly #log: Log
  readonly #marked = new Set<TorrentRecord>()
  readonly #durations: NodeJS.Timeout
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(options: { store: Store; clock: Clock; log: Log; records: Iterable<TorrentRecord> }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#log = options.log
    this.#durations = setInterval(() => {
      for (const record of options.records) if (record.clock.countedTo !== null) this.mark(record)
    }, saveDurationsMs)
    this.#durations.unref()
  }

  /** Its progress changed; `have`: its pieces too. */
  mark(record: TorrentRecord, have = false): void {
    record.unsaved.progress = true
    if (have) record.unsaved.have = true
    this.#marked.add(record)
    if (this.#closed) return
    this.#timer ??= setTimeout(() => this.#tryAll(), saveAfterMs).unref()
  }

  /** Writes one torrent's progress. Throws StateError. */
  save(record: TorrentRecord): void {
    this.#store.transaction(() => this.#write(record))
    this.#saved(record)
  }

  /** The same, when nobody waits for it: a failure is logged and the next round tries again. */
  trySave(record: TorrentRecord): void {
    try {
      this.save(record)
    } catch (error) {
      this.#log.error(
        `the progress of ${record.row.name || record.row.v1} was not saved: ${(error as Error).message}`,
      )
      this.mark(record)
    }
  }

  /** Writes everything that is marked. Throws StateError. */
  saveAll(): void {
    const marked = [...this.#marked].filter((record) => !record.removed)
    this.#store.transaction(() => {
      for (const record of marked) this.#write(record)
    })
    this.#marked.clear()
    for (const record of marked) this.#saved(record)
  }

  /** Nothing is saved by itself any more. */
  close(): void {
    this.#closed = true
    clearInterval(this.#durations)
    if (this.#timer) clearTimeout(this.#timer)
  }

  #write(record: TorrentRecord): void {
    countUp(record, this.#clock.now())
    const { have = null, stamps = null } = record.observed ?? {}
    // together: what is claimed of a file and what it looks like
    if (record.unsaved.have && have) this.#store.saveHave(record.row.id, have)
    if (record.unsaved.have && stamps) this.#store.saveFileStamps(record.row.id, stamps)
    this.#store.saveProgress(record.row.id, record.progress)
  }

  #saved(record: TorrentRecord): void {
    record.unsaved.progress = false
    record.unsaved.have = false
    this.#marked.delete(record)
  }

  #tryAll(): void {
    this.#timer = null
    try {
      this.saveAll()
    } catch (error) {
      this.#log.error(`progress was not saved: ${(error as Error).message}`)
      this.#timer = setTimeout(() => this.#tryAll(), saveAfterMs).unref()
    }
  }
}
