import fs from 'node:fs'
import { failureCode, SystemError } from './errno.ts'
import { setStdinOffset } from './file-offset.ts'
import { Backoff, sleepMs } from './wait.ts'

/** How long the thread that stops a script may need after a SIGINT. */
const interruptMs = 1000

/** What a descriptor leads to, as far as buffering and seeking care. */
export type DescriptorKind = 'file' | 'terminal' | 'device' | 'stream'

/**
 * A file descriptor with blocking reads and writes.
 *
 * Node has no lseek. For files that we opened we keep the position ourselves; descriptors that we inherited share
 * theirs with other processes, so they use the kernel's until the script seeks to another place.
 */
export class Descriptor {
  readonly fd: number
  readonly kind: DescriptorKind
  readonly #append: boolean
  /** Runs when the other end of a pipe has gone; may throw in place of EPIPE. */
  onBrokenPipe: (() => void) | undefined
  /** Where the next read or write happens; 'kernel': the system knows; 'end': at the end of the file. */
  #position: number | 'kernel' | 'end'

  constructor(fd: number, options: { inherited?: boolean; append?: boolean; readable?: boolean } = {}) {
    this.fd = fd
    this.kind = kindOf(fd)
    this.#append = options.append ?? false
    if (options.inherited || this.kind !== 'file') this.#position = 'kernel'
    // As glibc's fopen: "a" starts at the end, "a+" reads from the start.
    else this.#position = this.#append && !options.readable ? 'end' : 0
  }

  /** Reads at least one byte into the range, or gives 0 at the end of the file. */
  read(bytes: Uint8Array, offset: number, length: number): number {
    const position = this.#position === 'end' ? this.#size() : this.#position
    const count = this.#retry(() =>
      fs.readSync(this.fd, bytes, offset, length, position === 'kernel' ? null : position),
    )
    if (position !== 'kernel') this.#position = position + count
    return count
  }

  /** Writes at least one byte of the range and gives the number written. */
  write(bytes: Uint8Array, offset: number, length: number): number {
    const position = this.#position
    const at = typeof position === 'number' && !this.#append ? position : null
    const count = this.#retry(() => fs.writeSync(this.fd, bytes, offset, length, at))
    if (position !== 'kernel') this.#position = this.#append ? 'end' : (position as number) + count
    return count
  }

  /** The position in bytes, 0 for devices such as /dev/null; throws ESPIPE for pipes and terminals. */
  tell(): number {
    if (this.kind === 'device') return 0
    if (this.kind !== 'file') throw new SystemError('ESPIPE', 29)
    if (this.#position === 'end') return this.#size()
    return this.#position === 'kernel' ? kernelPosition(this.fd) : this.#position
  }

  /**
   * Moves the position and gives the new one. `ahead` is how many bytes were read but not yet used. Throws ESPIPE
   * for pipes and terminals, EINVAL for a place before the start or past
   * 2^53.
   */
  seek(whence: 'set' | 'cur' | 'end', offset: number, ahead: number): number {
    if (this.kind !== 'file') return this.tell()
    const base = whence === 'set' ? 0 : whence === 'end' ? this.#size() : this.tell() - ahead
    const target = base + offset
    if (target < 0 || target > Number.MAX_SAFE_INTEGER) throw new SystemError('EINVAL', 22)
    this.#position = target
    return target
  }

  /** Bytes between the position and the end, 0 where nobody knows. */
  remaining(): number {
    if (this.kind !== 'file') return 0
    return Math.max(0, this.#size() - this.tell())
  }

  /** At the end of the program: what was read ahead is left to whoever reads the same open file next, as in C. */
  giveBack(ahead: number): void {
    if (this.kind === 'file' && ahead > 0) setStdinOffset(this.tell() - ahead)
  }

  close(): void {
    fs.closeSync(this.fd)
  }

  #size(): number {
    return fs.fstatSync(this.fd).size
  }

  /**
   * A parent can leave our standard descriptors in non-blocking mode. There is no poll in Node, and opening
   * /proc/self/fd again hangs on a pipe whose other end has gone: so wait a little and try again.
   */
  #retry(call: () => number): number {
    let backoff: Backoff | undefined
    for (;;) {
      try {
        return call()
      } catch (error) {
        const code = failureCode(error)
        if (code === 'EINTR') {
          // A SIGINT ends the script a moment later, from another thread; a call that waits again would not notice.
          sleepMs(interruptMs)
          continue
        }
        if (code === 'EPIPE') this.onBrokenPipe?.()
        if (code !== 'EAGAIN') throw error
        backoff ??= new Backoff()
        backoff.wait()
      }
    }
  }
}

function kindOf(fd: number): DescriptorKind {
  const stat = fs.fstatSync(fd)
  // A folder opens for reading, as in C; reading it then fails.
  if (stat.isFile() || stat.isBlockDevice() || stat.isDirectory()) return 'file'
  if (!stat.isCharacterDevice()) return 'stream'
  // node:tty brings node:net with it, too dear for a script whose output is a pipe.
  return process.getBuiltinModule('node:tty').isatty(fd) ? 'terminal' : 'device'
}

/** Position of an inherited descriptor, which only Linux's /proc tells; 0 elsewhere. */
function kernelPosition(fd: number): number {
  try {
    const info = fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')
    return Number(/^pos:\s*(\d+)/m.exec(info)?.[1] ?? 0)
  } catch (error) {
    if (failureCode(error) === 'ENOENT') return 0
    throw error
  }
}
