import type { TestContext } from 'node:test'
import { loopback, startDaemon } from '../helpers/daemon.ts'
import { engineProcess } from '../helpers/torrents.ts'
import { Driver } from './driver.ts'
import { Comparison } from './meeting.ts'
import { Side } from './side.ts'
import { World } from './world.ts'

/** What happens, told once and run on both sides at the same time. */
export interface Scenario {
  name: string
  /** Settings of both sessions beside the loopback ones. */
  settings?: Record<string, boolean | number | string>
  /** Prepares what both sides share, and returns what each of them does. */
  story: (world: World) => Promise<(side: Side) => Promise<void>>
}

/** libtorrent waits a minute before it dials an address again; a script that names the peer need not wait so long. */
const pace = { min_reconnect_time: 1 }

/** Runs a scenario on both sides. Rejects when it cannot be run to its end; differences are for the caller to judge. */
export async function runScenario(
  t: TestContext,
  { name, settings = {}, story }: Scenario,
): Promise<Comparison> {
  const comparison = new Comparison(name)
  const both = { ...loopback, ...pace, ...settings }
  const daemon = await startDaemon(t, { sessions: { default: both } })
  const world = await World.create()
  const folders = await Promise.all(['porla-lua', 'libtorrent'].map((name) => world.makeFolder(name)))
  const drivers = {
    'porla-lua': Driver.porlaLua(daemon.env, 'default', folders[0]!),
    libtorrent: Driver.libtorrent(folders[1]!),
  }
  try {
    await drivers.libtorrent.request('apply', { settings: both })
    const run = await story(world)
    const writers = {
      'porla-lua': () => engineProcess(daemon),
      libtorrent: async () => drivers.libtorrent.pid,
    }
    const sides = (['porla-lua', 'libtorrent'] as const).map(
      (name, i) => new Side(name, folders[i]!, drivers[name], comparison, writers[name]),
    )
    const outcomes = await Promise.allSettled(
      sides.map(async (side) => {
        try {
          await run(side)
          comparison.over(side.name)
        } catch (error) {
          comparison.over(side.name, error as Error)
          throw error
        }
      }),
    )
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as Error] : [],
    )
    if (failures.length > 0)
      throw new AggregateError(failures, failures.map(({ message }) => message).join('\n'))
    return comparison
  } finally {
    // Before the daemon, whose client one of them is.
    await Promise.all([...Object.values(drivers).map((driver) => driver.end()), world.end()])
  }
}
