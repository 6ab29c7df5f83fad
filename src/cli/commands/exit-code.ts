import { Failure } from '../../program/failure.ts'
import type { RpcError } from '../../rpc/errors.ts'
import { exitCodeOf } from '../exit-code.ts'

/** Exit code of a command that failed. */
export function exitCodeFor(error: RpcError | Failure): number {
  return error instanceof Failure ? error.exitCode : exitCodeOf(error)
}
