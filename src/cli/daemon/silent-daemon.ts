import { daemonOfSocket, isStopped, silenceOf } from '../../program/running.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'

/**
 * What to say of a daemon that took a connection and does not answer; undefined when no process is known to have the
 * socket. Throws RpcError for one that was stopped: it is not waited for.
 */
export function whyDaemonIsSilent(socket: string): string | undefined {
  const daemon = daemonOfSocket(socket, { certain: false })
  if (!daemon) return undefined
  const text = silenceOf(daemon.pid)
  if (isStopped(daemon.pid)) throw new RpcError(ErrorCode.DaemonUnreachable, text)
  return text
}
