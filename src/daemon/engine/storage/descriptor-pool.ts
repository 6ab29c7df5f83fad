import { closeFd } from './fd.ts'

interface Entry {
  owner: object
  fd: Promise<number>
  users: number
}

/**
 * The open files of a host: at most `limit` at a time, the one unused for longest is closed first and one in
 * use never. A call that needs a descriptor while all are in use waits for one.
 */
export class DescriptorPool {
  #limit: number
  /** In order of use, oldest first. */
  readonly #entries = new Map<string, Entry>()
  readonly #waiting: (() => void)[] = []
  /** Errors of closing files to make room: some file systems (NFS) tell only then that a write was lost. */
  readonly #failures = new WeakMap<object, Error>()

  constructor(limit: number) {
    this.#limit = Math.max(1, limit)
  }

  /** How many are open or being opened. */
  get size(): number {
    return this.#entries.size
  }

  /** libtorrent's file_pool_size. A lower one takes effect as files fall out of use. */
  setLimit(limit: number): void {
    this.#limit = Math.max(1, limit)
    this.#wake()
  }

  /**
   * Runs `work` with a descriptor of the file. `key` names file and mode; `open` is called when it is not open.
   * `work` must not ask the pool for another descriptor: two such calls could wait for each other.
   * Throws what closing another file of this owner said meanwhile.
   */
  async use<T>(
    owner: object,
    key: string,
    open: () => Promise<number>,
    work: (fd: number) => Promise<T>,
  ): Promise<T> {
    this.#throwFailure(owner)
    const entry = await this.#acquire(owner, key, open)
    try {
      return await work(await entry.fd)
    } finally {
      entry.users--
      if (entry.users === 0) this.#wake()
    }
  }

  /** Whether a file is open under this key. */
  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** Closes all descriptors of one owner, which must not be using any; with `key` only that one. */
  async closeAll(owner: object, key?: string): Promise<void> {
    const found = [...this.#entries].filter(([k, e]) => e.owner === owner && (key === undefined || k === key))
    for (const [name] of found) this.#entries.delete(name)
    this.#wake()
    await Promise.all(found.map(([, entry]) => closeEntry(entry)))
    this.#throwFailure(owner)
  }

  async #acquire(owner: object, key: string, open: () => Promise<number>): Promise<Entry> {
    for (;;) {
      const known = this.#entries.get(key)
      if (known !== undefined) {
        known.users++
        this.#entries.delete(key)
        this.#entries.set(key, known)
        return known
      }
      if (this.#makeRoom()) break
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    const entry: Entry = { owner, fd: open(), users: 1 }
    this.#entries.set(key, entry)
    // a file that could not be opened must not stay; its users get the error from `fd` itself
    entry.fd.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      this.#wake()
    })
    return entry
  }

  /** Whether one more may be opened now; closes idle ones for it. */
  #makeRoom(): boolean {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size < this.#limit) return true
      if (entry.users > 0) continue
      this.#entries.delete(key)
      // nobody waits for the result: all writes to it have been answered. Its owner hears at its next call
      closeEntry(entry).catch((error: Error) => this.#failures.set(entry.owner, error))
    }
    return this.#entries.size < this.#limit
  }

  #throwFailure(owner: object): void {
    const failure = this.#failures.get(owner)
    if (failure === undefined) return
    this.#failures.delete(owner)
    throw failure
  }

  #wake(): void {
    this.#waiting.shift()?.()
  }
}

async function closeEntry(entry: Entry): Promise<void> {
  const fd = await entry.fd.catch(() => null)
  if (fd !== null) await closeFd(fd)
}
