import type { DaemonOptions } from '../../options.ts'
import { findPlaces } from '../../places.ts'
import { say } from '../print.ts'
import { answerMs, greet } from './connect.ts'
import { announce, startDaemon } from './start.ts'
import { stop } from './stop.ts'

/**
 * `daemon restart`: the new daemon gets the state folder and the configuration of the old one, unless options name
 * others. Without an old one it is a start.
 */
export async function restartCommand(options: DaemonOptions, timeoutMs: number): Promise<void> {
  const places = await findPlaces(options)
  const there = await greet(places.socket)
  if (there) {
    const old = await there.client.call('daemon.status', {}, { timeoutMs: answerMs })
    if (options.stateDir === undefined) places.stateDir = old.state_dir
    if (options.config === undefined) places.config = old.config_file ?? undefined
    await stop(there, timeoutMs)
    say(`stopped the daemon (pid ${there.hello.pid})`)
  }
  announce(await startDaemon(places))
}
