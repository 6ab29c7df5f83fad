import { ExitCode } from '../rpc/exit-codes.ts'
import { Failure } from '../rpc/failure.ts'
import { StateError } from './state/error.ts'

/** A state that cannot be used is for the user to set right, not a defect. Other errors stay as they are. */
export function asFailure(error: unknown): unknown {
  if (!(error instanceof StateError)) return error
  const exitCode = error.kind === 'in-use' ? ExitCode.busy : ExitCode.config
  return new Failure(exitCode, error.message, { cause: error })
}
