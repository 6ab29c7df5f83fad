import assert from 'node:assert/strict'
import type { controlMethods } from '../../src/rpc/contract/control.ts'
import { type CasesOf, magnet, statusOf, torrent } from './case.ts'

/** What lets a torrent run or not. */
export const controlCases: CasesOf<keyof typeof controlMethods> = {
  'torrents.pause': [
    {
      what: "takes it out of the queue's hands",
      params: torrent,
      result: async (_, world) => {
        const { flags } = await statusOf(world)
        assert.ok(flags.includes('paused') && !flags.includes('auto_managed'))
      },
    },
  ],
  'torrents.resume': [
    {
      what: 'gives it back',
      params: torrent,
      result: async (_, world) => assert.ok((await statusOf(world)).flags.includes('auto_managed')),
    },
  ],
  'torrents.recheck': [
    {
      what: 'wants its files hashed',
      params: torrent,
      result: async (_, world) => assert.equal((await statusOf(world)).state, 'checking_files'),
    },
    {
      what: 'does nothing before metadata',
      params: magnet,
      result: async (_, world) => assert.equal((await statusOf(world, magnet)).state, 'downloading_metadata'),
    },
  ],
  'torrents.errors.clear': [
    {
      what: 'is harmless without an error',
      params: torrent,
      result: async (_, world) => assert.equal((await statusOf(world)).error, null),
    },
  ],
  'torrents.flags.set': [
    {
      what: 'sets and clears',
      params: { ...torrent, flags: { sequential_download: true, apply_ip_filter: false } },
      result: async ({ warnings }, world) => {
        const { flags } = await statusOf(world)
        assert.deepEqual(
          [warnings, flags.toSorted()],
          [[], ['auto_managed', 'paused', 'sequential_download']],
        )
      },
    },
    {
      what: 'warns of what has no effect',
      params: { ...torrent, flags: { share_mode: true } },
      result: ({ warnings }) => assert.match(warnings.join(), /share_mode/),
    },
    {
      what: 'refuses a flag',
      params: { ...torrent, flags: { paussed: true } as object },
      error: ['InvalidParams', /flags\.paussed.*'paused'/],
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
}
