import { type Command, InvalidArgumentError } from 'commander'
import type { CommandContext } from '../context.ts'
import { backupCommand, restoreCommand } from './backup.ts'
import { checkCommand } from './check.ts'
import { restartCommand } from './restart.ts'
import { runInForeground } from './run.ts'
import { socketCommand } from './socket.ts'
import { startCommand } from './start.ts'
import { statusCommand } from './status.ts'
import { stopCommand } from './stop.ts'

/** How long `daemon stop` and `daemon restart` wait for the daemon's end, seconds. */
const stopSeconds = 30

const acceptLossHelp = 'go on with what is left of a state file that was damaged or emptied'

/** Adds `daemon` and its commands. */
export function addDaemonCommands(program: Command, context: CommandContext): void {
  const daemon = program
    .command('daemon')
    .description('start, stop and look at the daemon')
    .addHelpText('before', examples)
  daemon
    .command('run')
    .description('run in the foreground, for a supervisor; the log goes to stderr')
    .option('--accept-loss', acceptLossHelp)
    .action(async ({ acceptLoss }: { acceptLoss?: true }) => {
      context.exit(await runInForeground(context.daemon(), acceptLoss === true))
    })
  daemon
    .command('start')
    .description('start in the background and return when it answers')
    .option('--json', 'print pid and socket as JSON')
    .option('--accept-loss', acceptLossHelp)
    .action(async ({ json, acceptLoss }: { json?: true; acceptLoss?: true }) => {
      await startCommand(context.daemon(), { json: json === true, acceptLoss: acceptLoss === true })
    })
  daemon
    .command('stop')
    .description('save everything, tell trackers, and end the daemon')
    .option('--timeout <seconds>', 'how long to wait for its end', seconds, stopSeconds)
    .action(async ({ timeout }: { timeout: number }) => {
      await stopCommand(context.daemon(), timeout * 1000)
    })
  daemon
    .command('restart')
    .description('stop the daemon and start it again, with the same state folder and configuration')
    .option('--timeout <seconds>', 'how long to wait for its end', seconds, stopSeconds)
    .action(async ({ timeout }: { timeout: number }) => {
      await restartCommand(context.daemon(), timeout * 1000)
    })
  daemon
    .command('status')
    .description('say whether the daemon runs (exit code 0) or not (3), and how its sessions do')
    .option('--json', 'print all of it as JSON')
    .action(async ({ json }: { json?: true }) => {
      context.exit(await statusCommand(context.daemon(), { json: json === true, colour: context.colour() }))
    })
  daemon
    .command('backup')
    .description('copy the state into a file while the daemon runs')
    .argument('<file>', 'the copy; a file there is replaced when the copy is whole')
    .action(async (file: string) => {
      await backupCommand(context.daemon(), file)
    })
  daemon
    .command('check')
    .description('read all of the state and list what is wrong with it (exit code 1) or nothing (0)')
    .option('--repair', 'try again to use what was set aside')
    .option('--forget', 'give up what cannot be used')
    .option('--json', 'print what was found as JSON')
    .action(async ({ repair, forget, json }: { repair?: true; forget?: true; json?: true }) => {
      const wanted = { repair: repair === true, forget: forget === true, json: json === true }
      context.exit(await checkCommand(context.daemon(), wanted))
    })
  daemon
    .command('restore')
    .description('put a backup in the place of the state; the daemon must not run')
    .argument('<file>', 'a backup, or a copy of state.db')
    .action(async (file: string) => {
      await restoreCommand(context.daemon(), file)
    })
  daemon
    .command('socket')
    .description('print where the socket is')
    .action(async () => {
      await socketCommand(context.daemon())
    })
}

const examples = `Examples:
  porla-lua daemon start                     start it unless it runs already
  porla-lua daemon status --json             for other programs
  porla-lua daemon run                       in the foreground, for systemd and the like
  echo '{"jsonrpc":"2.0","id":1,"method":"sessions.list"}' | nc -U "$(porla-lua daemon socket)"
`

function seconds(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('a number of seconds is expected.')
  return value
}
