import { Failure } from '../../../rpc/failure.ts'
import type { DaemonOptions } from '../../options.ts'
import { daemonModule } from '../../program.ts'

/** The one function of the daemon that is used here, by its address: the CLI imports nothing of the daemon. */
interface DaemonModule {
  runDaemon(options: {
    socket?: string
    stateDir?: string
    config?: string
    acceptLoss?: boolean
  }): Promise<number>
}

/** `daemon run`: becomes the daemon, until a signal or `daemon.stop` ends it. Returns its exit code. */
export async function runInForeground(options: DaemonOptions, acceptLoss: boolean): Promise<number> {
  const { noStart: _, ...places } = options
  const { runDaemon } = (await import(daemonModule.href)) as DaemonModule
  try {
    return await runDaemon({ ...places, acceptLoss })
  } catch (error) {
    if (isFailure(error)) throw new Failure(error.exitCode, error.message, { cause: error })
    throw error
  }
}

/** The daemon's bundle has a class of its own for the same failures. */
function isFailure(error: unknown): error is Failure {
  return error instanceof Error && typeof (error as Partial<Failure>).exitCode === 'number'
}
