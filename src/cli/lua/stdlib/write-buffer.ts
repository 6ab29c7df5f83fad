import type { Pointer } from '../vm/c-api.ts'
import { maxDigits, writeDecimal } from './decimal.ts'
import type { Descriptor } from './descriptor.ts'
import { defaultCapacity, type StreamMemory } from './stream-memory.ts'

/** As setvbuf's modes: full, line by line, none. */
export type Buffering = 'full' | 'line' | 'no'

const newline = 10
/** How old the oldest unwritten line of `print` may get while the script goes on printing, milliseconds. */
const maxDelayMs = 50
/** So many pieces of output are written one by one before they are gathered. */
const writesAtOnce = 64

/** What a stream has been given and has not written to its descriptor yet. */
export class WriteBuffer {
  readonly #descriptor: Descriptor
  readonly #memory: StreamMemory
  /** Runs before bytes go into an empty buffer; throws when the stream takes none. */
  readonly #begin: () => void
  /** Bytes waiting to be written, from the start of the block. */
  #pending = 0
  /** How many of them are written already, while a flush is under way. */
  #flushed = 0
  #buffering: Buffering
  /** When it was last flushed, by Date.now: `performance` is loaded at its first use, and an interrupt may stop that. */
  #flushedAt = 0
  /** How many pieces may still be written one by one. */
  #atOnce = writesAtOnce

  constructor(descriptor: Descriptor, memory: StreamMemory, buffering: Buffering, begin: () => void) {
    this.#descriptor = descriptor
    this.#memory = memory
    this.#buffering = buffering
    this.#begin = begin
  }

  get buffering(): Buffering {
    return this.#buffering
  }

  /** Sets the kind of buffering. What is buffered is written. */
  setBuffering(mode: Buffering): void {
    this.flush()
    this.#buffering = mode
  }

  /** Writes bytes of the VM's memory, usually those of a Lua string. */
  write(from: Pointer, length: number): void {
    const pending = this.#pending
    if (pending === 0 || pending + length > defaultCapacity || this.#buffering !== 'full') {
      this.#writeSlowly(from, length)
      return
    }
    const memory = this.#memory
    memory.raw.HEAPU8.copyWithin(memory.at + pending, from, from + length)
    this.#pending = pending + length
  }

  /** Writes an integer that a double holds exactly, in decimal. */
  writeInteger(value: number): void {
    if (this.#pending === 0 || this.#pending + maxDigits > defaultCapacity || this.#buffering !== 'full') {
      this.writeBytes(Buffer.from(String(value)))
      return
    }
    const memory = this.#memory
    this.#pending += writeDecimal(memory.raw.HEAPU8, memory.at + this.#pending, value)
  }

  /** Writes bytes from outside the VM. */
  writeBytes(bytes: Uint8Array): void {
    this.#begin()
    if (this.#pending + bytes.length > defaultCapacity) this.flush()
    if (this.#buffering === 'no' || bytes.length > defaultCapacity) {
      this.#writeAll(bytes, 0, bytes.length)
      return
    }
    this.#memory.reserve(defaultCapacity)
    this.#memory.raw.HEAPU8.set(bytes, this.#memory.at + this.#pending)
    this.#pending += bytes.length
    if (this.#buffering === 'line' && bytes.includes(newline)) this.flush()
  }

  /** Writes what is buffered. After a failure, what was not written stays. */
  flush(): void {
    const { raw, at } = this.#memory
    try {
      while (this.#flushed < this.#pending) {
        const from = this.#flushed
        // An interrupt does not tell how much of a call was done: the flush that follows one must repeat nothing.
        this.#flushed = this.#pending
        let count = 0
        try {
          count = this.#descriptor.write(raw.HEAPU8, at + from, this.#pending - from)
        } finally {
          this.#flushed = from + count
        }
      }
    } finally {
      const done = this.#flushed
      // A closed pipe has discarded it all.
      const rest = Math.max(0, this.#pending - done)
      if (done > 0 && rest > 0) raw.HEAPU8.copyWithin(at, at + done, at + this.#pending)
      // In this order: an interrupt in between must not make bytes count as unwritten again.
      this.#pending = rest
      this.#flushed = 0
      this.#flushedAt = Date.now()
    }
  }

  /** Writes what is buffered unless very much was written a moment ago: see `Stream.keepUp`. */
  keepUp(): void {
    if (this.#pending === 0) return
    if (this.#atOnce > 0) {
      this.#atOnce--
      this.flush()
      return
    }
    const age = Date.now() - this.#flushedAt
    // A negative age: somebody has set the clock.
    if (age <= maxDelayMs && age >= 0) return
    this.#atOnce = writesAtOnce
    this.flush()
  }

  /** Writes what is buffered, if anything is. */
  settle(): void {
    if (this.#pending > 0) this.flush()
  }

  /** Forgets what is buffered: nobody will read it. */
  discard(): void {
    this.#pending = this.#flushed = 0
  }

  #writeSlowly(from: Pointer, length: number): void {
    // No bytes are no error, as with fwrite, even for a file opened for reading.
    if (length === 0) return
    this.#begin()
    const memory = this.#memory
    if (this.#pending + length > defaultCapacity) this.flush()
    if (this.#buffering === 'no' || length > defaultCapacity) {
      this.#writeAll(memory.raw.HEAPU8, from, length)
      return
    }
    memory.reserve(defaultCapacity)
    memory.raw.HEAPU8.copyWithin(memory.at + this.#pending, from, from + length)
    this.#pending += length
    if (this.#buffering === 'line') {
      const written = memory.raw.HEAPU8.subarray(from, from + length)
      if (written.includes(newline)) this.flush()
    }
  }

  #writeAll(bytes: Uint8Array, offset: number, length: number): void {
    let done = 0
    while (done < length) done += this.#descriptor.write(bytes, offset + done, length - done)
  }
}
