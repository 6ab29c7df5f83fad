interface Waiting {
  enter: () => void
}

/** Lets so much work run at a time, in its order; the rest waits. */
export class Gate {
  #limit: number
  #running = 0
  readonly #waiting: Waiting[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  setLimit(limit: number): void {
    this.#limit = limit
    this.#next()
  }

  /** Runs it when there is room. `ahead` passes those that wait. Rejects with the signal's reason if that comes first. */
  async run<T>(signal: AbortSignal, ahead: boolean, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    if (this.#running < this.#limit) this.#running++
    else await this.#enter(signal, ahead)
    try {
      return await work()
    } finally {
      this.#running--
      this.#next()
    }
  }

  #enter(signal: AbortSignal, ahead: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        reject(signal.reason)
      }
      const enter = () => {
        signal.removeEventListener('abort', gone)
        resolve()
      }
      const waiting = { enter }
      signal.addEventListener('abort', gone, { once: true })
      if (ahead) this.#waiting.unshift(waiting)
      else this.#waiting.push(waiting)
    })
  }

  #next(): void {
    while (this.#running < this.#limit) {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) return
      this.#running++
      waiting.enter()
    }
  }
}
