import { Worker } from 'node:worker_threads'

/** Answers slower than this are long turns of a loop, ms. */
export const longTurnMs = 1000

/** The last answer comes within this time, ms. */
const endWithinMs = 15_000

/** How quickly a well-behaved client is answered meanwhile, ms without the time that the machine ran other programs. */
export class Probe {
  readonly daemonMs: number[] = []
  readonly hostMs: number[] = []
  readonly changeMs: number[] = []
  readonly #worker: Worker

  /** Asks the daemon at this socket about a torrent that runs; with `changes` it also changes its category. */
  constructor(socket: string, infoHash: string, changes = false) {
    this.#worker = new Worker(new URL('./probe-thread.ts', import.meta.url), {
      workerData: { socket, infoHash, changes },
    })
    this.#worker.on('message', (message: { daemonMs?: number; hostMs?: number; changeMs?: number }) => {
      if (message.daemonMs !== undefined) this.daemonMs.push(message.daemonMs)
      if (message.hostMs !== undefined) this.hostMs.push(message.hostMs)
      if (message.changeMs !== undefined) this.changeMs.push(message.changeMs)
    })
    this.#worker.on('error', () => {})
  }

  get longTurns(): number {
    return [...this.daemonMs, ...this.hostMs, ...this.changeMs].filter((ms) => ms > longTurnMs).length
  }

  /** After the answer that is on its way. */
  async end(): Promise<void> {
    const gone = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#worker.postMessage('end')
    const timer = setTimeout(() => {
      // somebody never answered
      this.hostMs.push(endWithinMs)
      void this.#worker.terminate()
    }, endWithinMs)
    await gone
    clearTimeout(timer)
  }
}

/** The value that a share of all are not above; 0 for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
