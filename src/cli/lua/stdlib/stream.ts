import { LuaError } from '../vm/errors.ts'
import type { LuaExports, Pointer, State } from '../vm/raw.ts'
import type { Descriptor } from './descriptor.ts'
import { SystemError } from './errno.ts'

/** As setvbuf's modes: full, line by line, none. */
export type Buffering = 'full' | 'line' | 'no'

const defaultCapacity = 65536
/** A buffer that a long line or a whole file made larger than this is given back once it is used up. */
const keptCapacity = 1 << 20
const newline = 10
/** Of an integer below 2^53, with its sign. */
const maxDigits = 17

/** White space as C's isspace has it. */
export const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13)

/** How old the oldest unwritten line of `print` may get while the script goes on printing, milliseconds. */
const maxDelayMs = 50
/** So many pieces of output are written one by one before they are gathered. */
const writesAtOnce = 64

/**
 * What C calls a FILE: a descriptor with one buffer, used either for bytes read ahead or for bytes to be written.
 *
 * The buffer lies in the VM's memory: writing copies a Lua string once, inside that memory, and reading makes the
 * Lua string straight from what the system call delivered. Views of that memory go stale whenever it grows, so
 * `raw.HEAPU8` is read afresh after every call into the VM.
 *
 * Methods throw the errors of node:fs, or SystemError.
 */
export class Stream {
  readonly descriptor: Descriptor
  readonly #raw: LuaExports
  readonly #readable: boolean
  readonly #writable: boolean
  /** Runs before each system call that may wait for input: what was said so far has to be seen by then. */
  beforeRead: (() => void) | undefined

  #buffer: Pointer = 0
  #capacity = 0
  /** Bytes read ahead: from #start to #end in the buffer. */
  #start = 0
  #end = 0
  /** Bytes waiting to be written, from the start of the buffer. Never with bytes read ahead. */
  #pending = 0
  /** How many of them are written already, while a flush is under way. */
  #flushed = 0
  #buffering: Buffering
  /** When it was last flushed, by Date.now: `performance` is loaded at its first use, and an interrupt may stop that. */
  #flushedAt = 0
  /** How many pieces may still be written one by one. */
  #atOnce = writesAtOnce

  constructor(
    raw: LuaExports,
    descriptor: Descriptor,
    options: { readable: boolean; writable: boolean; buffering?: Buffering },
  ) {
    this.#raw = raw
    this.descriptor = descriptor
    this.#readable = options.readable
    this.#writable = options.writable
    this.#buffering = options.buffering ?? 'full'
  }

  get lineBuffered(): boolean {
    return this.#buffering === 'line'
  }

  // -- writing -------------------------------------------------------------------------------------------------

  /** Writes bytes of the VM's memory, usually those of a Lua string. */
  write(from: Pointer, length: number): void {
    const pending = this.#pending
    if (pending === 0 || pending + length > defaultCapacity || this.#buffering !== 'full') {
      this.#writeSlowly(from, length)
      return
    }
    this.#raw.HEAPU8.copyWithin(this.#buffer + pending, from, from + length)
    this.#pending = pending + length
  }

  /** Writes an integer that a double holds exactly, in decimal. */
  writeInteger(value: number): void {
    if (this.#pending === 0 || this.#pending + maxDigits > defaultCapacity || this.#buffering !== 'full') {
      this.writeBytes(Buffer.from(String(value)))
      return
    }
    const heap = this.#raw.HEAPU8
    let digits = 1
    const size = Math.abs(value)
    for (let power = 10; power <= size; power *= 10) digits++
    let at = this.#buffer + this.#pending
    if (value < 0) heap[at++] = 0x2d
    let rest = size
    for (let i = at + digits - 1; i >= at; i--) {
      const next = Math.floor(rest / 10)
      heap[i] = 48 + (rest - next * 10)
      rest = next
    }
    this.#pending = at + digits - this.#buffer
  }

  /** Writes bytes from outside the VM. */
  writeBytes(bytes: Uint8Array): void {
    this.#startWriting()
    if (this.#pending + bytes.length > defaultCapacity) this.flush()
    if (this.#buffering === 'no' || bytes.length > defaultCapacity) {
      this.#writeAll(bytes, 0, bytes.length)
      return
    }
    this.#reserve(defaultCapacity)
    this.#raw.HEAPU8.set(bytes, this.#buffer + this.#pending)
    this.#pending += bytes.length
    if (this.#buffering === 'line' && bytes.includes(newline)) this.flush()
  }

  /** Writes what is buffered. After a failure, what was not written stays. */
  flush(): void {
    try {
      while (this.#flushed < this.#pending) {
        const from = this.#flushed
        // An interrupt does not tell how much of a call was done: the flush that follows one must repeat nothing.
        this.#flushed = this.#pending
        let count = 0
        try {
          count = this.descriptor.write(this.#raw.HEAPU8, this.#buffer + from, this.#pending - from)
        } finally {
          this.#flushed = from + count
        }
      }
    } finally {
      const done = this.#flushed
      // A closed pipe has discarded it all.
      const rest = Math.max(0, this.#pending - done)
      if (done > 0 && rest > 0) {
        this.#raw.HEAPU8.copyWithin(this.#buffer, this.#buffer + done, this.#buffer + this.#pending)
      }
      // In this order: an interrupt in between must not make bytes count as unwritten again.
      this.#pending = rest
      this.#flushed = 0
      this.#flushedAt = Date.now()
    }
  }

  /**
   * Writes what is buffered unless very much was written a moment ago: whoever reads the other end of a pipe sees what a
   * slow script says when it says it, also when a signal ends the script right after, and a fast one pays for few
   * system calls.
   */
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

  /** Writes what is buffered, before something that may take long. */
  settle(): void {
    if (this.#pending > 0) this.flush()
  }

  /** For standard input, at the end of the program. */
  giveBack(): void {
    this.descriptor.giveBack(this.#end - this.#start)
    this.#start = this.#end = 0
  }

  /** Forgets what is buffered: nobody will read it. */
  discard(): void {
    this.#pending = this.#flushed = 0
  }

  #writeSlowly(from: Pointer, length: number): void {
    // No bytes are no error, as with fwrite, even for a file opened for reading.
    if (length === 0) return
    this.#startWriting()
    if (this.#pending + length > defaultCapacity) this.flush()
    if (this.#buffering === 'no' || length > defaultCapacity) {
      this.#writeAll(this.#raw.HEAPU8, from, length)
      return
    }
    this.#reserve(defaultCapacity)
    this.#raw.HEAPU8.copyWithin(this.#buffer + this.#pending, from, from + length)
    this.#pending += length
    if (this.#buffering === 'line') {
      const written = this.#raw.HEAPU8.subarray(from, from + length)
      if (written.includes(newline)) this.flush()
    }
  }

  #startWriting(): void {
    if (!this.#writable) throw new SystemError('EBADF', 9)
    if (this.#end > this.#start) this.#dropReadAhead()
  }

  #writeAll(bytes: Uint8Array, offset: number, length: number): void {
    let done = 0
    while (done < length) done += this.descriptor.write(bytes, offset + done, length - done)
  }

  // -- reading -------------------------------------------------------------------------------------------------

  /** Pushes the next line, true; or an empty string and false at the end of the file. */
  readLine(L: State, keepNewline: boolean): boolean {
    if (this.#start === this.#end && !this.#fill()) {
      this.#push(L, 0, 0)
      return false
    }
    let searched = 0
    for (;;) {
      const heap = this.#raw.HEAPU8
      const limit = this.#buffer + this.#end
      // A newline behind the last byte stops the search without making a view; there is always room for it.
      heap[limit] = newline
      const found = heap.indexOf(newline, this.#buffer + this.#start + searched)
      if (found < limit) {
        const length = found - this.#buffer - this.#start
        this.#push(L, keepNewline ? length + 1 : length, length + 1)
        return true
      }
      searched = this.#end - this.#start
      if (!this.#fill()) {
        this.#push(L, searched, searched)
        return true
      }
    }
  }

  /** Pushes up to `count` bytes; false when there were none. */
  readCount(L: State, count: number): boolean {
    this.#checkReadable()
    while (this.#end - this.#start < count) {
      // A count is only a wish: what a file cannot hold is not reserved, and a pipe's bytes as they come.
      const missing = Math.min(
        count - (this.#end - this.#start),
        this.descriptor.remaining() || defaultCapacity,
      )
      if (!this.#fill(missing)) break
    }
    const length = Math.min(count, this.#end - this.#start)
    this.#push(L, length, length)
    return length > 0
  }

  /** Pushes the rest of the file. */
  readAll(L: State): void {
    this.#checkReadable()
    // One more than the rest, so that the end shows itself without the buffer growing.
    let more = this.descriptor.remaining() + 1
    while (this.#fill(more)) more = 1
    const length = this.#end - this.#start
    this.#push(L, length, length)
  }

  /** The next byte without taking it, -1 at the end of the file. */
  peek(): number {
    if (this.#start === this.#end && !this.#fill()) return -1
    return this.#raw.HEAPU8[this.#buffer + this.#start] as number
  }

  /**
   * Takes a plain decimal integer with the space in front, when all of it and the space behind it are in the buffer:
   * what most files of numbers hold. undefined, with nothing taken, for everything else.
   */
  takeInteger(): number | undefined {
    const heap = this.#raw.HEAPU8
    const limit = this.#buffer + this.#end
    let at = this.#buffer + this.#start
    while (at < limit && isSpace(heap[at] as number)) at++
    const negative = at < limit && heap[at] === 0x2d
    if (negative) at++
    const first = at
    let value = 0
    for (; at < limit; at++) {
      const digit = (heap[at] as number) - 48
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    // Fifteen digits are exact in a double; -0 would not be an integer.
    if (at === first || at - first > 15 || at === limit || !isSpace(heap[at] as number)) return undefined
    this.#start = at - this.#buffer
    return negative && value !== 0 ? -value : value
  }

  /** Takes the byte that `peek` showed. */
  skip(): void {
    this.#start += 1
  }

  #checkReadable(): void {
    if (!this.#readable) throw new SystemError('EBADF', 9)
  }

  /** Reads more bytes, false at the end of the file. `space` is how many it should have room for. */
  #fill(space = 1): boolean {
    this.#checkReadable()
    if (this.#pending > 0) this.flush()
    this.beforeRead?.()
    if (this.#start === this.#end) this.#start = this.#end = 0
    if (this.#end + space > this.#capacity) this.#makeRoom(space)
    const room = this.#capacity - this.#end
    const count = this.descriptor.read(this.#raw.HEAPU8, this.#buffer + this.#end, room)
    this.#end += count
    return count > 0
  }

  #makeRoom(space: number): void {
    const used = this.#end - this.#start
    if (this.#start > 0 && used + space <= this.#capacity && used <= this.#capacity / 2) {
      this.#raw.HEAPU8.copyWithin(this.#buffer, this.#buffer + this.#start, this.#buffer + this.#end)
      this.#start = 0
      this.#end = used
      return
    }
    // Doubling keeps the copying linear; past 64 MiB in steps of a half, so as not to reserve too much.
    const growth = Math.max(space, this.#capacity > 1 << 26 ? this.#capacity >> 1 : this.#capacity)
    this.#reserve(this.#end + growth)
  }

  /** Pushes `length` bytes and takes `taken`. */
  #push(L: State, length: number, taken: number): void {
    const from = this.#buffer + this.#start
    // Before the push: it can run a finalizer that uses this very file.
    this.#start += taken
    this.#raw._lua_pushlstring(L, from, length)
    if (this.#capacity > keptCapacity && this.#start === this.#end) this.#release()
  }

  #dropReadAhead(): void {
    if (this.descriptor.kind === 'file') this.descriptor.seek('cur', 0, this.#end - this.#start)
    this.#start = this.#end = 0
  }

  // -- position, buffer, end -----------------------------------------------------------------------------------

  /** Moves the position; gives the new one, in bytes from the start. */
  seek(whence: 'set' | 'cur' | 'end', offset: number): number {
    this.flush()
    const ahead = this.#end - this.#start
    if (whence === 'cur' && offset === 0) return this.#positionBehind(ahead)
    const position = this.descriptor.seek(whence, offset, ahead)
    this.#start = this.#end = 0
    return position
  }

  #positionBehind(ahead: number): number {
    const position = this.descriptor.tell()
    return this.descriptor.kind === 'file' ? position - ahead : position
  }

  /** Sets the kind of buffering. What is buffered is written. */
  setBuffering(mode: Buffering): void {
    this.flush()
    this.#buffering = mode
  }

  /** Flushes and closes. The descriptor is closed even when flushing fails. */
  close(): void {
    try {
      this.flush()
    } finally {
      this.#release()
      this.descriptor.close()
    }
  }

  /** Room for `capacity` bytes and the sentinel of `readLine`; what is in the buffer stays. */
  #reserve(capacity: number): void {
    if (capacity <= this.#capacity) return
    const wanted = Math.max(capacity, defaultCapacity)
    const buffer = this.#raw._realloc(this.#buffer, wanted + 1)
    if (buffer === 0) {
      // as in C, what was read so far is lost: or a script that caught this could hardly go on
      if (this.#pending === 0) this.#release()
      throw new LuaError('not enough memory', { position: false })
    }
    this.#buffer = buffer
    this.#capacity = wanted
  }

  #release(): void {
    this.#raw._free(this.#buffer)
    this.#buffer = 0
    this.#capacity = this.#start = this.#end = this.#pending = 0
  }
}
