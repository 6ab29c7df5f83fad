import { writeSync } from 'node:fs'
import { Unwind } from './errors.ts'

/** WASI's numbers (https://github.com/WebAssembly/WASI, errno): the C library turns them into errno. */
const badFile = 8
const notThere = 44
const noSystem = 52

type Functions = Record<string, (...args: never[]) => number | bigint | undefined>

/**
 * What Lua's C library asks of its surroundings. Files, programs, the environment and the calendar are not served:
 * `io`, `os`, `require` and their like are replaced by ones over the real machine. What stays is the seed of hashes
 * and math.random (the time), and the last words of a panic, which go to stderr. `memory` gives the buffer as it is
 * now.
 */
export function libc(memory: () => ArrayBuffer): { env: Functions; wasi: Functions } {
  const view = (): DataView => new DataView(memory())

  const env: Functions = {
    abort() {
      throw new WebAssembly.RuntimeError('the Lua VM aborted')
    },
    exit(status: number) {
      throw new Unwind(status)
    },
    system: () => 0,
    emscripten_date_now: () => Date.now(),
    _emscripten_get_now_is_monotonic: () => 1,
    strftime: () => replaced('strftime'),
    _gmtime_js: () => replaced('gmtime'),
    _localtime_js: () => replaced('localtime'),
    _mktime_js: () => replaced('mktime'),
    _tzset_js: () => replaced('tzset'),
    __syscall_openat: () => -notThere,
    __syscall_readlinkat: () => -notThere,
    __syscall_fcntl64: () => -badFile,
    __syscall_dup3: () => -badFile,
    __syscall_ioctl: () => -badFile,
    __syscall_unlinkat: () => -noSystem,
    __syscall_rmdir: () => -noSystem,
    __syscall_renameat: () => -noSystem,
  }

  const wasi: Functions = {
    environ_sizes_get(count: number, size: number) {
      view().setUint32(count, 0, true)
      view().setUint32(size, 0, true)
      return 0
    },
    environ_get: () => 0,
    fd_read: () => badFile,
    fd_seek: () => badFile,
    fd_close: () => badFile,
    /** Only stderr, as it comes. */
    fd_write(fd: number, vectors: number, count: number, written: number) {
      if (fd !== 2) return badFile
      let total = 0
      for (let i = 0; i < count; i++) {
        const pointer = view().getUint32(vectors + i * 8, true)
        const length = view().getUint32(vectors + i * 8 + 4, true)
        if (length > 0) total += writeSync(fd, new Uint8Array(memory()), pointer, length)
      }
      view().setUint32(written, total, true)
      return 0
    },
  }
  return { env, wasi }
}

/** A function that only parts of Lua call that the standard library over the host replaces. */
function replaced(name: string): never {
  throw new Error(`the Lua VM called C's ${name}, which nothing in it should need`)
}
