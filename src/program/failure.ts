import { ExitCode } from './exit-codes.ts'

/**
 * An error that ends the program: a sentence for the person who started it and the exit code. The message says what
 * was wrong and what to do next; it is printed without a stack.
 */
export class Failure extends Error {
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Failure'
    this.exitCode = exitCode
  }
}

/** A configuration that cannot be used. The message names the file and the key's path. */
export class ConfigError extends Failure {
  constructor(message: string, options?: ErrorOptions) {
    super(ExitCode.config, message, options)
    this.name = 'ConfigError'
  }
}
