import { open, truncate, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scenario } from '../scenario.ts'
import { unmanaged } from '../side.ts'
import { threeFiles } from '../world.ts'

export const basics: Scenario[] = [
  {
    name: 'add paused',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles, { comment: 'a comment', creator: 'the test' })
      return async (side) => {
        await side.add('t', { file: made.file, flags: unmanaged })
        await side.until('t', 'is looked at', ({ state }) => state === 'downloading')
        await side.checkpoint('added')
        await side.call('t', 'resume')
        await side.until('t', 'runs', ({ flags }) => !flags.paused)
        await side.checkpoint('running')
        await side.setFlags('t', { sequential_download: true, disable_pex: true, auto_managed: true })
        await side.checkpoint('flags set')
      }
    },
  },
  {
    name: 'add with defaults',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        await side.add('t', { file: made.file })
        await side.until('t', 'runs', ({ flags, state }) => !flags.paused && state === 'downloading')
        await side.checkpoint('running')
      }
    },
  },
  {
    name: 'existing data: complete',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        await world.give(side, made)
        await side.add('t', { file: made.file, flags: unmanaged })
        await side.until('t', 'waits for its check', ({ state }) => state === 'checking_files')
        await side.checkpoint('added paused')
        await side.call('t', 'resume')
        await side.until('t', 'seeds', ({ is_seeding }) => is_seeding)
        await side.checkpoint('seeding')
        await side.call('t', 'pause')
        await side.checkpoint('paused')
      }
    },
  },
  {
    name: 'existing data: complete, auto managed',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        await world.give(side, made)
        await side.add('t', { file: made.file })
        await side.until('t', 'seeds', ({ is_seeding, flags }) => is_seeding && !flags.paused)
        await side.checkpoint('seeding')
      }
    },
  },
  {
    name: 'existing data: one file of three',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        const folder = await world.give(side, made)
        await unlink(join(folder, 'a.bin'))
        await unlink(join(folder, 'c.bin'))
        await side.add('t', { file: made.file, flags: { ...unmanaged, paused: false } })
        await side.until('t', 'is checked', ({ state }) => state === 'downloading')
        await side.checkpoint('checked')
      }
    },
  },
  {
    name: 'existing data: a truncated file',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        const folder = await world.give(side, made)
        await truncate(join(folder, 'b.bin'), 90_000)
        await side.add('t', { file: made.file, flags: { ...unmanaged, paused: false } })
        await side.until('t', 'is checked', ({ state }) => state === 'downloading')
        await side.checkpoint('checked')
      }
    },
  },
  {
    name: 'recheck of a corrupted piece',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      const seed = await world.seed(made)
      return async (side) => {
        const folder = await world.give(side, made)
        await side.add('t', { file: made.file, flags: { ...unmanaged, paused: false } })
        await side.until('t', 'seeds', ({ is_seeding }) => is_seeding)
        const file = await open(join(folder, 'b.bin'), 'r+')
        await file.write('damaged', 60_000)
        await file.close()
        await side.checkpoint('damaged')
        await side.call('t', 'force_recheck')
        await side.until('t', 'is checked', ({ state }) => state === 'downloading')
        await side.checkpoint('checked')
        await side.connect('t', seed)
        await side.until('t', 'seeds again', ({ is_seeding }) => is_seeding)
        await side.checkpoint('repaired')
        await side.call('t', 'pause')
        await side.call('t', 'force_recheck')
        await side.until('t', 'waits for its check', ({ state }) => state === 'checking_files')
        await side.checkpoint('check waits')
      }
    },
  },
]
