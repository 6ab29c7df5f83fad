import type { Wire } from 'webtorrent'
import type { Bucket } from './bucket.ts'

/** What comes with a block on the wire (length, kind, piece, offset), bytes. */
const blockHeader = 13

/** Holds back the blocks that peers ask for, by the limits of torrent and session. */
export class UploadGate {
  readonly #buckets: readonly Bucket[]
  /** Connections that end. */
  readonly #gone = new WeakSet<object>()

  constructor(buckets: readonly Bucket[]) {
    this.#buckets = buckets
  }

  /** null: a block of so many bytes may go out to the peer now; else resolves when it may. */
  mayUpload(wire: Wire, bytes: number): Promise<void> | null {
    if (!this.#buckets.some((bucket) => bucket.limited)) return null
    return new Promise((resolve) => this.#pass(0, bytes + blockHeader, wire, resolve))
  }

  /** A connection ends: what it asked for no longer waits, and takes no place of what others asked for. */
  release(wire: Wire): void {
    this.#gone.add(wire)
    for (const bucket of this.#buckets) bucket.release(wire)
  }

  #pass(step: number, bytes: number, owner: object, done: () => void): void {
    const bucket = this.#gone.has(owner) ? undefined : this.#buckets[step]
    if (bucket === undefined) {
      done()
      return
    }
    const next = () => this.#pass(step + 1, bytes, owner, done)
    if (bucket.take(bytes, owner, next)) next()
  }
}
