import type { Scenario } from '../scenario.ts'
import { unmanaged } from '../side.ts'
import { threeFiles } from '../world.ts'

const setters = ['set_download_limit', 'set_upload_limit', 'set_max_connections', 'set_max_uploads']

export const handles: Scenario[] = [
  {
    name: 'limits of a torrent',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles)
      const given = await world.torrent('given', threeFiles)
      const zero = await world.torrent('zero', threeFiles)
      return async (side) => {
        await side.add('t', { file: made.file, flags: unmanaged })
        const limits = { download_limit: 1000, upload_limit: 2000, max_connections: 30, max_uploads: 4 }
        await side.add('given', { file: given.file, flags: unmanaged, ...limits })
        const none = { download_limit: 0, upload_limit: -1, max_connections: 0, max_uploads: 0 }
        await side.add('zero', { file: zero.file, flags: unmanaged, ...none })
        await side.checkpoint('added')
        for (const [at, value] of Object.entries({
          none: 0,
          unlimited: -1,
          least: 2,
          some: 50_000,
          'none again': 0,
        })) {
          for (const method of setters) await side.call('t', method, value)
          await side.checkpoint(at)
        }
      }
    },
  },
  {
    name: 'trackers',
    story: async (world) => {
      const trackers: [string, number][] = [
        ['http://127.0.0.1:1/a', 0],
        ['http://127.0.0.1:1/b', 1],
        ['http://127.0.0.1:1/c', 2],
      ]
      const made = await world.torrent('t', threeFiles, { trackers })
      return async (side) => {
        await side.add('t', {
          file: made.file,
          flags: unmanaged,
          trackers: ['http://127.0.0.1:1/d', 'http://127.0.0.1:1/a', 'http://127.0.0.1:1/e'],
          // Each tier has one: libtorrent shuffles those of a tier.
          tracker_tiers: [4, 3],
        })
        await side.checkpoint('added')
        const magnet = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&tr=http://127.0.0.1:1/x&tr=http://127.0.0.1:1/y`
        await side.add('m', { magnet, flags: unmanaged })
        await side.checkpoint('a magnet')
      }
    },
  },
  {
    name: 'adding twice',
    story: async (world) => {
      const one = await world.torrent('t', threeFiles, { trackers: [['http://127.0.0.1:1/a', 0]] })
      return async (side) => {
        await side.add('t', { file: one.file, flags: unmanaged })
        await side.add('t', {
          file: one.file,
          to: 'elsewhere',
          flags: unmanaged,
          trackers: ['http://127.0.0.1:1/b'],
          tracker_tiers: [4],
          download_limit: 7,
        })
        await side.checkpoint('added twice', {
          more: async () => ({ torrents: await side.driver.request('session') }),
        })
      }
    },
  },
]
