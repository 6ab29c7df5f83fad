import type { LuaExports, Pointer } from '../vm/c-api.ts'
import { LuaError } from '../vm/errors.ts'

/** Size of a stream's buffer in bytes, unless a long line or a whole file needs more. */
export const defaultCapacity = 65536

/**
 * The block of the VM's memory that is the buffer of a stream. It moves when it grows, and views of the VM's memory go
 * stale whenever that grows: `raw.HEAPU8` is read afresh after every call into the VM.
 */
export class StreamMemory {
  readonly raw: LuaExports
  /** Where the block begins; 0 when there is none. */
  at: Pointer = 0
  /** Bytes that fit. One more is there, for the sentinel of a search. */
  capacity = 0

  constructor(raw: LuaExports) {
    this.raw = raw
  }

  /** Makes room for so many bytes; what is in the block stays. Throws LuaError, and the block is gone, when there is none. */
  reserve(capacity: number): void {
    if (capacity <= this.capacity) return
    const wanted = Math.max(capacity, defaultCapacity)
    const block = this.raw._realloc(this.at, wanted + 1)
    if (block === 0) {
      // As in C, what was read so far is lost: or a script that caught this could hardly go on.
      this.release()
      throw new LuaError('not enough memory', { position: false })
    }
    this.at = block
    this.capacity = wanted
  }

  release(): void {
    this.raw._free(this.at)
    this.at = 0
    this.capacity = 0
  }
}
