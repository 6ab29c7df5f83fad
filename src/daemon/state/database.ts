import { chmodSync, closeSync, fdatasync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { preparePrivateFolder } from '../../rpc/private-folder.ts'
import { stateError } from './error.ts'
import { migrate } from './migrations.ts'

/** How often what was committed is brought to the disk: the most that a power cut may take. */
const syncIntervalMs = 1000

/**
 * The state file: one connection, write-ahead log, exclusive to this process.
 *
 * A commit goes to the log without a sync, so losing the process loses nothing; a timer syncs the log once a second
 * while there is something new in it (https://www.sqlite.org/pragma.html#pragma_synchronous, NORMAL with WAL).
 */
export class Database {
  readonly path: string
  readonly #sqlite: DatabaseSync
  readonly #timer: NodeJS.Timeout
  readonly #onSyncError: (error: Error) => void
  #log: number | null = null
  #unsynced = false
  #syncing = false
  #closed = false
  #depth = 0

  /** Opens the file, creating it and its folder for the owner alone. Throws StateError. */
  constructor(path: string, onSyncError: (error: Error) => void) {
    this.path = path
    this.#onSyncError = onSyncError
    this.#sqlite = this.#guard(() => open(path))
    this.#timer = setInterval(() => this.#sync(), syncIntervalMs)
    this.#timer.unref()
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
      this.#sqlite.exec('BEGIN IMMEDIATE')
      this.#depth++
      try {
        const result = work()
        this.#sqlite.exec('COMMIT')
        this.#unsynced = true
        return result
      } catch (error) {
        // A full disk rolls back by itself; a second ROLLBACK would hide the first error.
        if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK')
        throw error
      } finally {
        this.#depth--
      }
    })
  }

  /** Moves the log into the file, syncs it and closes. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#timer)
    if (this.#log !== null && !this.#syncing) closeSync(this.#log)
    this.#guard(() => this.#sqlite.close())
  }

  #sync(): void {
    if (!this.#unsynced || this.#syncing) return
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
      if (error) {
        this.#unsynced = true
        this.#onSyncError(error)
      }
    })
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw stateError(error, this.path)
    }
  }
}

function open(path: string): DatabaseSync {
  preparePrivateFolder(dirname(path))
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  const sqlite = new DatabaseSync(path, { timeout: 0 })
  try {
    // Exclusive before the first access: no shared memory file, and a second daemon on this folder is refused.
    sqlite.exec('PRAGMA locking_mode = EXCLUSIVE')
    sqlite.exec('PRAGMA journal_mode = WAL')
    sqlite.exec('PRAGMA synchronous = NORMAL')
    sqlite.exec('PRAGMA foreign_keys = ON')
    sqlite.exec('PRAGMA journal_size_limit = 16777216')
    migrate(sqlite, path)
    return sqlite
  } catch (error) {
    sqlite.close()
    throw error
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
