import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ExitCode } from '../program/exit-codes.ts'
import { Failure } from '../program/failure.ts'
import { FileLock, holderFile, readHolder } from '../program/file-lock.ts'
import { preparePrivateFolder } from '../program/private-folder.ts'

/** Both are absolute. */
export interface InstancePlaces {
  socket: string
  stateDir: string
}

/** Who holds a lock, as it wrote down beside it. */
interface Holder extends InstancePlaces {
  pid: number
  /** It is on its way out: whoever comes next may wait for it. */
  stopping: boolean
}

/** How long a daemon that just took a lock may need to write down who it is. */
const writingMs = 500

/**
 * At most one daemon for each socket and for each state folder: `SOCKET.lock` and `STATE/daemon.lock`. They
 * go with the process, see FileLock.
 */
export class InstanceLock {
  readonly #places: InstancePlaces
  readonly #locks: FileLock[]

  /**
   * Takes both locks, creating both folders for the owner alone. A daemon that is stopping is waited for, at most
   * `waitMs`, and no longer than until `signal`, with whose reason this rejects. Rejects with Failure 75 that names the
   * other's pid and socket, or 78 for a folder that cannot be used.
   */
  static async acquire(places: InstancePlaces, waitMs: number, signal?: AbortSignal): Promise<InstanceLock> {
    preparePrivateFolder(places.stateDir)
    preparePrivateFolder(dirname(places.socket))
    const locks: FileLock[] = []
    try {
      locks.push(await acquire(join(places.stateDir, 'daemon.lock'), places, { waitMs, signal }))
      locks.push(await acquire(socketLock(places), places, { waitMs, signal }))
      const instance = new InstanceLock(places, locks)
      instance.#write(false)
      return instance
    } catch (error) {
      for (const lock of locks) lock.release()
      throw error
    }
  }

  private constructor(places: InstancePlaces, locks: FileLock[]) {
    this.#places = places
    this.#locks = locks
  }

  /** Whether the socket's lock is still where the next daemon looks for it. */
  get holdsSocket(): boolean {
    return this.#locks.every((lock) => lock.path !== socketLock(this.#places) || lock.intact)
  }

  /**
   * Takes the socket's lock anew when its file is gone, as when the runtime folder was removed: without it another
   * daemon could take the socket's place. Throws Failure: 75 when one has, 78 when the folder cannot be made.
   */
  renewSocketLock(): void {
    const at = this.#locks.findIndex(({ path }) => path === socketLock(this.#places))
    const lock = this.#locks[at]!
    if (lock.intact) return
    preparePrivateFolder(dirname(lock.path))
    const renewed = FileLock.tryAcquire(lock.path)
    if (renewed === null) throw occupied(this.#places, holderOf(lock.path))
    lock.release()
    this.#locks[at] = renewed
    this.#write(false)
  }

  /** Tells daemons that want to start that it is worth to wait. */
  stopping(): void {
    this.#write(true)
  }

  /** Lets the next daemon start. */
  release(): void {
    for (const lock of this.#locks) lock.release()
  }

  #write(stopping: boolean): void {
    const holder: Holder = { pid: process.pid, ...this.#places, stopping }
    // Beside a file that is gone nobody looks, or it is another's by now.
    for (const lock of this.#locks) if (lock.intact) lock.describe(holder)
  }
}

function socketLock({ socket }: InstancePlaces): string {
  return `${socket}.lock`
}

/** Takes one lock, waiting for a daemon that is stopping. */
async function acquire(
  path: string,
  places: InstancePlaces,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal | undefined },
): Promise<FileLock> {
  const start = performance.now()
  for (;;) {
    const lock = FileLock.tryAcquire(path)
    if (lock) return lock
    const holder = holderOf(path)
    const patienceMs = holder === null ? writingMs : holder.stopping ? waitMs : 0
    if (performance.now() - start >= patienceMs) throw occupied(places, holder)
    await delay(25)
    signal?.throwIfAborted()
  }
}

/** Null when the holder has not written it yet. */
function holderOf(lock: string): Holder | null {
  try {
    return readHolder<Holder>(lock)
  } catch (error) {
    throw new Failure(ExitCode.busy, `a daemon is running, but ${holderFile(lock)} cannot be read: ${error}`)
  }
}

function occupied({ socket, stateDir }: InstancePlaces, holder: Holder | null): Failure {
  const who = holder ? `pid ${holder.pid}, socket ${holder.socket}` : 'its pid is not known yet'
  const what = holder && holder.socket !== socket ? `with the state folder ${stateDir}` : `at ${socket}`
  const hint =
    'use that one, stop it with `porla-lua daemon stop`, or choose another --socket and --state-dir'
  return new Failure(ExitCode.busy, `a daemon is already running ${what} (${who}); ${hint}`)
}
