/** Tools that say which work runs at the same time, and for how long others wait for it. */

/** Lets so much work run at a time, in the order in which it came; the rest waits. */
export class Semaphore {
  #limit: number
  #running = 0
  readonly #waiting: { enter: () => void }[] = []

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

/** Many readers or one writer, in order of arrival. */
export class ReadWriteLock {
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

/** Runs one piece of work after the other, in the order in which it came. One that fails does not stop the next. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve()

  /** Resolves or rejects as the work does. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }
}

/**
 * Calls `work(0, lane)`, `work(1, lane)`, ... below `count`, in as many lanes at the same time as `lanes` says. A lane
 * has a number from 0, for what it may use again, such as a buffer.
 *
 * After the first failure no further work is begun. The promise rejects with that failure: at once, or with `settled`
 * when all work that was begun is over. At once is for work that may hang, as on a disk that is gone.
 */
export async function inLanes(
  count: number,
  lanes: number,
  work: (index: number, lane: number) => Promise<void>,
  { settled = false }: { settled?: boolean } = {},
): Promise<void> {
  let next = 0
  const lane = async (_: unknown, number: number): Promise<void> => {
    try {
      while (next < count) await work(next++, number)
    } catch (error) {
      next = count
      throw error
    }
  }
  const all = Array.from({ length: Math.min(lanes, count) }, lane)
  if (settled) await Promise.allSettled(all)
  await Promise.all(all)
}

/**
 * Waits for work, but not longer than `ms`; undefined when the time is over. The work goes on then, and its failure is
 * nobody's: who cares adds a `catch` of his own. `ref: false` lets the process end meanwhile.
 */
export async function within<T>(
  work: Promise<T>,
  ms: number,
  { ref = true }: { ref?: boolean } = {},
): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined)
    if (!ref) timer.unref()
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
