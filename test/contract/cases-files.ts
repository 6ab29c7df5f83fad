import assert from 'node:assert/strict'
import type { fileMethods } from '../../src/rpc/contract/files.ts'
import { type CasesOf, magnet, statusOf, torrent } from './case.ts'

/** Files of torrents that are there. */
export const fileCases: CasesOf<keyof typeof fileMethods> = {
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
}
