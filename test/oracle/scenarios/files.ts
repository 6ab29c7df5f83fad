import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import type { Side } from '../side.ts'
import { threeFiles } from '../world.ts'

const running = { auto_managed: false, paused: false }

async function seeds(side: Side, file: string, to = 'save'): Promise<void> {
  await side.add('t', { file, to, flags: running })
  await side.until('t', 'seeds', ({ is_seeding }) => is_seeding)
}

async function move(side: Side, to: string): Promise<void> {
  const before = await side.status('t')
  await side.call('t', 'move_storage', to)
  await side.until('t', 'has moved', ({ save_path, moving_storage }) => {
    return save_path !== before.save_path && !moving_storage
  })
}

export const files: Scenario[] = [
  {
    name: 'move the files',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        await world.give(side, made)
        await seeds(side, made.file)
        await move(side, side.path('new/deep'))
        await side.checkpoint('to a new folder')
        // Files of the same names are replaced, others stay.
        await mkdir(side.path('taken/t'), { recursive: true })
        await writeFile(side.path('taken/t/a.bin'), 'not the torrent')
        await writeFile(side.path('taken/t/other'), 'foreign')
        await writeFile(side.path('new/deep/t/other'), 'foreign')
        await move(side, side.path('taken'))
        await side.checkpoint('onto files')
        await side.call('t', 'pause')
        await move(side, 'relative')
        await side.checkpoint('while paused, by a relative path')
      }
    },
  },
  {
    name: 'move without files, and where it cannot go',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        await side.add('t', { file: made.file, flags: running })
        await side.until('t', 'runs', ({ state }) => state === 'downloading')
        await move(side, side.path('empty'))
        await side.checkpoint('nothing to move')
        await writeFile(side.path('blocked'), 'a file')
        await side.call('t', 'move_storage', side.path('blocked/below'))
        await sleep(800)
        await side.checkpoint('below a file')
      }
    },
  },
  {
    name: 'remove without files',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        await world.give(side, made)
        await seeds(side, made.file)
        await side.remove('t', { files: false })
        await side.checkpoint('removed', {
          more: async () => ({ torrents: await side.driver.request('session') }),
        })
      }
    },
  },
  {
    name: 'remove with files',
    story: async (world) => {
      const made = await world.torrent('t', {
        'a.bin': 50_000,
        'in/b.bin': 50_000,
        'in/deep/c.bin': 50_000,
        'own/d.bin': 9,
      })
      const single = await world.torrent('single.bin', 40_000)
      return async (side) => {
        await world.give(side, made)
        await world.give(side, single)
        await writeFile(side.path('save/t/own/foreign'), 'stays')
        await seeds(side, made.file)
        await side.add('single', { file: single.file, flags: running })
        await side.until('single', 'seeds', ({ is_seeding }) => is_seeding)
        await side.remove('t', { files: true })
        await side.checkpoint('a folder is removed')
        await side.remove('single', { files: true })
        await side.checkpoint('a file is removed')
      }
    },
  },
  {
    name: 'remove with files while unfinished',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      const seed = await world.seed(made)
      return async (side) => {
        await side.add('t', { file: made.file, flags: running, file_priorities: [4, 0, 4] })
        await side.connect('t', seed)
        await side.until('t', 'is finished', ({ is_finished }) => is_finished)
        await side.remove('t', { files: true })
        await side.checkpoint('removed')
      }
    },
  },
  {
    name: 'a file that cannot be opened, at the check',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        const folder = await world.give(side, made)
        // Permissions do not stop root; a link to itself stops everybody.
        await rm(join(folder, 'b.bin'))
        await symlink('b.bin', join(folder, 'b.bin'))
        await side.add('t', { file: made.file, flags: running })
        await side.until('t', 'has an error', ({ error }) => error !== undefined)
        await side.checkpoint('error')
        await rm(join(folder, 'b.bin'))
        await side.call('t', 'clear_error')
        await side.checkpoint('cleared', {
          only: [],
          more: async () => {
            const { error, flags } = await side.status('t')
            return { error, paused: flags.paused }
          },
        })
        await side.call('t', 'resume')
        await side.until('t', 'is checked', ({ state }) => state === 'downloading')
        await side.checkpoint('resumed')
      }
    },
  },
  {
    name: 'a folder where a file should be, at the check',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        const folder = await world.give(side, made)
        await rm(join(folder, 'b.bin'))
        await mkdir(join(folder, 'b.bin'))
        await side.add('t', { file: made.file, flags: running })
        await side.until('t', 'has an error', ({ error }) => error !== undefined)
        await side.checkpoint('error')
      }
    },
  },
  {
    name: 'the save path is a file',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      const seed = await world.seed(made)
      return async (side) => {
        await writeFile(side.path('save'), 'a file')
        await side.add('t', { file: made.file, flags: running })
        await side.until(
          't',
          'has an error',
          ({ error, flags }) => error !== undefined || flags.upload_mode === true,
        )
        await sleep(1000)
        await side.checkpoint('error')
        await rm(side.path('save'))
        await side.call('t', 'clear_error')
        await side.setFlags('t', { upload_mode: false })
        await side.call('t', 'resume')
        await side.until('t', 'runs', ({ state, flags }) => state === 'downloading' && !flags.paused)
        await side.connect('t', seed)
        await side.until('t', 'seeds', ({ is_seeding }) => is_seeding)
        await side.checkpoint('seeding')
      }
    },
  },
  {
    name: 'a file that may not grow, in the middle of a download',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      const seed = await world.seed(made)
      const other = await world.seed(made)
      return async (side) => {
        await side.add('t', { file: made.file, flags: running })
        await side.until('t', 'runs', ({ state }) => state === 'downloading')
        // Enough for two of the files, not for the one between them.
        await side.limitFiles(120_000)
        await side.connect('t', seed)
        await side.until('t', 'cannot write', ({ flags }) => flags.upload_mode === true)
        await side.checkpoint('full', {
          only: [],
          tree: false,
          more: async () => {
            // A second write that libtorrent had under way stops it with an error; whether there was one is chance.
            const { state, flags, is_finished } = await side.status('t')
            return { state, is_finished, upload_mode: flags.upload_mode }
          },
        })
        // Every write that was under way has failed by now.
        await sleep(500)
        await side.limitFiles('unlimited')
        await side.call('t', 'clear_error')
        await side.setFlags('t', { upload_mode: false })
        await side.call('t', 'resume')
        await side.connect('t', other)
        await side.until('t', 'seeds', ({ is_seeding }) => is_seeding)
        // What was on its way when the disk refused comes again.
        const chance = 'total_download total_payload_download all_time_download total_redundant_bytes'
        const peers = 'list_peers list_seeds connect_candidates num_peers num_connections num_seeds seed_rank'
        await side.checkpoint('complete', { without: `${chance} ${peers}`.split(' ') })
      }
    },
  },
]
