import { Failure } from '../../../program/failure.ts'
import { daemonModule } from '../../program.ts'

/** Where a daemon would be; absolute paths. */
interface DaemonPlaces {
  socket: string
  stateDir: string
}

/** The functions of the daemon that are used here, by its address: the CLI imports nothing of the daemon. */
interface DaemonModule {
  runDaemon(options: {
    socket?: string
    stateDir?: string
    config?: string
    acceptLoss?: boolean
    /** See DaemonOptions of the daemon. */
    endsWithTerminal?: boolean
  }): Promise<number>
  checkState(stateDir: string): {
    file: string
    refusal: string | null
    damaged: string[]
    aside: string[]
  }
  repairState(places: DaemonPlaces, forget: boolean): Promise<{ done: string[]; left: string[] }>
  restoreState(places: DaemonPlaces, file: string): Promise<{ torrents: number; kept: string | null }>
}

export async function loadDaemon(): Promise<DaemonModule> {
  return (await import(daemonModule.href)) as DaemonModule
}

/** Runs something of the daemon. Its bundle has a class of its own for the same failures. */
export async function withFailures<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isFailure(error)) throw new Failure(error.exitCode, error.message, { cause: error })
    throw error
  }
}

function isFailure(error: unknown): error is Failure {
  return error instanceof Error && typeof (error as Partial<Failure>).exitCode === 'number'
}
