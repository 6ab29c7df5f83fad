import { ExitCode } from '../../../program/exit-codes.ts'
import { Failure } from '../../../program/failure.ts'
import { daemonOfSocket, daemonOfState, type RunningDaemon, silenceOf } from '../../../program/running.ts'
import { RpcClient } from '../../../rpc/client.ts'
import type { Result } from '../../../rpc/contract/index.ts'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'

/** How long a daemon may take to answer a question about itself. */
export const answerMs = 5000

/** A daemon that answers: connection and greeting. */
export interface Answering {
  client: RpcClient
  hello: Result<'hello'>
}

/**
 * Greets the daemon at a socket; undefined when none is there. Any protocol version will do, so that an old daemon
 * can be looked at, stopped and restarted. Throws RpcError for one that does not answer and for a socket that may
 * not be used.
 */
export async function greet(socket: string): Promise<Answering | undefined> {
  let client: RpcClient
  try {
    client = await RpcClient.connect(socket, { timeoutMs: answerMs })
  } catch (error) {
    if (isNobodyThere(error)) return undefined
    throw error
  }
  try {
    return { client, hello: await client.call('hello', { client: 'porla-lua' }, { timeoutMs: answerMs }) }
  } catch (error) {
    await client.close()
    if (error instanceof RpcError && error.code === ErrorCode.Timeout) {
      const daemon = daemonOfSocket(socket, { certain: false })
      if (daemon) throw new Failure(ExitCode.unreachable, silenceOf(daemon.pid), { cause: error })
    }
    // It was leaving, and is gone.
    if (error instanceof RpcError && error.code === ErrorCode.ConnectionLost) return undefined
    throw error
  }
}

/**
 * The daemon that a socket and a state folder belong to, by its locks, when it does not answer at the socket: the
 * socket is gone, or it is stopped or hangs. Null when there is none.
 */
export function silentDaemon({
  socket,
  stateDir,
}: {
  socket: string
  stateDir: string
}): RunningDaemon | null {
  const ofState = daemonOfState(stateDir, { certain: true })
  if (ofState?.socket === socket) return ofState
  return daemonOfSocket(socket, { certain: true })
}

/** Only these two mean that a daemon may be started: no socket, or one that nobody listens at. */
export function isNobodyThere(error: unknown): boolean {
  return (
    error instanceof RpcError &&
    error.code === ErrorCode.DaemonUnreachable &&
    (error.data?.errno === 'ENOENT' || error.data?.errno === 'ECONNREFUSED')
  )
}
