import assert from 'node:assert/strict'
import type { peerMethods } from '../../src/rpc/contract/peers.ts'
import type { urlSeedMethods } from '../../src/rpc/contract/url-seeds.ts'
import { type CasesOf, magnet, statusOf, torrent } from './case.ts'

const url = 'http://127.0.0.1:1/'

/** Peers and web seeds of torrents that do not run; test/engine/peer-info.test.ts and the rows of the API have real ones. */
export const peerCases: CasesOf<keyof typeof peerMethods | keyof typeof urlSeedMethods> = {
  'torrents.peers.list': [
    {
      what: 'lists none while it does not run',
      params: torrent,
      result: ({ peers }) => assert.deepEqual(peers, []),
    },
  ],
  'torrents.peers.add': [
    { what: 'keeps an address', params: { ...torrent, ip: '::1', port: 6881 } },
    {
      what: 'refuses a name',
      params: { ...torrent, ip: 'localhost', port: 1 },
      error: ['InvalidValue', /'ip'.*'localhost'/],
    },
    {
      what: 'refuses port 0',
      params: { ...torrent, ip: '127.0.0.1', port: 0 },
      error: ['InvalidParams', /'port'/],
    },
    {
      what: 'keeps several, as in Porla',
      params: {
        ...torrent,
        peers: [
          ['::1', 6882],
          ['127.0.0.1', 1],
        ],
      },
    },
    {
      what: 'wants an address',
      params: { ...torrent, port: 1 },
      error: ['InvalidParams', /'ip' is missing, or 'peers'/],
    },
    {
      what: 'wants a port',
      params: { ...torrent, ip: '::1' },
      error: ['InvalidParams', /'port' is missing/],
    },
    {
      what: 'takes one or several',
      params: { ...torrent, ip: '::1', port: 1, peers: [] },
      error: ['InvalidParams', /not both/],
    },
  ],
  'torrents.peers.clear': [
    {
      what: 'forgets the addresses',
      params: torrent,
      result: async (_, world) => assert.equal((await statusOf(world)).list_peers, 0),
    },
  ],
  'torrents.pieces.availability': [
    {
      what: 'counts nobody while it does not run',
      params: torrent,
      result: ({ availability }) => assert.deepEqual(availability, [0, 0, 0, 0]),
    },
    {
      what: 'lists none before metadata',
      params: magnet,
      result: ({ availability }) => assert.deepEqual(availability, []),
    },
  ],
  'torrents.url_seeds.list': [
    {
      what: 'lists none where there are none',
      params: torrent,
      result: ({ url_seeds }) => assert.deepEqual(url_seeds, []),
    },
  ],
  'torrents.url_seeds.add': [
    {
      what: 'adds it once, before metadata too',
      params: { ...magnet, url },
      result: async (_, world) => {
        await world.call('torrents.url_seeds.add', { ...magnet, url })
        assert.deepEqual(await world.call('torrents.url_seeds.list', magnet), { url_seeds: [url] })
      },
    },
    {
      what: 'refuses another scheme',
      params: { ...torrent, url: 'ftp://127.0.0.1/' },
      error: ['InvalidValue', /http or https url.*'ftp:/],
    },
    {
      what: 'refuses half a url',
      params: { ...torrent, url: 'http://[' },
      error: ['InvalidValue', /'url'/],
    },
  ],
  'torrents.url_seeds.remove': [
    {
      what: 'leaves the others',
      params: { ...torrent, url },
      result: async (_, world) => {
        for (const more of [url, `${url}b`])
          await world.call('torrents.url_seeds.add', { ...torrent, url: more })
        await world.call('torrents.url_seeds.remove', { ...torrent, url })
        assert.deepEqual(await world.call('torrents.url_seeds.list', torrent), { url_seeds: [`${url}b`] })
      },
    },
  ],
}
