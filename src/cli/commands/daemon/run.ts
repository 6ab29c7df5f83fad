import type { DaemonOptions } from '../../options.ts'
import { hangupIgnored } from '../../signals.ts'
import { loadDaemon, withFailures } from './module.ts'

/** `daemon run`: becomes the daemon, until a signal or `daemon.stop` ends it. Returns its exit code. */
export async function runInForeground(options: DaemonOptions, acceptLoss: boolean): Promise<number> {
  const { noStart: _, ...places } = options
  const { runDaemon } = await loadDaemon()
  return await withFailures(() => runDaemon({ ...places, acceptLoss, endsWithTerminal: !hangupIgnored() }))
}
