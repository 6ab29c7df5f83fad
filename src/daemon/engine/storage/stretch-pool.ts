/** What is unused is kept up to so many bytes, and given back after so long without use. */
const mostKept = 32 << 20
const restMs = 5000

/**
 * Memory for what comes in, to be used again: allocating it anew for each block costs a collection of garbage every
 * twenty megabytes. Shared by all torrents of a process.
 */
export class StretchPool {
  /** Unused ones by size. */
  readonly #free = new Map<number, Uint8Array[]>()
  #kept = 0
  #used = false
  #timer: NodeJS.Timeout | null = null

  /** Bytes that are kept for use. */
  get kept(): number {
    return this.#kept
  }

  /** So many bytes, whose content is anything. */
  take(size: number): Uint8Array {
    this.#used = true
    const found = this.#free.get(size)?.pop()
    if (found === undefined) return Buffer.allocUnsafeSlow(size)
    this.#kept -= size
    return found
  }

  /** Nobody looks at these bytes any more. */
  give(bytes: Uint8Array): void {
    const size = bytes.length
    if (this.#kept + size > mostKept) return
    const same = this.#free.get(size)
    if (same === undefined) this.#free.set(size, [bytes])
    else same.push(bytes)
    this.#kept += size
    this.#timer ??= setTimeout(() => this.#rest(), restMs).unref()
  }

  #rest(): void {
    this.#timer = null
    if (this.#used) {
      this.#used = false
      this.#timer = setTimeout(() => this.#rest(), restMs).unref()
      return
    }
    this.#free.clear()
    this.#kept = 0
  }
}

/** The one of this process. */
export const stretchPool = new StretchPool()
