import { join } from 'node:path'
import { asFailure } from './failure.ts'
import { InstanceLock, type InstancePlaces } from './instance-lock.ts'
import { putBack } from './session/repair/put-back.ts'
import { lookAtState, type StateReport } from './state/look.ts'
import { type Restored, restore } from './state/restore.ts'
import { Store } from './state/store.ts'

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

/** Reads all of a state, whether a daemon runs on it or not. Throws Failure. */
export function checkState(stateDir: string): StateReport {
  try {
    return lookAtState(databaseIn(stateDir))
  } catch (error) {
    throw asFailure(error)
  }
}

/**
 * Sets aside what is damaged and tries again to use what is set aside, while no daemon runs. Rejects with Failure: 75
 * while one does, 78 for a state that is refused.
 */
export async function repairState(
  places: InstancePlaces,
  forget: boolean,
): Promise<{ done: string[]; left: string[] }> {
  return await alone(places, () => {
    const found: string[] = []
    const store = new Store(
      places.stateDir,
      (error) => {
        throw error
      },
      { warn: (text) => found.push(text) },
    )
    try {
      const { done, left } = putBack(store, { forget })
      return { done: [...found, ...done], left }
    } finally {
      store.close()
    }
  })
}

/** Puts a backup in the place of the state. Rejects with Failure: 75 while the daemon runs, 1 for a file that is none. */
export async function restoreState(places: InstancePlaces, file: string): Promise<Restored> {
  return await alone(places, () => restore(databaseIn(places.stateDir), file))
}
