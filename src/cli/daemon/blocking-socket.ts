import { accessSync, constants, lstatSync, readSync, writeSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { maxLineBytes } from '../../rpc/protocol.ts'

/** Longest path a Unix socket can have (sun_path without its NUL); Node cuts longer ones silently. */
const maxSocketPathBytes = 107
const firstBufferBytes = 64 * 1024
/** A read buffer that grew past this is given back after the line. */
const keptBufferBytes = 4 * 1024 * 1024
const newline = 10
/** Between two attempts of a socket that does not block, milliseconds. */
const shortestWaitMs = 0.05
const longestWaitMs = 10
/** How long the thread that stops a script may need after a SIGINT. */
const interruptMs = 1000

/** The part of a socket's native handle that blocking calls need. Node does not document it. */
interface NativeHandle {
  fd: number
  setBlocking(on: boolean): number
  readStop(): number
}

/** Nothing accepts connections at the path: no socket file, or one that nobody listens on. */
export class NotListening extends Error {}
/** The other end closed the connection. `sent`: whether any byte of the last line had left. */
export class Disconnected extends Error {
  readonly sent: boolean
  constructor(sent: boolean) {
    super('the connection was closed')
    this.sent = sent
  }
}
/** A line is longer than either end accepts. */
export class LineTooLong extends Error {}

const sleepCell = new Int32Array(new SharedArrayBuffer(4))
/** Blocks this thread. */
export function sleep(milliseconds: number): void {
  Atomics.wait(sleepCell, 0, 0, milliseconds)
}

/**
 * A Unix socket that reads and writes lines while JavaScript waits, so that it works from inside a Lua call.
 *
 * Node's own sockets need the event loop. But libuv calls connect(2) at once for a Unix socket, and after that a
 * blocking descriptor can be read and written with node:fs. What this leans on (`_handle` and three of its members)
 * is checked when it connects, and is named nowhere else.
 */
export class BlockingSocket {
  readonly #socket: Socket
  readonly #handle: NativeHandle
  #wait: ((ms: number) => void) | undefined
  #buffer: Buffer = Buffer.allocUnsafe(firstBufferBytes)
  #start = 0
  #end = 0
  #out: Buffer = Buffer.allocUnsafe(firstBufferBytes)

  /**
   * Connects. Whether that worked shows at the first write: a refused socket then throws NotListening.
   * Throws an Error that says why if the path cannot be one, or this Node has no usable handle.
   *
   * With `wait` it does not block: it tries, and calls `wait` between two attempts, with the milliseconds to wait.
   * What that throws gives the line up; the connection is of no use then, and closed.
   */
  constructor(path: string, wait?: (ms: number) => void) {
    this.#wait = wait
    const length = Buffer.byteLength(path)
    if (length > maxSocketPathBytes) {
      throw new Error(`the socket path has ${length} bytes, at most ${maxSocketPathBytes} fit: ${path}`)
    }
    this.#socket = connect(path)
    // A refused connection is also reported here, once the event loop turns; it was already noticed by then.
    this.#socket.on('error', () => {})
    this.#socket.pause()
    this.#socket.unref()
    try {
      this.#handle = nativeHandle(this.#socket, wait === undefined)
      // The event loop may turn between calls; it must not take bytes that a blocking read waits for.
      this.#socket.on('connect', () => this.#handle.readStop())
    } catch (error) {
      this.#socket.destroy()
      throw error
    }
  }

  /** False once closed from this side or by the event loop. */
  get open(): boolean {
    return !this.#socket.destroyed
  }

  close(): void {
    this.#socket.destroy()
  }

  /** From now on it blocks, which is faster than to try again and again. */
  block(): void {
    this.#wait = undefined
    this.#handle.setBlocking(true)
  }

  /** Writes one line. Throws NotListening, Disconnected, LineTooLong (nothing is sent then). */
  writeLine(text: string): void {
    const bytes = this.#encode(text)
    let offset = 0
    while (offset < bytes.length) {
      try {
        offset += this.#retry(() => writeSync(this.#fd(), bytes, offset))
      } catch (error) {
        this.close()
        if (isCode(error, 'ENOTCONN')) throw new NotListening()
        if (isCode(error, 'EPIPE', 'ECONNRESET', 'EBADF')) throw new Disconnected(offset > 0)
        throw error
      }
    }
  }

  /** Waits for one line and returns it without its newline. Throws Disconnected, LineTooLong. */
  readLine(): string {
    let searched = this.#start
    for (;;) {
      const at = this.#buffer.subarray(0, this.#end).indexOf(newline, searched)
      if (at >= 0) return this.#take(at)
      searched = this.#end
      if (this.#end - this.#start > maxLineBytes) {
        this.close()
        throw new LineTooLong()
      }
      searched -= this.#makeRoom()
      this.#end += this.#fill()
    }
  }

  #encode(text: string): Buffer {
    // Three bytes a UTF-16 unit at most, one for the newline.
    if (text.length * 3 + 1 <= this.#out.length) {
      const length = this.#out.write(text)
      this.#out[length] = newline
      return this.#out.subarray(0, length + 1)
    }
    const bytes = Buffer.from(`${text}\n`)
    if (bytes.length > maxLineBytes) throw new LineTooLong()
    return bytes
  }

  #take(at: number): string {
    const line = this.#buffer.toString('utf8', this.#start, at)
    this.#start = at + 1
    if (this.#start === this.#end) {
      this.#start = this.#end = 0
      if (this.#buffer.length > keptBufferBytes) this.#buffer = Buffer.allocUnsafe(firstBufferBytes)
    }
    return line
  }

  /** Moves what is left to the front and doubles the buffer when it is full; returns by how much it moved. */
  #makeRoom(): number {
    if (this.#end < this.#buffer.length) return 0
    const moved = this.#start
    const length = this.#end - moved
    const target = length * 2 > this.#buffer.length ? Buffer.allocUnsafe(length * 2) : this.#buffer
    this.#buffer.copy(target, 0, moved, this.#end)
    this.#buffer = target
    this.#start = 0
    this.#end = length
    return moved
  }

  #fill(): number {
    let count = 0
    try {
      count = this.#retry(() =>
        readSync(this.#fd(), this.#buffer, this.#end, this.#buffer.length - this.#end, null),
      )
    } catch (error) {
      this.close()
      if (isCode(error, 'ECONNRESET', 'EBADF')) throw new Disconnected(true)
      throw error
    }
    if (count === 0) {
      this.close()
      throw new Disconnected(true)
    }
    return count
  }

  /** Repeats a system call that a signal interrupted, or that would have had to wait. */
  #retry(call: () => number): number {
    for (let ms = shortestWaitMs; ; ms = Math.min(ms * 1.5, longestWaitMs)) {
      try {
        return call()
      } catch (error) {
        if (isCode(error, 'EAGAIN')) this.#pause(ms)
        // A SIGINT ends the script a moment later, from another thread; a call that waits again would not notice.
        else if (isCode(error, 'EINTR')) sleep(interruptMs)
        else throw error
      }
    }
  }

  #pause(ms: number): void {
    // Not to be had in blocking mode, unless somebody else has changed that.
    const wait = this.#wait ?? (() => sleep(1))
    try {
      wait(ms)
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** Asked for each time: after a close the number may belong to another file. */
  #fd(): number {
    if (this.#socket.destroyed) throw Object.assign(new Error('closed'), { code: 'EBADF' })
    return this.#handle.fd
  }
}

function nativeHandle(socket: Socket, blocking: boolean): NativeHandle {
  const handle = (socket as unknown as { _handle?: Partial<NativeHandle> | null })._handle
  if (
    !handle ||
    typeof handle.fd !== 'number' ||
    handle.fd < 0 ||
    typeof handle.setBlocking !== 'function' ||
    typeof handle.readStop !== 'function'
  ) {
    throw new Error(`Node ${process.version} gives no access to a socket's descriptor; use Node 24`)
  }
  handle.readStop()
  const failed = handle.setBlocking(blocking)
  if (failed) throw new Error(`a socket cannot be made blocking (error ${failed})`)
  return handle as NativeHandle
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '')
}

/**
 * Why a path that refused a connection can never work, as a sentence; undefined when a daemon that is started would
 * make it work (no file, or a socket that nobody listens on).
 */
export function whyUnusable(path: string): string | undefined {
  try {
    if (!lstatSync(path).isSocket()) return `${path} is not a socket`
    accessSync(path, constants.W_OK)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    return `the socket ${path} cannot be used: ${(error as Error).message}`
  }
  return undefined
}
