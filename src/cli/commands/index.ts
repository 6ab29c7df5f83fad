import { Command, CommanderError, Option } from 'commander'
import { ExitCode } from '../../program/exit-codes.ts'
import { Failure } from '../../program/failure.ts'
import { forTerminal } from '../../program/visible.ts'
import { RpcError } from '../../rpc/errors.ts'
import { exitCodeFor } from '../exit-code.ts'
import type { DaemonOptions } from '../options.ts'
import { writeError, writeOut } from '../output.ts'
import { addCallCommand } from './call.ts'
import { type ColourChoice, colourChoices, coloursFor } from './colour.ts'
import type { CommandContext } from './context.ts'
import { addDaemonCommands } from './daemon/index.ts'
import { helpAfter, helpBefore } from './help.ts'
import { addTypesCommand } from './types.ts'

/**
 * Runs a command (`daemon start`, `call ...`) and returns its exit code. `globals` are the options that stood before
 * it. Failures are printed to stderr here, without a stack unless they are our own defects, which are thrown.
 */
export async function runCommand(argv: string[], globals: DaemonOptions): Promise<number> {
  let code: number = ExitCode.ok
  const program = new Command('porla-lua')
  const context: CommandContext = {
    daemon: () => daemonOptions(program, globals),
    colour: () => program.opts<{ color: ColourChoice }>().color,
    exit: (wanted) => {
      code = wanted
    },
  }
  describe(program)
  addDaemonCommands(program, context)
  addCallCommand(program, context)
  addTypesCommand(program)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage
    if (!(error instanceof RpcError || error instanceof Failure)) throw error
    const { colours } = coloursFor(process.stderr, context.colour())
    writeError(`${colours.red('porla-lua:')} ${forTerminal(error.message, 2)}\n`)
    return exitCodeFor(error)
  }
}

/** The options that stood before the command's name, overruled by those after it. */
function daemonOptions(program: Command, globals: DaemonOptions): DaemonOptions {
  const { socket, stateDir, config, start } = program.opts<{
    socket?: string
    stateDir?: string
    config?: string
    start: boolean
  }>()
  return {
    ...globals,
    ...(socket !== undefined && { socket }),
    ...(stateDir !== undefined && { stateDir }),
    ...(config !== undefined && { config }),
    noStart: globals.noStart || !start,
  }
}

/** Options, help and error texts of the program itself. Subcommands copy these settings, so it comes first. */
function describe(program: Command): void {
  // Colours of the help itself are decided before the options are read, so --color is looked for by hand there.
  program
    .usage('[options] [script [args]]\n       porla-lua [options] command [args]')
    .exitOverride()
    .showHelpAfterError("('porla-lua --help' tells more)")
    .configureOutput({
      writeOut,
      writeErr: writeError,
      outputError: (text, write) => write(forTerminal(text.replace(/^error: /, 'porla-lua: '), 2)),
      getOutHasColors: () => coloursFor(process.stdout, 'auto').enabled,
      getErrHasColors: () => coloursFor(process.stderr, 'auto').enabled,
    })
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => coloursFor(process.stdout, 'auto').colours.bold(title),
    })
    .option('--socket <path>', 'socket of the daemon')
    .option('--state-dir <folder>', "folder of the daemon's state")
    .option('--config <file>', 'configuration file')
    .option('--no-start', 'do not start a daemon when none answers')
    .addOption(new Option('--color <when>', 'colours').choices(colourChoices).default('auto'))
    .addHelpText('before', helpBefore)
    .addHelpText('after', helpAfter)
}
