import type { LuaExports, Pointer, State } from '../vm/c-api.ts'
import type { Descriptor } from './descriptor.ts'
import { SystemError } from './errno.ts'
import { ReadBuffer } from './read-buffer.ts'
import { StreamMemory } from './stream-memory.ts'
import { type Buffering, WriteBuffer } from './write-buffer.ts'

/**
 * What C calls a FILE: a descriptor with one buffer, used either for bytes read ahead or for bytes to be written.
 *
 * The buffer lies in the VM's memory: writing copies a Lua string once, inside that memory, and reading makes the
 * Lua string straight from what the system call delivered.
 *
 * Methods throw the errors of node:fs, or SystemError.
 */
export class Stream {
  readonly descriptor: Descriptor
  readonly #memory: StreamMemory
  /** Never both with bytes in them: the memory is one. */
  readonly #out: WriteBuffer
  readonly #in: ReadBuffer
  /** Runs before each system call that may wait for input: what was said so far has to be seen by then. */
  beforeRead: (() => void) | undefined

  constructor(
    raw: LuaExports,
    descriptor: Descriptor,
    options: { readable: boolean; writable: boolean; buffering?: Buffering },
  ) {
    this.descriptor = descriptor
    this.#memory = new StreamMemory(raw)
    this.#out = new WriteBuffer(descriptor, this.#memory, options.buffering ?? 'full', () => {
      if (!options.writable) throw new SystemError('EBADF', 9)
      this.#dropReadAhead()
    })
    this.#in = new ReadBuffer(descriptor, this.#memory, {
      begin: () => {
        if (!options.readable) throw new SystemError('EBADF', 9)
      },
      beforeRead: () => {
        this.#out.settle()
        this.beforeRead?.()
      },
    })
  }

  get lineBuffered(): boolean {
    return this.#out.buffering === 'line'
  }

  // -- writing -------------------------------------------------------------------------------------------------

  /** Writes bytes of the VM's memory, usually those of a Lua string. */
  write(from: Pointer, length: number): void {
    this.#out.write(from, length)
  }

  /** Writes an integer that a double holds exactly, in decimal. */
  writeInteger(value: number): void {
    this.#out.writeInteger(value)
  }

  /** Writes bytes from outside the VM. */
  writeBytes(bytes: Uint8Array): void {
    this.#out.writeBytes(bytes)
  }

  /** Writes what is buffered. After a failure, what was not written stays. */
  flush(): void {
    this.#out.flush()
  }

  /**
   * Writes what is buffered unless very much was written a moment ago: whoever reads the other end of a pipe sees what a
   * slow script says when it says it, also when a signal ends the script right after, and a fast one pays for few
   * system calls.
   */
  keepUp(): void {
    this.#out.keepUp()
  }

  /** Writes what is buffered, before something that may take long. */
  settle(): void {
    this.#out.settle()
  }

  /** For standard input, at the end of the program. */
  giveBack(): void {
    this.descriptor.giveBack(this.#in.ahead)
    this.#in.clear()
  }

  /** Forgets what is buffered: nobody will read it. */
  discard(): void {
    this.#out.discard()
  }

  // -- reading -------------------------------------------------------------------------------------------------

  /** Pushes the next line, true; or an empty string and false at the end of the file. */
  readLine(L: State, keepNewline: boolean): boolean {
    return this.#in.readLine(L, keepNewline)
  }

  /** Pushes up to `count` bytes; false when there were none. */
  readCount(L: State, count: number): boolean {
    return this.#in.readCount(L, count)
  }

  /** Pushes the rest of the file. */
  readAll(L: State): void {
    this.#in.readAll(L)
  }

  /** The next byte without taking it, -1 at the end of the file. */
  peek(): number {
    return this.#in.peek()
  }

  /** Takes the byte that `peek` showed. */
  skip(): void {
    this.#in.skip()
  }

  /**
   * Takes a plain decimal integer with the space in front, when all of it and the space behind it are in the buffer.
   * undefined, with nothing taken, for everything else.
   */
  takeInteger(): number | undefined {
    return this.#in.takeInteger()
  }

  // -- position, buffer, end -----------------------------------------------------------------------------------

  /** Moves the position; gives the new one, in bytes from the start. */
  seek(whence: 'set' | 'cur' | 'end', offset: number): number {
    this.flush()
    const { ahead } = this.#in
    if (whence === 'cur' && offset === 0) return this.#positionBehind(ahead)
    const position = this.descriptor.seek(whence, offset, ahead)
    this.#in.clear()
    return position
  }

  #positionBehind(ahead: number): number {
    const position = this.descriptor.tell()
    return this.descriptor.kind === 'file' ? position - ahead : position
  }

  /** Where the descriptor stands becomes where the script stands. */
  #dropReadAhead(): void {
    const { ahead } = this.#in
    if (ahead === 0) return
    if (this.descriptor.kind === 'file') this.descriptor.seek('cur', 0, ahead)
    this.#in.clear()
  }

  /** Sets the kind of buffering. What is buffered is written. */
  setBuffering(mode: Buffering): void {
    this.#out.setBuffering(mode)
  }

  /** Flushes and closes. The descriptor is closed even when flushing fails. */
  close(): void {
    try {
      this.flush()
    } finally {
      this.#memory.release()
      this.#in.clear()
      this.#out.discard()
      this.descriptor.close()
    }
  }
}
