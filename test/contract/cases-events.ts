import assert from 'node:assert/strict'
import type { eventMethods } from '../../src/rpc/contract/events.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { type Case, type CasesOf, magnet, statusOf, torrent } from './case.ts'
import { fileHash, magnetHash, type World } from './world.ts'

interface Heard {
  seq: number
  event: string
  session: string
  info_hash: unknown
}

const names = (world: World): string[] => (world.heard as Heard[]).map(({ event }) => event)

/** Subscribing, and waiting for one event. */
export const eventCases: CasesOf<keyof typeof eventMethods> = {
  'events.subscribe': [
    {
      what: 'tells what happens from now on, in order',
      params: {},
      result: async ({ seq }, world) => {
        await world.call('torrents.pause', torrent)
        await world.call('torrents.remove', torrent)
        await waitUntil(
          'both events came',
          () => world.heard.length >= 1 && names(world).at(-1) === 'torrent_removed',
        )
        const last = world.heard.at(-1) as Heard
        assert.deepEqual([last.session, last.info_hash], ['default', [fileHash, null]])
        assert.ok(last.seq > seq)
      },
    },
    {
      what: 'replaces what was asked for, and repeats what is kept',
      params: { events: ['torrent_added'], session: 'default', after: 0 },
      result: async (_, world) => {
        await waitUntil(
          'the repetition came',
          () => names(world).filter((name) => name === 'torrent_added').length === 2,
        )
        const overflow = world.heard.find((one) => (one as Heard).event === 'overflow')
        assert.deepEqual(
          Object.keys(overflow as object),
          ['seq', 'event', 'from', 'to'],
          'numbers begin late',
        )
      },
    },
    {
      what: 'refuses a name',
      params: { events: ['nope' as 'torrent_added'] },
      error: ['InvalidParams', /'events/],
    },
  ],
  'events.post': [
    {
      what: 'tells those of the same word, and no others',
      params: { ...magnet, what: 'status', client: 'me' },
      result: async ({ seq }, world) => {
        const wait = { events: ['state_update'], after: seq - 1, timeout: 0 }
        const heard = (await world.call('events.wait', { ...wait, client: 'me' })) as {
          event: { status: object }
        }
        assert.deepEqual(heard.event.status, await statusOf(world, magnet))
        for (const other of [{}, { client: 'another' }]) {
          assert.deepEqual(await world.call('events.wait', { ...wait, ...other }), { event: null, seq })
        }
      },
    },
    ...(
      [
        ['download_queue', 'piece_info', { pieces: [] }],
        ['file_progress', 'file_progress', { progress: [0, 0, 0] }],
        ['peer_info', 'peer_info', { peers: [] }],
        ['piece_availability', 'piece_availability', { availability: [0, 0, 0, 0] }],
        ['trackers', 'tracker_list', { trackers: [] }],
      ] as const
    ).map(
      ([what, event, data]): Case<'events.post'> => ({
        what: `tells the caller of ${what}`,
        params: { ...torrent, what },
        result: async ({ seq }, world) => {
          const wait = { events: [event], after: seq - 1, timeout: 0 }
          const heard = await world.call('events.wait', wait)
          const info_hash = [fileHash, null]
          assert.deepEqual(heard, { seq, event: { seq, event, session: 'default', info_hash, ...data } })
        },
      }),
    ),
    {
      what: 'refuses what there is not',
      params: { ...torrent, what: 'weather' as 'status' },
      error: ['InvalidParams', /'what'/],
    },
  ],
  'events.wait': [
    {
      what: 'gives up after a while',
      params: { timeout: 0.05, session: 'default', info_hash: fileHash },
      result: (result) => assert.equal(result.event, null),
    },
    {
      what: 'returns the first that fits after a number',
      params: {
        timeout: 0,
        events: ['torrent_added'],
        session: 'default',
        info_hash: [magnetHash, null],
        after: 0,
      },
      result: ({ event, seq }) => {
        assert.equal(event?.event, 'overflow')
        assert.equal(seq, event?.seq)
      },
    },
    {
      what: 'wakes up soon',
      params: (world) => {
        setTimeout(() => void world.call('torrents.remove', magnet), 50)
        return { timeout: 20, events: ['torrent_removed'] }
      },
      result: ({ event }) =>
        assert.deepEqual(event && 'info_hash' in event && event.info_hash, [magnetHash, null]),
    },
    { what: 'refuses a time before now', params: { timeout: -1 }, error: ['InvalidParams', /'timeout'/] },
  ],
}
