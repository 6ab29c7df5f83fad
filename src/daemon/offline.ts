import { join } from 'node:path'
import { asFailure } from './failure.ts'
import { InstanceLock, type InstancePlaces } from './instance.ts'
import { type Restored, restore } from './state/restore.ts'

/** What is done to a state while no daemon runs. */

function databaseIn(stateDir: string): string {
  return join(stateDir, 'state.db')
}

/** Runs `work` as a daemon would: nobody else may use the folder meanwhile. Rejects with Failure 75 when one runs. */
async function alone<T>(places: InstancePlaces, work: () => T): Promise<T> {
  const lock = await InstanceLock.acquire(places, 0)
  try {
    return work()
  } catch (error) {
    throw asFailure(error)
  } finally {
    lock.release()
  }
}

/** Puts a backup in the place of the state. Rejects with Failure: 75 while the daemon runs, 1 for a file that is none. */
export async function restoreState(places: InstancePlaces, file: string): Promise<Restored> {
  return await alone(places, () => restore(databaseIn(places.stateDir), file))
}
