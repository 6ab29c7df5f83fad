/**
 * Many readers or one writer, in order of arrival: reads and writes of pieces may overlap each other, but not a
 * change of where a file's bytes live.
 */
export class Gate {
  #shared = 0
  #exclusive = false
  readonly #queue: { exclusive: boolean; go: () => void }[] = []

  async shared<T>(work: () => Promise<T>): Promise<T> {
    if (this.#exclusive || this.#queue.length > 0) await this.#wait(false)
    else this.#shared++
    try {
      return await work()
    } finally {
      this.#shared--
      this.#next()
    }
  }

  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#exclusive || this.#shared > 0 || this.#queue.length > 0) await this.#wait(true)
    else this.#exclusive = true
    try {
      return await work()
    } finally {
      this.#exclusive = false
      this.#next()
    }
  }

  #wait(exclusive: boolean): Promise<void> {
    return new Promise((go) => this.#queue.push({ exclusive, go }))
  }

  /** Lets in who is next; the one let in is counted here, before its code runs. */
  #next(): void {
    for (;;) {
      const first = this.#queue[0]
      if (first === undefined || this.#exclusive || (first.exclusive && this.#shared > 0)) return
      this.#queue.shift()
      if (first.exclusive) this.#exclusive = true
      else this.#shared++
      first.go()
    }
  }
}
