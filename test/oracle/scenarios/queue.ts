import type { Scenario } from '../scenario.ts'
import type { Side, Snapshot } from '../side.ts'

const names = ['a', 'b', 'c', 'd', 'e']

/** Names by position, those that run in capitals. */
async function order(side: Side): Promise<Snapshot> {
  const all: [string, number, boolean][] = []
  for (const name of names) {
    const { queue_position, flags } = await side.status(name)
    all.push([name, queue_position, flags.paused === true])
  }
  const queued = all.filter(([, position]) => position >= 0).sort((a, b) => a[1] - b[1])
  return { order: queued.map(([name, , paused]) => (paused ? name : name.toUpperCase())).join('') }
}

export const queue: Scenario[] = [
  {
    name: 'five torrents with two slots',
    settings: { active_downloads: 2, auto_manage_interval: 1, dont_count_slow_torrents: false },
    story: async (world) => {
      const made = await Promise.all(names.map((name, i) => world.torrent(`${name}.bin`, 30_000 + i * 1000)))
      return async (side) => {
        for (const [i, name] of names.entries()) await side.add(name, { file: made[i]!.file })
        const look = { more: () => order(side) }
        await side.checkpoint('added', look)
        for (const [name, to] of [
          ['e', 'top'],
          ['e', 'bottom'],
          ['c', 'up'],
          ['a', 'down'],
          ['a', 'down'],
          ['c', 'top'],
          ['d', 'bottom'],
          ['c', 'up'],
          ['d', 'down'],
        ] as const) {
          await side.call(name, `queue_position_${to}`)
          await side.checkpoint(`${name} to ${to}`, look)
        }
      }
    },
  },
  {
    name: 'queue positions after finishing and removing',
    settings: { active_downloads: 2, auto_manage_interval: 1 },
    story: async (world) => {
      const made = await Promise.all(names.map((name, i) => world.torrent(`${name}.bin`, 30_000 + i * 1000)))
      const seed = await world.seed(made[1]!)
      return async (side) => {
        for (const [i, name] of names.entries()) await side.add(name, { file: made[i]!.file })
        await side.until('b', 'runs', ({ flags }) => !flags.paused)
        await side.connect('b', seed)
        await side.until('b', 'seeds', ({ is_seeding }) => is_seeding)
        const look = { only: ['a', 'c', 'd'], more: () => order(side) }
        await side.checkpoint('one is finished', look)
        await side.call('b', 'queue_position_top')
        await side.checkpoint('a finished one is moved', look)
        await side.call('b', 'force_recheck')
        await side.until('b', 'seeds', ({ is_seeding, flags }) => is_seeding && !flags.paused)
        await side.checkpoint('checked again', look)
        await side.setFlags('c', { auto_managed: false, paused: true })
        await side.checkpoint('one is paused', look)
        await side.call('a', 'force_recheck')
        await side.until('a', 'is checked', ({ state }) => state === 'downloading')
        await side.checkpoint('one is rechecked', look)
        await side.remove('d', { files: false })
        await side.checkpoint('one is removed', { only: ['a', 'c', 'e'] })
      }
    },
  },
]
