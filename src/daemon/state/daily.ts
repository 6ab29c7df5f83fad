import type { Log } from '../log.ts'
import { backUp } from './backup.ts'
import { ageOfDaily, dailyPath, prune } from './copies.ts'

/** How long it waits: before the first look, when what starts with the daemon has been done, and between looks, ms. */
const usualWaits = { firstMs: 60_000, lookMs: 15 * 60_000 }
const daySeconds = 24 * 60 * 60

/** Copies the state once a day while the daemon runs, unless nothing has changed; the last three copies are kept. */
export class DailyCopies {
  readonly #database: string
  readonly #changes: () => number
  readonly #log: Log
  readonly #waits: typeof usualWaits
  #timer: NodeJS.Timeout
  #copied = Number.NaN
  #closed = false

  /** `changes` counts what was committed. A copy is a day old by the time of its file. */
  constructor(database: string, changes: () => number, log: Log, waits = usualWaits) {
    this.#database = database
    this.#changes = changes
    this.#log = log
    this.#waits = waits
    this.#timer = this.#after(waits.firstMs)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #after(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#look().finally(() => {
        if (!this.#closed) this.#timer = this.#after(this.#waits.lookMs)
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
