import { writeSync } from 'node:fs'
import { ExitCode } from '../program/exit-codes.ts'
import { Failure } from '../program/failure.ts'
import { systemFailure } from './lua/stdlib/errno.ts'

/** Between two attempts on a full pipe that a parent left in non-blocking mode, milliseconds. */
const retryMs = 5

/**
 * Writes to standard output, all of it before it returns: the streams of Node report a failure later, with a stack.
 * When the reader has gone the program ends at once with 141, as one that SIGPIPE ended would (Node ignores that
 * signal). Throws Failure (1) for every other failure, such as a full disk.
 */
export function writeOut(text: string): void {
  try {
    writeAll(1, text)
  } catch (error) {
    endWithoutReader(error)
    const message = `cannot write to standard output: ${systemFailure(error)?.message ?? String(error)}`
    throw new Failure(ExitCode.error, message, { cause: error })
  }
}

/** The same for standard error; nobody can be told when that fails, so nothing is. */
export function writeError(text: string): void {
  try {
    writeAll(2, text)
  } catch (error) {
    endWithoutReader(error)
  }
}

function endWithoutReader(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(ExitCode.pipeClosed)
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text)
  let done = 0
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs)
      else if (code !== 'EINTR') throw error
    }
  }
}
