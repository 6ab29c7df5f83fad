import { statSync } from 'node:fs'
import { ExitCode } from '../rpc/exit-codes.ts'
import { Failure } from '../rpc/failure.ts'
import { version } from '../rpc/version.ts'
import { isBare, parseCommandLine, type RunnerOptions } from './options.ts'
import { usage } from './usage.ts'

/** The program's name in messages. */
const program = 'porla-lua'

/**
 * Runs a command line and returns the exit code. What it does not need it does not load: a script pays neither for
 * commander nor for the configuration.
 */
export async function main(argv: string[]): Promise<number> {
  const line = parseCommandLine(argv, isFile)
  switch (line.mode) {
    case 'run':
      return await run(line, argv)
    case 'command': {
      const { runCommand } = await import('./commands/index.ts')
      return await runCommand(line.argv, line.daemon)
    }
    case 'help': {
      const { runCommand } = await import('./commands/index.ts')
      return await runCommand(['--help'], { noStart: false })
    }
    case 'version': {
      process.stdout.write(`porla-lua ${version}\n`)
      return ExitCode.ok
    }
    case 'bad':
      process.stderr.write(`${program}: ${line.message}\n${usage}`)
      return ExitCode.error
  }
}

/** Runs a script, with a lock, a time limit or a terminal around it. */
async function run(options: RunnerOptions, argv: string[]): Promise<number> {
  try {
    const interactive = (options.interactive || isBare(options)) && onTerminal()
    if (options.timeout !== undefined && interactive) {
      throw new Failure(ExitCode.error, "'--timeout' is for scripts; it cannot be used interactively")
    }
    if (options.timeout !== undefined) {
      const { takeSupervision } = await import('./supervised.ts')
      if (!takeSupervision(process.env)) {
        const { runWithin } = await import('./timeout.ts')
        return await runWithin(options.timeout, argv)
      }
    }
    if (options.lock !== undefined) {
      const { takeLock } = await import('./lock.ts')
      await takeLock(options)
    }
    if (interactive) {
      const { runOnTerminal } = await import('./repl/terminal.ts')
      return await runOnTerminal(options, argv)
    }
    const { runLua } = await import('./run.ts')
    return await runLua(options, argv)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    process.stderr.write(`${program}: ${error.message}\n`)
    return error.exitCode
  }
}

/** Only then is there somebody to edit lines; a dumb terminal gets what a pipe gets. */
function onTerminal(): boolean {
  const { isatty } = process.getBuiltinModule('node:tty')
  return process.env.TERM !== 'dumb' && isatty(0) && isatty(1)
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
