import { statSync } from 'node:fs'
import { ExitCode } from '../program/exit-codes.ts'
import { Failure } from '../program/failure.ts'
import { version } from '../program/version.ts'
import { forTerminal } from '../program/visible.ts'
import { noteDescriptors } from './descriptors.ts'
import { exactWords } from './exact-words.ts'
import { exactPath } from './lua/vm/byte-text.ts'
import { isBare, parseCommandLine, type RunnerOptions } from './options.ts'
import { writeError, writeOut } from './output.ts'
import { callerIgnoresHangup, ignoreHangup } from './signals.ts'
import { usage } from './usage.ts'

/** The program's name in messages. */
const program = 'porla-lua'

/**
 * Runs a command line and returns the exit code. What it does not need it does not load: a script pays neither for
 * commander nor for the configuration.
 */
export async function main(argv: string[]): Promise<number> {
  noteDescriptors()
  if (callerIgnoresHangup(process.env)) ignoreHangup()
  const words = exactWords(argv)
  const line = parseCommandLine(words, isFile)
  switch (line.mode) {
    case 'run':
      return await run(line, words)
    case 'command': {
      const { runCommand } = await import('./commands/index.ts')
      return await runCommand(line.argv, line.daemon)
    }
    case 'help': {
      const { runCommand } = await import('./commands/index.ts')
      return await runCommand(['--help'], { noStart: false })
    }
    case 'version': {
      return printVersion()
    }
    case 'bad':
      writeError(forTerminal(`${program}: ${line.message}\n${usage}`, 2))
      return ExitCode.error
  }
}

function printVersion(): number {
  try {
    writeOut(`${program} ${version}\n`)
    return ExitCode.ok
  } catch (error) {
    return reported(error)
  }
}

/** Says what a Failure says and returns its exit code. Throws everything else. */
function reported(error: unknown): number {
  if (!(error instanceof Failure)) throw error
  writeError(forTerminal(`${program}: ${error.message}\n`, 2))
  return error.exitCode
}

/** Runs a script, with a lock, a time limit or a terminal around it. */
async function run(options: RunnerOptions, argv: string[]): Promise<number> {
  try {
    const interactive = (options.interactive || isBare(options)) && onTerminal()
    if (options.timeout !== undefined && interactive) {
      throw new Failure(ExitCode.error, "'--timeout' is for scripts; it cannot be used interactively")
    }
    if (options.timeout !== undefined) {
      const { takeSupervision } = await import('./interrupt/supervised.ts')
      if (!takeSupervision(process.env)) {
        const { runWithin } = await import('./interrupt/timeout.ts')
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
    return reported(error)
  }
}

/** Only then is there somebody to edit lines; a dumb terminal gets what a pipe gets. */
function onTerminal(): boolean {
  const { isatty } = process.getBuiltinModule('node:tty')
  return process.env.TERM !== 'dumb' && isatty(0) && isatty(1)
}

function isFile(path: string): boolean {
  return statSync(exactPath(path), { throwIfNoEntry: false })?.isFile() ?? false
}
