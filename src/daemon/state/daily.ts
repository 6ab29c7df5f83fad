import type { Log } from '../log.ts'
import { backUp } from './backup.ts'
import { ageOfDaily, dailyPath, prune } from './copies.ts'

/** The first look comes so long after the start, when what starts with it has been done. */
const firstMs = 60_000
const lookMs = 15 * 60_000
const daySeconds = 24 * 60 * 60

/** Copies the state once a day while the daemon runs, unless nothing has changed; the last three copies are kept. */
export class DailyCopies {
  readonly #database: string
  readonly #changes: () => number
  readonly #log: Log
  #timer: NodeJS.Timeout
  #copied = Number.NaN
  #closed = false

  constructor(database: string, changes: () => number, log: Log) {
    this.#database = database
    this.#changes = changes
    this.#log = log
    this.#timer = this.#after(firstMs)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #after(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#look().finally(() => {
        if (!this.#closed) this.#timer = this.#after(lookMs)
      })
    }, ms).unref()
  }

  async #look(): Promise<void> {
    try {
      const changes = this.#changes()
      if (changes === this.#copied || ageOfDaily(this.#database) < daySeconds) return
      const { file } = await backUp(this.#database, dailyPath(this.#database))
      this.#copied = changes
      prune(this.#database, 'daily')
      this.#log.debug(`the state was copied to ${file}`)
    } catch (error) {
      this.#log.error(`the daily copy of the state: ${(error as Error).message}`)
    }
  }
}
