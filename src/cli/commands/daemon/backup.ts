import { resolve } from 'node:path'
import { expandHome } from '../../../program/endpoint.ts'
import { ExitCode } from '../../../program/exit-codes.ts'
import { Failure } from '../../../program/failure.ts'
import { findPlaces } from '../../daemon/places.ts'
import type { DaemonOptions } from '../../options.ts'
import { say } from '../print.ts'
import { greet } from './connect.ts'
import { loadDaemon, withFailures } from './module.ts'

/** `daemon backup FILE`: the daemon copies its state while it runs; returns when the copy was read and is on the disk. */
export async function backupCommand(options: DaemonOptions, file: string): Promise<void> {
  const { socket, stateDir } = await findPlaces(options)
  const there = await greet(socket)
  if (!there) {
    throw new Failure(
      ExitCode.unreachable,
      `no daemon is running (socket ${socket}); start it, or copy ${stateDir}/state.db, which is whole at rest`,
    )
  }
  try {
    // A large state on a slow disk takes its time, and nobody else waits for it.
    const made = await there.client.call('daemon.backup', { path: placeOf(file) })
    say(`wrote ${made.file} (${made.size} bytes, ${made.changes} changes)`)
  } finally {
    await there.client.close()
  }
}

/** `daemon restore FILE`: puts a backup in the place of the state while no daemon runs. */
export async function restoreCommand(options: DaemonOptions, file: string): Promise<void> {
  const places = await findPlaces(options)
  const { restoreState } = await loadDaemon()
  const { torrents, kept } = await withFailures(() => restoreState(places, placeOf(file)))
  const was = kept === null ? '' : `; the state as it was is in ${kept}`
  say(`restored ${torrents} ${torrents === 1 ? 'torrent' : 'torrents'} from ${placeOf(file)}${was}`)
}

/** The file of the command line; `~` is the home folder, also where no shell replaced it. Throws Failure. */
function placeOf(file: string): string {
  return resolve(expandHome(file, process.env))
}
