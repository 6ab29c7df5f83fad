import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { ExitCode } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { type FileIdentity, identityOf, isStill } from './file-identity.ts'

/** SQLITE_BUSY (https://www.sqlite.org/rescode.html). */
const busy = 5

/** Locks that are held. Also keeps their databases from being collected as garbage, which would let go of them. */
const held = new Set<FileLock>()

/**
 * A lock that goes with the process.
 *
 * Node has neither flock(2) nor fcntl(2) locks, SQLite has: an open write transaction on an empty database holds a
 * POSIX record lock (https://www.sqlite.org/lockingv3.html, RESERVED). The kernel releases it however the process
 * ends, `kill -9` included; a forked process does not inherit it; it works between machines where NFS has locks, and
 * fails with an error where it has none. Two rules come with POSIX locks:
 *
 * - Nothing in this process may open and close a lock file by itself: that would release the lock. So what the holder
 *   says of itself is in a file of its own, `PATH.json`.
 * - Lock files stay: a process that waits on a file which is then removed would hold a lock that nobody else sees.
 */
export class FileLock {
  readonly path: string
  readonly #database: DatabaseSync
  readonly #file: FileIdentity | null

  /** Null when another process holds it. Throws Failure when the file cannot be locked at all. */
  static tryAcquire(path: string): FileLock | null {
    let database: DatabaseSync | undefined
    try {
      // Not imported: a bundle for scripts must not load it at its start.
      const sqlite = process.getBuiltinModule('node:sqlite')
      database = new sqlite.DatabaseSync(path, { timeout: 0 })
      // IMMEDIATE and not EXCLUSIVE: of several that try at once exactly one gets it, the others leave no trace.
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE')
      chmodSync(path, 0o600)
      return new FileLock(path, database)
    } catch (error) {
      database?.close()
      if ((error as { errcode?: number }).errcode === busy) return null
      const text = `cannot lock ${path}: ${(error as Error).message}; the folder must be writable and on a disk with locks`
      throw new Failure(ExitCode.config, text, { cause: error })
    }
  }

  private constructor(path: string, database: DatabaseSync) {
    this.path = path
    this.#database = database
    this.#file = identityOf(path)
    held.add(this)
  }

  /**
   * Writes down who holds it, for those who find it taken. Whole or not at all: another may be reading it. Throws Failure
   * when the disk takes no file.
   */
  describe(holder: { pid: number }): void {
    const temporary = `${holderFile(this.path)}.${process.pid}`
    try {
      writeFileSync(temporary, `${JSON.stringify(holder)}\n`, { mode: 0o600 })
      renameSync(temporary, holderFile(this.path))
    } catch (error) {
      rmSync(temporary, { force: true })
      const text = `cannot write ${holderFile(this.path)}: ${(error as Error).message}; make room, or choose another folder`
      throw new Failure(ExitCode.config, text, { cause: error })
    }
  }

  /** Whether whoever tries the path next finds it taken: the file may have been removed, or replaced by another's. */
  get intact(): boolean {
    return this.#file !== null && isStill(this.path, this.#file)
  }

  release(): void {
    // What stands there beside another file is another holder's.
    if (this.intact) rmSync(holderFile(this.path), { force: true })
    held.delete(this)
    this.#database.close()
  }
}

/**
 * What the holder of a lock wrote down; null when it has not yet, and what a dead predecessor wrote does not count.
 * Throws what reading or parsing throws otherwise.
 */
export function readHolder<Holder extends { pid: number }>(lock: string): Holder | null {
  try {
    const holder = JSON.parse(readFileSync(holderFile(lock), 'utf8')) as Holder
    process.kill(holder.pid, 0)
    return holder
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return null
    throw error
  }
}

/** Where the holder of a lock says who it is. */
export function holderFile(lock: string): string {
  return `${lock}.json`
}
