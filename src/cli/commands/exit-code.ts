import type { RpcError } from '../../rpc/errors.ts'
import { Failure } from '../../rpc/failure.ts'
import { exitCodeOf } from '../exit-code.ts'

/** Exit code of a command that failed. */
export function exitCodeFor(error: RpcError | Failure): number {
  return error instanceof Failure ? error.exitCode : exitCodeOf(error)
}
