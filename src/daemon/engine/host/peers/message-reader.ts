/** Room for a message that is being gathered, bytes; it grows with what comes, not with what is announced. */
const firstRoom = 4096
/** A length prefix and the kind of a message. */
const headLength = 5

export interface Reader {
  keepAlive(): void
  /** The head of a message has come, its body may not have: throws when there can be no such message. */
  begins(kind: number, length: number): void
  /** A whole message, without its length. Keeps the bytes or not: they are written no more. */
  message(bytes: Uint8Array): void
  /** Whether nothing more is to be read. */
  readonly done: boolean
}

/**
 * Takes the stream of a connection apart into messages (BEP 3: four bytes of length, then as many bytes). Each byte is
 * copied once at most, however small the pieces in which a message comes.
 */
export class MessageReader {
  readonly #reader: Reader
  #partial = new Uint8Array(0)
  #filled = 0

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** What came next on the connection; the bytes belong to this reader from now on. */
  read(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && !this.#reader.done) {
      at = this.#filled > 0 ? this.#complete(chunk, at) : this.#next(chunk, at)
    }
  }

  /** Forgets what is not complete. */
  clear(): void {
    this.#partial = new Uint8Array(0)
    this.#filled = 0
  }

  /** Reads what begins at `at`; where the rest begins. */
  #next(chunk: Uint8Array, at: number): number {
    const left = chunk.length - at
    const length = left >= 4 ? lengthAt(chunk, at) : -1
    if (length === 0) {
      this.#reader.keepAlive()
      return at + 4
    }
    if (left < headLength) return this.#keep(chunk, at, chunk.length)
    this.#reader.begins(chunk[at + 4]!, length)
    const end = at + 4 + length
    if (end > chunk.length) return this.#keep(chunk, at, chunk.length)
    this.#reader.message(chunk.subarray(at + 4, end))
    return end
  }

  /** Goes on with a message that began in an earlier chunk. */
  #complete(chunk: Uint8Array, at: number): number {
    const before = this.#filled
    const need = before < 4 ? 4 : before < headLength ? headLength : 4 + lengthAt(this.#partial, 0)
    const end = this.#keep(chunk, at, Math.min(chunk.length, at + need - before))
    if (this.#filled < need) return end
    const length = lengthAt(this.#partial, 0)
    if (need === 4 && length === 0) {
      this.#filled = 0
      this.#reader.keepAlive()
    }
    if (need === headLength) this.#reader.begins(this.#partial[4]!, length)
    if (need >= headLength && this.#filled === 4 + length) {
      const whole = this.#partial
      this.clear()
      this.#reader.message(whole.subarray(4, 4 + length))
    }
    return end
  }

  #keep(chunk: Uint8Array, from: number, to: number): number {
    const needed = this.#filled + to - from
    if (needed > this.#partial.length) {
      const most = this.#filled >= headLength ? 4 + lengthAt(this.#partial, 0) : Number.POSITIVE_INFINITY
      const room = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(most, Math.max(firstRoom, 2 * needed))))
      room.set(this.#partial.subarray(0, this.#filled))
      this.#partial = room
    }
    this.#partial.set(chunk.subarray(from, to), this.#filled)
    this.#filled = needed
    return to
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}
