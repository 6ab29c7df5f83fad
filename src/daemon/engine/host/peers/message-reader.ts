/** Room for a message that is being gathered, bytes; it grows with what comes, not with what is announced. */
const firstRoom = 4096
/** A length prefix and the kind of a message. */
const headLength = 5
/** A block: the same, and its piece and offset. */
const blockHead = 13
const blockKind = 7
/** Memory for a block of this size is kept, bytes: nearly all have it. */
const commonBlock = 16384

export interface Reader {
  keepAlive(): void
  /** The head of a message has come, its body may not have: throws when there can be no such message. */
  begins(kind: number, length: number): void
  /** A whole message, without its length, in memory of its own. */
  message(bytes: Uint8Array): void
  /** A message `piece`. The bytes are there during the call only: their memory is used again. */
  block(piece: number, offset: number, bytes: Uint8Array): void
  /** Whether nothing more is to be read. */
  readonly done: boolean
}

/** A block of which a part has come. */
interface Coming {
  piece: number
  offset: number
  length: number
  /** Where it is put together; null before a byte has come. */
  bytes: Uint8Array | null
  filled: number
}

/**
 * Takes the stream of a connection apart into messages (BEP 3: four bytes of length, then as many bytes). Each byte is
 * copied once at most, however small the pieces in which a message comes; a block that comes as a whole is not copied.
 */
export class MessageReader {
  readonly #reader: Reader
  #partial = new Uint8Array(0)
  #filled = 0
  #coming: Coming | null = null
  #room: Uint8Array | null = null

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** What came next on the connection; the bytes are not looked at afterwards. */
  read(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && !this.#reader.done) {
      if (this.#coming !== null) at = this.#more(this.#coming, chunk, at)
      else at = this.#filled > 0 ? this.#complete(chunk, at) : this.#next(chunk, at)
    }
  }

  /** Forgets what is not complete. */
  clear(): void {
    this.#partial = new Uint8Array(0)
    this.#filled = 0
    this.#coming = null
  }

  /** Reads what begins at `at`; where the rest begins. */
  #next(chunk: Uint8Array, at: number): number {
    const left = chunk.length - at
    const length = left >= 4 ? numberAt(chunk, at) : -1
    if (length === 0) {
      this.#reader.keepAlive()
      return at + 4
    }
    if (left < headLength) return this.#keep(chunk, at, chunk.length)
    const kind = chunk[at + 4]!
    this.#reader.begins(kind, length)
    const end = at + 4 + length
    if (kind === blockKind && length >= blockHead - 4) {
      if (left < blockHead) return this.#keep(chunk, at, chunk.length)
      if (end <= chunk.length) {
        const [piece, offset] = [numberAt(chunk, at + 5), numberAt(chunk, at + 9)]
        this.#reader.block(piece, offset, chunk.subarray(at + blockHead, end))
        return end
      }
      this.#expect(chunk, at, length)
      return at + blockHead
    }
    if (end > chunk.length) return this.#keep(chunk, at, chunk.length)
    this.#reader.message(new Uint8Array(chunk.subarray(at + 4, end)))
    return end
  }

  /** Goes on with a message that began in an earlier chunk. */
  #complete(chunk: Uint8Array, at: number): number {
    const before = this.#filled
    const need = this.#need(before)
    const end = this.#keep(chunk, at, Math.min(chunk.length, at + need - before))
    if (this.#filled < need) return end
    const length = numberAt(this.#partial, 0)
    if (need === 4 && length === 0) {
      this.#filled = 0
      this.#reader.keepAlive()
    }
    if (need === headLength) this.#reader.begins(this.#partial[4]!, length)
    if (need === blockHead && this.#isBlock) {
      const head = this.#partial
      this.clear()
      this.#expect(head, 0, length)
    } else if (need >= headLength && this.#filled === 4 + length) {
      const whole = this.#partial
      this.clear()
      this.#reader.message(whole.subarray(4, 4 + length))
    }
    return end
  }

  /** How many bytes are to be there for the next step, when so many are. */
  #need(filled: number): number {
    if (filled < 4) return 4
    if (filled < headLength) return headLength
    return this.#isBlock ? blockHead : 4 + numberAt(this.#partial, 0)
  }

  /** Whether what is gathered is the head of a block. */
  get #isBlock(): boolean {
    return this.#partial[4] === blockKind && numberAt(this.#partial, 0) >= blockHead - 4
  }

  /** The head of a block has come, its bytes are next. */
  #expect(head: Uint8Array, at: number, length: number): void {
    const block: Coming = {
      piece: numberAt(head, at + 5),
      offset: numberAt(head, at + 9),
      length: length - (blockHead - 4),
      bytes: null,
      filled: 0,
    }
    this.#coming = block
    if (block.length === 0) this.#finish(block, new Uint8Array(0))
  }

  /** More of a block. */
  #more(block: Coming, chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + block.length - block.filled)
    const part = chunk.subarray(at, end)
    if (block.bytes === null && part.length === block.length) {
      this.#finish(block, part)
      return end
    }
    block.bytes ??= this.#roomFor(block.length)
    block.bytes.set(part, block.filled)
    block.filled += part.length
    if (block.filled === block.length) this.#finish(block, block.bytes)
    return end
  }

  #roomFor(length: number): Uint8Array {
    if (length > commonBlock) return Buffer.allocUnsafeSlow(length)
    this.#room ??= Buffer.allocUnsafeSlow(commonBlock)
    return this.#room.subarray(0, length)
  }

  #finish({ piece, offset }: Coming, bytes: Uint8Array): void {
    this.#coming = null
    this.#reader.block(piece, offset, bytes)
  }

  #keep(chunk: Uint8Array, from: number, to: number): number {
    const needed = this.#filled + to - from
    if (needed > this.#partial.length) {
      const most = this.#filled >= headLength ? 4 + numberAt(this.#partial, 0) : Number.POSITIVE_INFINITY
      const room = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(most, Math.max(firstRoom, 2 * needed))))
      room.set(this.#partial.subarray(0, this.#filled))
      this.#partial = room
    }
    this.#partial.set(chunk.subarray(from, to), this.#filled)
    this.#filled = needed
    return to
  }
}

function numberAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}
