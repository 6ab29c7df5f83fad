import { spawnSync } from 'node:child_process'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { DaemonOptions } from '../options.ts'
import { writeError } from '../output.ts'
import { launcher } from '../program.ts'
import { mayStart } from './start-policy.ts'

/** `daemon start` has limits of its own; this one is for the case that even it hangs. */
const limitMs = 90_000

/**
 * Starts a daemon for a script that is inside a call: blocks until it answers. Says so once on stderr; when another
 * process was faster there is nothing to say. Throws RpcError(DaemonUnreachable) when starting is forbidden, and
 * when the daemon could not start, with its own message and in `data.exitCode` its exit code (78: wrong
 * configuration).
 */
export function startDaemonSync(options: DaemonOptions): void {
  if (!mayStart(options)) {
    throw new RpcError(
      ErrorCode.DaemonUnreachable,
      'no daemon is running, and starting one is forbidden; start it with: porla-lua daemon start',
    )
  }
  const words = ['daemon', 'start', '--json', '--color=never']
  if (options.socket !== undefined) words.push('--socket', options.socket)
  if (options.stateDir !== undefined) words.push('--state-dir', options.stateDir)
  if (options.config !== undefined) words.push('--config', options.config)
  const { error, status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: limitMs,
  })
  if (error || status !== 0) {
    const why = error ? error.message : stderr.trim().replace(/^porla-lua: /, '')
    throw new RpcError(ErrorCode.DaemonUnreachable, `the daemon could not be started: ${why}`, {
      ...(status !== null && { exitCode: status }),
    })
  }
  const outcome = JSON.parse(stdout) as { pid: number; socket: string; started: boolean }
  if (outcome.started)
    writeError(`porla-lua: started the daemon (pid ${outcome.pid}, socket ${outcome.socket})\n`)
}
