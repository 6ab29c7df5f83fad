import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { type Side, unmanaged } from '../side.ts'
import { threeFiles } from '../world.ts'

const running = { auto_managed: false, paused: false }

/** Two seeds at the end of a download: a block may come from both. */
const twice = ['total_download', 'total_payload_download', 'all_time_download', 'total_redundant_bytes']

/** Which of them are known as seeds, too, when one was sent away at the very end. */
const chance = [...twice, 'list_seeds', 'connect_candidates', 'seed_rank']

/** Damages a file where it is, as a disk would. */
async function damage(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+')
  await file.write('damaged', at)
  await file.close()
}

/** Whether a duration grows over more than a second. */
async function grows(side: Side, key: string, name: string): Promise<boolean> {
  const before = (await side.status(key))[name] as number
  await sleep(1600)
  return ((await side.status(key))[name] as number) > before
}

export const transfers: Scenario[] = [
  {
    name: 'complete from a seed',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      const seed = await world.seed(made)
      return async (side) => {
        await side.add('t', { file: made.file, flags: running })
        await side.connect('t', seed)
        await side.until('t', 'seeds', ({ is_seeding }) => is_seeding)
        await side.checkpoint('seeding')
        await side.call('t', 'pause')
        await side.checkpoint('paused')
        await side.call('t', 'resume')
        await side.checkpoint('resumed')
      }
    },
  },
  {
    name: 'upload mode',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      const seed = await world.seed(made)
      const other = await world.seed(made)
      return async (side) => {
        await side.add('t', { file: made.file, flags: { ...running, upload_mode: true } })
        await side.connect('t', seed)
        await sleep(1000)
        await side.checkpoint('on', {
          only: [],
          more: async () => {
            const { state, flags, total_done, total_payload_download } = await side.status('t')
            return { state, flags, total_done, total_payload_download }
          },
        })
        await side.setFlags('t', { upload_mode: false })
        await side.connect('t', other)
        await side.until('t', 'seeds', ({ is_seeding }) => is_seeding)
        await side.checkpoint('off', { without: [...chance, 'list_peers'] })
      }
    },
  },
  {
    name: 'file priorities 4, 0, 4',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      const seed = await world.seed(made)
      const other = await world.seed(made)
      return async (side) => {
        await side.add('t', { file: made.file, flags: unmanaged, file_priorities: [4, 0, 4] })
        await side.checkpoint('added')
        await side.connect('t', seed)
        await side.call('t', 'resume')
        await side.until('t', 'is finished', ({ state }) => state === 'finished')
        await side.checkpoint('finished')
        await side.call('t', 'prioritize_files', [4, 1, 4])
        await side.until('t', 'is not finished any more', ({ is_finished }) => !is_finished)
        // libtorrent does not call again whom it has sent away as of no use.
        await side.connect('t', other)
        await side.until('t', 'seeds', ({ is_seeding }) => is_seeding)
        await side.checkpoint('seeding', { without: chance })
        await side.call('t', 'prioritize_files', [0, 4, 4])
        await side.checkpoint('a seed, not all wanted', { without: chance })
      }
    },
  },
  {
    name: 'file priorities: rules at the edges',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      return async (side) => {
        await side.add('short', { file: made.file, flags: unmanaged, file_priorities: [0] })
        await side.checkpoint('added with a short list')
        for (const [at, list] of Object.entries({
          'short list': [1],
          'long list': [1, 2, 3, 4, 5],
          seven: [7, 6, 5],
          'no list': [],
          'out of range': [8, 3, 255],
          nothing: [0, 0, 0],
          'all again': [4, 4, 4],
        })) {
          await side.call('short', 'prioritize_files', list)
          await side.checkpoint(at)
        }
      }
    },
  },
  {
    name: 'pause and resume',
    story: async (world) => {
      const made = await world.torrent('t', { 'a.bin': 1_500_000 }, { piece_size: 65536 })
      const seed = await world.seed(made, { upload_limit: 150_000 })
      return async (side) => {
        await side.add('t', { file: made.file, flags: running })
        await side.connect('t', seed)
        await side.until('t', 'has a piece', ({ num_pieces }) => num_pieces >= 3)
        await side.call('t', 'pause')
        await side.until('t', 'has no peers', ({ num_peers }) => num_peers === 0)
        await side.call('t', 'pause')
        await side.checkpoint('paused', {
          only: [],
          tree: false,
          more: async () => {
            const { flags, state, num_connections, announcing_to_trackers, ...rest } = await side.status('t')
            return {
              paused: flags.paused,
              state,
              num_connections,
              announcing_to_trackers,
              known: (rest.list_peers as number) > 0,
              kept: (rest.total_payload_download as number) > 100_000,
              stands: !(await grows(side, 't', 'active_duration')),
            }
          },
        })
        await side.call('t', 'resume')
        const first = await side.status('t')
        await side.checkpoint('resumed', {
          only: [],
          tree: false,
          more: async () => ({ restarted: (first.total_payload_download as number) < 100_000 }),
        })
        await seed.driver.request('call', { key: 'seed', method: 'set_upload_limit', args: [-1] })
        await side.connect('t', seed)
        await side.until('t', 'seeds', ({ is_seeding }) => is_seeding)
        await side.checkpoint('seeding again', {
          // How much was still to come, and what was on its way at the pause.
          without: twice,
          more: async () => ({
            onlyTheRest: ((await side.status('t')).total_payload_download as number) < 1_450_000,
            lasts: await grows(side, 't', 'active_duration'),
            seeds: await grows(side, 't', 'seeding_duration'),
          }),
        })
      }
    },
  },
  {
    name: 'a source that lies',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      const honest = await world.seed(made)
      const twin = await world.torrent('t', threeFiles)
      const liar = await world.seed(twin)
      // It has checked its files; from now on it sends what is there.
      await damage(join(twin.folder, 't/a.bin'), 40_000)
      return async (side) => {
        await side.add('t', { file: made.file, flags: running })
        await side.connect('t', liar)
        await side.until('t', 'has found out', (status) => (status.total_failed_bytes as number) > 0)
        await side.until('t', 'is rid of the liar', ({ num_peers }) => num_peers === 0)
        await side.checkpoint('the liar is gone', {
          only: [],
          tree: false,
          more: async () => {
            const { total_failed_bytes, num_peers, state } = await side.status('t')
            return { total_failed_bytes, num_peers, state, bad: await side.call('t', 'have_piece', 2) }
          },
        })
        await side.connect('t', liar)
        await sleep(1000)
        await side.checkpoint('it may not come back', {
          only: [],
          tree: false,
          more: async () => ({ num_peers: (await side.status('t')).num_peers }),
        })
        await side.connect('t', honest)
        await side.until('t', 'seeds', ({ is_seeding }) => is_seeding)
        // What was on its way when the liar was sent off.
        await side.checkpoint('seeding', {
          without: twice,
        })
      }
    },
  },
  {
    name: 'magnet',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      const seed = await world.seed(made)
      const other = await world.seed(made)
      const { handle } = await seed.driver.request<{ handle: { info_hash: { v1: string } } }>('read', {
        key: 'seed',
      })
      const hash = handle.info_hash.v1
      return async (side) => {
        await side.add('named', { magnet: `magnet:?xt=urn:btih:${hash}&dn=shown+name`, flags: unmanaged })
        await side.checkpoint('before metadata, paused')
        await side.call('named', 'force_recheck')
        await side.call('named', 'move_storage', side.path('moved'))
        await side.until('named', 'has the new path', ({ save_path }) => save_path === side.path('moved'))
        await side.call('named', 'prioritize_files', [4, 4, 0])
        await side.checkpoint('moved before metadata')
        await side.call('named', 'resume')
        await side.checkpoint('before metadata, running')
        await side.connect('named', seed)
        await side.until('named', 'is finished', ({ is_finished }) => is_finished)
        await side.checkpoint('finished')
        await side.call('named', 'prioritize_files', [4, 4, 4])
        await side.until('named', 'is not finished any more', ({ is_finished }) => !is_finished)
        await side.connect('named', other)
        await side.until('named', 'seeds', ({ is_seeding }) => is_seeding)
        await side.checkpoint('seeding', { without: chance })
      }
    },
  },
]
