import type { State } from '../vm/c-api.ts'
import { scanDecimal, scanned } from './decimal.ts'
import type { Descriptor } from './descriptor.ts'
import { defaultCapacity, type StreamMemory } from './stream-memory.ts'

/** A buffer that a long line or a whole file made larger than this is given back once it is used up. */
const keptCapacity = 1 << 20
const newline = 10

/** What a stream has read ahead of the script. */
export class ReadBuffer {
  readonly #descriptor: Descriptor
  readonly #memory: StreamMemory
  /** Runs before each reading; throws when the stream cannot be read. */
  readonly #begin: () => void
  /** Runs before each system call that may wait. */
  readonly #beforeRead: () => void
  /** Bytes read ahead: from #start to #end in the block. */
  #start = 0
  #end = 0

  constructor(
    descriptor: Descriptor,
    memory: StreamMemory,
    { begin, beforeRead }: { begin: () => void; beforeRead: () => void },
  ) {
    this.#descriptor = descriptor
    this.#memory = memory
    this.#begin = begin
    this.#beforeRead = beforeRead
  }

  /** Bytes that the descriptor has given and the script has not taken. */
  get ahead(): number {
    return this.#end - this.#start
  }

  /** Forgets what was read ahead. */
  clear(): void {
    this.#start = this.#end = 0
  }

  /** Pushes the next line, true; or an empty string and false at the end of the file. */
  readLine(L: State, keepNewline: boolean): boolean {
    if (this.#start === this.#end && !this.#fill()) {
      this.#push(L, 0, 0)
      return false
    }
    const memory = this.#memory
    let searched = 0
    for (;;) {
      const heap = memory.raw.HEAPU8
      const limit = memory.at + this.#end
      // A newline behind the last byte stops the search without making a view; there is always room for it.
      heap[limit] = newline
      const found = heap.indexOf(newline, memory.at + this.#start + searched)
      if (found < limit) {
        const length = found - memory.at - this.#start
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
    this.#begin()
    while (this.ahead < count) {
      // A count is only a wish: what a file cannot hold is not reserved, and a pipe's bytes as they come.
      const missing = Math.min(count - this.ahead, this.#descriptor.remaining() || defaultCapacity)
      if (!this.#fill(missing)) break
    }
    const length = Math.min(count, this.ahead)
    this.#push(L, length, length)
    return length > 0
  }

  /** Pushes the rest of the file. */
  readAll(L: State): void {
    this.#begin()
    // One more than the rest, so that the end shows itself without the buffer growing.
    let more = this.#descriptor.remaining() + 1
    while (this.#fill(more)) more = 1
    const length = this.ahead
    this.#push(L, length, length)
  }

  /** The next byte without taking it, -1 at the end of the file. */
  peek(): number {
    if (this.#start === this.#end && !this.#fill()) return -1
    return this.#memory.raw.HEAPU8[this.#memory.at + this.#start] as number
  }

  /** Takes the byte that `peek` showed. */
  skip(): void {
    this.#start += 1
  }

  /**
   * Takes a plain decimal integer with the space in front, when all of it and the space behind it are in the buffer:
   * what most files of numbers hold. undefined, with nothing taken, for everything else.
   */
  takeInteger(): number | undefined {
    const { raw, at } = this.#memory
    if (!scanDecimal(raw.HEAPU8, at + this.#start, at + this.#end)) return undefined
    this.#start = scanned.end - at
    return scanned.value
  }

  /** Reads more bytes, false at the end of the file. `space` is how many it should have room for. */
  #fill(space = 1): boolean {
    this.#begin()
    this.#beforeRead()
    const memory = this.#memory
    if (this.#start === this.#end) this.#start = this.#end = 0
    if (this.#end + space > memory.capacity) this.#makeRoom(space)
    const count = this.#descriptor.read(memory.raw.HEAPU8, memory.at + this.#end, memory.capacity - this.#end)
    this.#end += count
    return count > 0
  }

  #makeRoom(space: number): void {
    const { raw, at, capacity } = this.#memory
    const used = this.ahead
    if (this.#start > 0 && used + space <= capacity && used <= capacity / 2) {
      raw.HEAPU8.copyWithin(at, at + this.#start, at + this.#end)
      this.#start = 0
      this.#end = used
      return
    }
    // Doubling keeps the copying linear; past 64 MiB in steps of a half, so as not to reserve too much.
    const growth = Math.max(space, capacity > 1 << 26 ? capacity >> 1 : capacity)
    const end = this.#end
    try {
      this.#memory.reserve(end + growth)
    } finally {
      if (this.#memory.at === 0) this.clear()
    }
  }

  /** Pushes `length` bytes and takes `taken`. */
  #push(L: State, length: number, taken: number): void {
    const memory = this.#memory
    const from = memory.at + this.#start
    // Before the push: it can run a finalizer that uses this very file.
    this.#start += taken
    memory.raw._lua_pushlstring(L, from, length)
    if (memory.capacity > keptCapacity && this.#start === this.#end) {
      memory.release()
      this.clear()
    }
  }
}
