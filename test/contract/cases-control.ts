import assert from 'node:assert/strict'
import type { torrentControlMethods } from '../../src/rpc/contract/torrent-control.ts'
import { type CasesOf, magnet, statusOf, torrent } from './case.ts'

const unlimited = { download_limit: -1, upload_limit: -1, max_connections: 16777215, max_uploads: 16777215 }

/** Limits, files, queue and peers of torrents that are there. */
export const controlCases: CasesOf<keyof typeof torrentControlMethods> = {
  'torrents.properties.get': [
    {
      what: 'reads unlimited as libtorrent does',
      params: torrent,
      result: ({ flags, ...limits }) => {
        assert.deepEqual(limits, unlimited)
        assert.deepEqual(flags.toSorted(), ['apply_ip_filter', 'auto_managed', 'paused'])
      },
    },
  ],
  'torrents.properties.set': [
    {
      what: 'changes what is given',
      params: { ...torrent, download_limit: 1000, max_uploads: 1, flags: { sequential_download: true } },
      result: async ({ warnings }, world) => {
        assert.deepEqual(warnings, [])
        const { flags, ...limits } = (await world.call('torrents.properties.get', torrent)) as {
          flags: string[]
        }
        assert.deepEqual(limits, { ...unlimited, download_limit: 1000, max_uploads: 1 })
        assert.ok(flags.includes('sequential_download'))
        assert.equal((await statusOf(world)).uploads_limit, 1)
      },
    },
    {
      what: 'takes 0 and less as unlimited',
      params: { ...torrent, download_limit: 0, upload_limit: -5, max_connections: 0, max_uploads: -1 },
      result: async (_, world) => {
        const { flags: __, ...limits } = (await world.call('torrents.properties.get', torrent)) as {
          flags: string[]
        }
        assert.deepEqual(limits, unlimited)
      },
    },
    {
      what: 'warns of a flag without effect',
      params: { ...torrent, flags: { share_mode: true } },
      result: ({ warnings }) => assert.match(warnings.join(), /share_mode/),
    },
    {
      what: 'refuses what is no int',
      params: { ...torrent, download_limit: 2 ** 31 },
      error: ['InvalidParams', /'download_limit'/],
    },
    {
      what: 'refuses half a connection',
      params: { ...torrent, max_connections: 1.5 },
      error: ['InvalidParams', /'max_connections'/],
    },
  ],
  'torrents.files.list': [
    {
      what: 'lists what the metadata names',
      params: torrent,
      result: ({ files }) =>
        assert.deepEqual(
          files,
          ['file0', 'file1', 'file2'].map((name, index) => ({
            index,
            path: `world/${name}`,
            size: 20_000,
            priority: 4,
            progress: 0,
            name,
            offset: index * 20_000,
            flags: 0,
            absolute_path: false,
            num_pieces: 2,
            num_blocks: 2,
            first_piece_node: 1,
            first_block_node: 1,
          })),
        ),
    },
    {
      what: 'lists none before metadata',
      params: magnet,
      result: ({ files }) => assert.deepEqual(files, []),
    },
  ],
  'torrents.files.priorities': [
    {
      what: 'reads 4 where none was given',
      params: torrent,
      result: ({ priorities }) => assert.deepEqual(priorities, [4, 4, 4]),
    },
    {
      what: 'reads none before metadata',
      params: magnet,
      result: ({ priorities }) => assert.deepEqual(priorities, []),
    },
  ],
  'torrents.files.progress': [
    {
      what: 'counts bytes of each file',
      params: torrent,
      result: ({ progress }) => assert.deepEqual(progress, [0, 0, 0]),
    },
    {
      what: 'counts none before metadata',
      params: magnet,
      result: ({ progress }) => assert.deepEqual(progress, []),
    },
  ],
  'torrents.files.close': [
    {
      what: 'is harmless while it does not run',
      params: torrent,
      result: (result) => assert.equal(result, null),
    },
    {
      what: 'refuses a torrent that is not there',
      params: { ...torrent, info_hash: '77'.repeat(20) },
      error: ['InvalidTorrentHandle', /invalid torrent handle/],
    },
  ],
  'torrents.files.prioritize': [
    {
      what: 'fills up a short list and takes anything else as 7',
      params: { ...torrent, priorities: [-1, 0] },
      result: async (_, world) => {
        assert.deepEqual(await world.call('torrents.files.priorities', torrent), { priorities: [7, 0, 4] })
        assert.equal((await statusOf(world)).total_wanted, 60_000)
      },
    },
    {
      what: 'drops what is beyond the files',
      params: { ...torrent, priorities: [1, 2, 3, 4, 5] },
      result: async (_, world) =>
        assert.deepEqual(await world.call('torrents.files.priorities', torrent), { priorities: [1, 2, 3] }),
    },
    {
      what: 'is kept before metadata',
      params: { ...magnet, priorities: [0, 8] },
      result: async (_, world) =>
        assert.deepEqual(await world.call('torrents.files.priorities', magnet), { priorities: [0, 7] }),
    },
    {
      what: 'refuses fractions',
      params: { ...torrent, priorities: [0.5] },
      error: ['InvalidParams', /'priorities/],
    },
  ],
  'torrents.queue.move': [
    {
      what: 'moves behind the next',
      params: { ...torrent, to: 'down' },
      result: async (result, world) => {
        assert.deepEqual(result, { queue_position: 1 })
        assert.equal((await statusOf(world, magnet)).queue_position, 0)
      },
    },
    {
      what: 'stays at the end',
      params: { ...torrent, to: 'bottom' },
      result: (result) => assert.deepEqual(result, { queue_position: 1 }),
    },
    {
      what: 'goes to the top',
      params: { ...torrent, to: 'top' },
      result: (result) => assert.deepEqual(result, { queue_position: 0 }),
    },
    {
      what: 'refuses another direction',
      params: { ...torrent, to: 'left' as 'up' },
      error: ['InvalidParams', /'to'/],
    },
  ],
  'torrents.peers.clear': [
    {
      what: 'forgets the addresses',
      params: torrent,
      result: async (_, world) => assert.equal((await statusOf(world)).list_peers, 0),
    },
  ],
}
