import assert from 'node:assert/strict'
import type { trackerMethods } from '../../src/rpc/contract/trackers.ts'
import { type CasesOf, magnet, torrent } from './case.ts'
import type { World } from './world.ts'

async function listed(world: World): Promise<unknown[]> {
  const { trackers } = (await world.call('torrents.trackers.list', torrent)) as {
    trackers: { url: string; tier: number; source: number }[]
  }
  return trackers.map(({ url, tier, source }) => [url, tier, source])
}

const [one, two] = ['http://127.0.0.1:1/announce', 'udp://127.0.0.2:2']

/** Trackers of a torrent that waits in the queue. */
export const trackerCases: CasesOf<keyof typeof trackerMethods> = {
  'torrents.trackers.list': [
    {
      what: 'lists none where there are none',
      params: magnet,
      result: ({ trackers }) => assert.deepEqual(trackers, []),
    },
  ],
  'torrents.trackers.add': [
    {
      what: 'adds one, to tier 0 unless told otherwise, and keeps it as it is the second time',
      params: { ...torrent, url: one },
      result: async (_, world) => {
        await world.call('torrents.trackers.add', { ...torrent, url: two, tier: 3 })
        await world.call('torrents.trackers.add', { ...torrent, url: one, tier: 7 })
        assert.deepEqual(await listed(world), [
          [one, 0, 2],
          [two, 3, 2],
        ])
      },
    },
    { what: 'wants a url', params: { ...torrent, url: '' }, error: ['InvalidParams', /'url'/] },
    {
      what: 'has 256 tiers',
      params: { ...torrent, url: one, tier: 256 },
      error: ['InvalidParams', /'tier'/],
    },
  ],
  'torrents.trackers.replace': [
    {
      what: 'replaces all, sorted by tier, each url once',
      params: { ...torrent, trackers: [{ url: two, tier: 2 }, { url: one, tier: 1 }, { url: two }] },
      result: async (_, world) => {
        assert.deepEqual(await listed(world), [
          [one, 1, 2],
          [two, 2, 2],
        ])
        await world.call('torrents.trackers.replace', { ...torrent, trackers: [] })
        assert.deepEqual(await listed(world), [])
      },
    },
  ],
  'torrents.trackers.reannounce': [
    {
      what: 'does nothing to a torrent that does not run',
      params: { ...torrent, seconds: 1, tracker_index: -1 },
      result: (result) => assert.equal(result, null),
    },
    {
      what: 'names the tracker that is not there',
      params: { ...torrent, tracker_index: 9 },
      error: ['InvalidValue', /'tracker_index' 9 is out of range: there are 0 trackers, from 0/],
    },
    {
      what: 'does not go back in time',
      params: { ...torrent, seconds: -1 },
      error: ['InvalidParams', /'seconds'/],
    },
    { what: 'may ignore the least interval', params: { ...torrent, ignore_min_interval: true } },
  ],
  'torrents.trackers.scrape': [
    {
      what: 'has nobody to ask, and says so by nothing',
      params: torrent,
      result: (result) => assert.equal(result, null),
    },
    {
      what: 'names the tracker that is not there',
      params: { ...torrent, tracker_index: 0 },
      error: ['InvalidValue', /'tracker_index' 0 is out of range: there are 0 trackers, from 0/],
    },
  ],
}
