import { ExitCode } from '../program/exit-codes.ts'
import { Failure } from '../program/failure.ts'
import { isDiskRefusal, StateError } from './state/error.ts'

/**
 * A state that cannot be used, or a disk that takes no file, is for the user to set right, not a defect. Other errors stay
 * as they are.
 */
export function asFailure(error: unknown): unknown {
  if (error instanceof StateError) {
    const exitCode = error.kind === 'in-use' ? ExitCode.busy : ExitCode.config
    return new Failure(exitCode, error.message, { cause: error })
  }
  if (error instanceof Failure || !(error instanceof Error) || !isDiskRefusal(error)) return error
  const text = `the daemon cannot start: ${error.message}; its folders must be writable, and have room`
  return new Failure(ExitCode.config, text, { cause: error })
}
