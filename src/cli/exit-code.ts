import { ExitCode } from '../program/exit-codes.ts'
import { Failure } from '../program/failure.ts'
import { ErrorCode, type RpcError } from '../rpc/errors.ts'

const byErrorCode: { [code: number]: ExitCode } = {
  [ErrorCode.DaemonUnreachable]: ExitCode.unreachable,
  [ErrorCode.ProtocolMismatch]: ExitCode.protocolMismatch,
  [ErrorCode.Timeout]: ExitCode.timeout,
}

/**
 * Exit code for an error of the protocol that ends a command or a script. A daemon that was started for it and ended
 * with a code of its own (78 for a wrong configuration) hands that on, as `data.exitCode`. undefined stands for any
 * other error.
 */
export function exitCodeOf(error: { code: number; data?: unknown } | undefined): number {
  if (error === undefined) return ExitCode.error
  const own = (error.data as { exitCode?: unknown } | undefined)?.exitCode
  if (typeof own === 'number') return own
  return byErrorCode[error.code] ?? ExitCode.error
}

/** Exit code of a command that failed. */
export function exitCodeFor(error: RpcError | Failure): number {
  return error instanceof Failure ? error.exitCode : exitCodeOf(error)
}
