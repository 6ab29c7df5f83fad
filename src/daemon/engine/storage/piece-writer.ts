import type { Parts } from './parts.ts'

/** So many writes are under way at a time: one runs while the next is made ready. */
const atOnce = 2
/** Neighbours that wait are written together up to so many bytes. */
const mostGathered = 4 << 20

/** What of a storage is needed. */
export interface WritableStorage {
  writeParts(start: number, parts: Parts, length: number): Promise<void>
}

interface Job {
  start: number
  parts: Parts
  length: number
  done: () => void
}

/**
 * The bytes of one torrent on their way to the disk: a queue in front of the storage that writes neighbours in one go, off
 * the event loop, and tells when it holds more than it should (libtorrent: max_queued_disk_bytes).
 */
export class PieceWriter {
  readonly #storage: WritableStorage
  readonly #limit: () => number
  readonly #failed: (error: Error) => void
  /** Those that wait, by where they start. */
  readonly #waiting = new Map<number, Job>()
  readonly #drained: (() => void)[] = []
  #running = 0
  #queued = 0
  #broken = false

  /** `limit` in bytes. `failed` hears of the first write that did not succeed; after that nothing is written any more. */
  constructor(storage: WritableStorage, limit: () => number, failed: (error: Error) => void) {
    this.#storage = storage
    this.#limit = limit
    this.#failed = failed
  }

  /** Bytes that were handed over and are not written. */
  get queued(): number {
    return this.#queued
  }

  /** Whether more is queued than should be: nothing more is to be taken from peers. */
  get full(): boolean {
    return this.#queued > this.#limit()
  }

  /** Writes bytes at a place of the piece space; `done` is called when the system has taken them, never for a failure. */
  write(start: number, parts: Parts, length: number, done: () => void): void {
    this.#waiting.set(start, { start, parts, length, done })
    this.#queued += length
    this.#run()
  }

  /** Calls back once it is no longer full: at once, or when half of what is allowed is written. */
  whenDrained(go: () => void): void {
    if (this.full && !this.#broken) this.#drained.push(go)
    else go()
  }

  /** Nothing that waits is written any more; who waits for room goes on. */
  stop(): void {
    this.#broken = true
    this.#waiting.clear()
    for (const go of this.#drained.splice(0)) go()
  }

  #run(): void {
    while (this.#running < atOnce && this.#waiting.size > 0 && !this.#broken) {
      const [first] = this.#waiting.values()
      void this.#write(this.#gather(first!))
    }
  }

  /** The neighbours behind it that wait, too. */
  #gather(first: Job): Job[] {
    const jobs = [first]
    this.#waiting.delete(first.start)
    let length = first.length
    for (;;) {
      const next = this.#waiting.get(first.start + length)
      if (next === undefined || length + next.length > mostGathered) return jobs
      this.#waiting.delete(next.start)
      jobs.push(next)
      length += next.length
    }
  }

  async #write(jobs: Job[]): Promise<void> {
    this.#running++
    const [first] = jobs
    const length = jobs.reduce((sum, job) => sum + job.length, 0)
    const parts = jobs.length === 1 ? first!.parts : jobs.flatMap((job) => job.parts)
    try {
      await this.#storage.writeParts(first!.start, parts, length)
    } catch (error) {
      this.#running--
      const before = this.#broken
      this.stop()
      if (!before) this.#failed(error as Error)
      return
    }
    this.#running--
    this.#queued -= length
    if (this.#broken) return
    for (const job of jobs) job.done()
    this.#run()
    if (this.#queued * 2 <= this.#limit() || this.#queued === 0)
      for (const go of this.#drained.splice(0)) go()
  }
}
