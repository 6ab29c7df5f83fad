import { rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scenario } from '../scenario.ts'
import { unmanaged } from '../side.ts'
import { threeFiles } from '../world.ts'

const running = { ...unmanaged, paused: false }

export const flags: Scenario[] = [
  {
    name: 'seed mode',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        await world.give(side, made)
        await side.add('t', { file: made.file, flags: { ...running, seed_mode: true } })
        await side.until('t', 'seeds', ({ is_seeding }) => is_seeding)
        await side.checkpoint('trusted')
        await side.setFlags('t', { seed_mode: false })
        await side.until('t', 'was checked', ({ flags, is_seeding }) => !flags.seed_mode && is_seeding)
        await side.checkpoint('checked')
      }
    },
  },
  {
    name: 'seed mode without a file, and without any',
    story: async (world) => {
      const [one, all] = [await world.torrent('t', threeFiles), await world.torrent('u', threeFiles)]
      return async (side) => {
        await unlink(join(await world.give(side, one), 'b.bin'))
        await rm(await world.give(side, all), { recursive: true })
        for (const [name, { file }] of [
          ['t', one],
          ['u', all],
        ] as const) {
          await side.add(name, { file, flags: { ...running, seed_mode: true } })
          await side.until(name, 'is checked', ({ state }) => state === 'downloading')
        }
        await side.checkpoint('checked')
      }
    },
  },
  {
    name: 'stop when ready',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        await world.give(side, made)
        await side.add('t', { file: made.file, flags: { stop_when_ready: true } })
        await side.until('t', 'is ready', ({ is_seeding, flags }) => is_seeding && flags.paused === true)
        await side.checkpoint('ready')
        await side.call('t', 'resume')
        await side.until('t', 'runs', ({ flags }) => !flags.paused)
        await side.setFlags('t', { stop_when_ready: true })
        await side.until('t', 'stops at once', ({ flags }) => flags.paused === true)
        await side.checkpoint('stopped')
      }
    },
  },
]
