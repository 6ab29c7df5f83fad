const cell = new Int32Array(new SharedArrayBuffer(4))

/** Stops this thread. Timers do not run meanwhile: only for waits that a script expects to block. */
export function sleepMs(ms: number): void {
  Atomics.wait(cell, 0, 0, ms)
}

/** Waits that start at a fraction of a millisecond and grow to ten, so that a long wait costs next to nothing. */
export class Backoff {
  #ms = 0.1

  wait(): void {
    sleepMs(this.#ms)
    this.#ms = Math.min(this.#ms * 1.5, 10)
  }
}
