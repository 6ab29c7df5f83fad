import { findPlaces } from '../../daemon/places.ts'
import type { DaemonOptions } from '../../options.ts'
import { say } from '../print.ts'
import { announce, startDaemon } from './start.ts'
import { stopThere } from './stop.ts'

/**
 * `daemon restart`: the new daemon gets the state folder and the configuration of the old one, unless options name
 * others. Without an old one it is a start.
 */
export async function restartCommand(options: DaemonOptions, timeoutMs: number): Promise<void> {
  const places = await findPlaces(options)
  const old = await stopThere(places, timeoutMs)
  if (old) {
    if (options.stateDir === undefined) places.stateDir = old.stateDir
    if (options.config === undefined && 'config' in old) places.config = old.config
    say(`stopped the daemon (pid ${old.pid})`)
  }
  announce(await startDaemon(places))
}
