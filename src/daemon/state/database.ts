import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { stateError } from './error.ts'
import type { Examined } from './examine.ts'
import type { Ledger } from './ledger.ts'
import type { MarkWriter } from './mark.ts'
import { type OpenOptions, openState } from './open.ts'

/** How often what was committed is brought to the disk: the most that a power cut may take. */
const syncIntervalMs = 1000
/** The log is moved into the file when nothing was written for so long, but not more often than the second. */
const idleMs = 1000
const restMs = 10_000
/** And after so long while something is written all the time. */
const longestMs = 60_000

/**
 * The state file: one connection that writes, a write-ahead log, and other programs may read meanwhile.
 *
 * A commit goes to the log without a sync, so losing the process loses nothing; a timer syncs the log once a second
 * while there is something new in it (https://www.sqlite.org/pragma.html#pragma_synchronous, NORMAL with WAL). The same
 * timer moves the log into the file, so that the file alone is never older than a minute.
 */
export class Database {
  readonly path: string
  /** What was found when it was opened. */
  readonly examined: Examined
  readonly #sqlite: DatabaseSync
  /** Prepared once: they are a third of the time of a small change otherwise. */
  readonly #begin: ReturnType<DatabaseSync['prepare']>
  readonly #commit: ReturnType<DatabaseSync['prepare']>
  readonly #ledger: Ledger
  readonly #mark: MarkWriter
  readonly #timer: NodeJS.Timeout
  readonly #onSyncError: (error: Error) => void
  #log: number | null = null
  #unsynced = false
  #syncing = false
  #closed = false
  #depth = 0
  /** When something that is only in the log was written first and last, and when it was moved; null: nothing is. */
  #logged: { first: number; last: number } | null = null
  #checkpointed = Number.NEGATIVE_INFINITY

  /** Opens the file, creating it and its folder for the owner alone. Throws StateError. */
  constructor(path: string, onSyncError: (error: Error) => void, options: OpenOptions = {}) {
    this.path = path
    this.#onSyncError = onSyncError
    const { sqlite, ledger, mark, examined } = openState(path, options)
    this.#sqlite = sqlite
    this.#begin = sqlite.prepare('BEGIN IMMEDIATE')
    this.#commit = sqlite.prepare('COMMIT')
    this.#ledger = ledger
    this.#mark = mark
    this.examined = examined
    this.#timer = setInterval(() => {
      this.#sync()
      this.#checkpointIfDue()
    }, syncIntervalMs)
    this.#timer.unref()
  }

  /** Commits so far, over the life of the file. */
  get changes(): number {
    return this.#ledger.changes
  }

  /** Counts rows; used inside of `write`. */
  get ledger(): Pick<Ledger, 'add' | 'recount'> {
    return this.#ledger
  }

  /** For reads and writes that have no statement of their own, inside of `read` or `write`. */
  get sqlite(): DatabaseSync {
    return this.#sqlite
  }

  prepare(sql: string) {
    return this.#guard(() => this.#sqlite.prepare(sql))
  }

  /** Runs reads; turns SQLite's errors into StateErrors. */
  read<T>(work: () => T): T {
    return this.#guard(work)
  }

  /** Runs `work` in one transaction, committed when it returns and rolled back when it throws. May be nested. */
  write<T>(work: () => T): T {
    if (this.#depth > 0) return work()
    return this.#guard(() => {
      const before = this.#ledger.save()
      this.#begin.run()
      this.#depth++
      let result: T
      try {
        result = work()
        this.#ledger.write()
        this.#commit.run()
      } catch (error) {
        // A full disk rolls back by itself; a second ROLLBACK would hide the first error.
        if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK')
        this.#ledger.restore(before)
        throw error
      } finally {
        this.#depth--
      }
      this.#committed()
      return result
    })
  }

  /** Moves the log into the file, syncs it and closes. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#timer)
    if (this.#log !== null && !this.#syncing) closeSync(this.#log)
    try {
      // Closing does so too, but not while another program reads.
      this.#guard(() => this.#sqlite.exec('PRAGMA wal_checkpoint(PASSIVE)'))
      this.#guard(() => this.#sqlite.close())
    } catch (error) {
      this.#mark.abandon()
      throw error
    }
    try {
      this.#mark.closed(this.path)
    } catch (error) {
      // The next start looks more closely, that is all.
      this.#onSyncError(error as Error)
    }
  }

  #committed(): void {
    this.#unsynced = true
    const now = performance.now()
    this.#logged = { first: this.#logged?.first ?? now, last: now }
    try {
      this.#mark.committed(this.#ledger.changes)
    } catch (error) {
      // The change itself is safe; only a later loss of it might not be noticed.
      this.#onSyncError(error as Error)
    }
  }

  #checkpointIfDue(): void {
    const logged = this.#logged
    // What is not synced yet is synced by a thread first: the checkpoint, which blocks, has less to wait for then.
    if (logged === null || this.#unsynced || this.#syncing) return
    const now = performance.now()
    const idle = now - logged.last >= idleMs && now - this.#checkpointed >= restMs
    if (!idle && now - logged.first < longestMs) return
    this.#checkpointed = now
    this.#logged = null
    try {
      // A program that reads an older state holds back a part of it; the next round has it.
      this.#sqlite.exec('PRAGMA wal_checkpoint(PASSIVE)')
    } catch (error) {
      this.#logged = logged
      this.#onSyncError(error as Error)
    }
  }

  #sync(): void {
    if (!this.#unsynced || this.#syncing) return
    const { changes } = this.#ledger
    this.#unsynced = false
    this.#syncing = true
    try {
      this.#log ??= openLog(this.path)
    } catch (error) {
      this.#syncing = false
      this.#unsynced = true
      this.#onSyncError(error as Error)
      return
    }
    const log = this.#log
    fdatasync(log, (error) => {
      this.#syncing = false
      if (this.#closed) closeSync(log)
      else this.#synced(changes, error)
    })
  }

  #synced(changes: number, error: Error | null): void {
    try {
      if (error !== null) throw error
      this.#mark.synced(changes)
    } catch (failure) {
      this.#unsynced = true
      this.#onSyncError(failure as Error)
    }
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw stateError(error, this.path)
    }
  }
}

/** Opens the write-ahead log for syncing and makes the names of both files durable, once. */
function openLog(path: string): number {
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
  return openSync(`${path}-wal`, 'r')
}
