import { ExitCode } from '../../rpc/exit-codes.ts'

/**
 * Writes a result to stdout. When its reader is gone the program ends at once with 141, as one that SIGPIPE ended
 * would: Node ignores that signal.
 */
export function print(text: string): void {
  if (process.stdout.listenerCount('error') === 0) {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(ExitCode.pipeClosed)
      throw error
    })
  }
  process.stdout.write(`${text}\n`)
}

/** Writes a message to stderr. */
export function say(text: string): void {
  process.stderr.write(`porla-lua: ${text}\n`)
}
