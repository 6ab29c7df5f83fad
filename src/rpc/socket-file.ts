import { lstatSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { ExitCode } from '../program/exit-codes.ts'
import { Failure } from '../program/failure.ts'

/**
 * Removes a socket that a daemon left behind. Only for the holder of the socket's lock. Nothing is removed unless it
 * is a socket on which nobody listens, and only a refused connection proves that. Throws Failure otherwise.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const file = lstatSync(path, { throwIfNoEntry: false })
  if (!file) return
  if (!file.isSocket()) {
    throw new Failure(
      ExitCode.config,
      `${path} is there and is no socket; move it away or choose another socket`,
    )
  }
  const code = await probe(path)
  if (code === 'ENOENT') return
  if (code === 'ECONNREFUSED') return unlinkSync(path)
  const why = code === null ? 'a program listens on it' : `connecting to it fails with ${code}`
  throw new Failure(
    ExitCode.busy,
    `the socket ${path} is in use: ${why}; stop that program or choose another socket`,
  )
}

/** Connects and hangs up: null when somebody listens, else the code of the error. */
function probe(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(null)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
}
