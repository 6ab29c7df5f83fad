import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Method } from '../../src/rpc/contract/index.ts'
import type { peerMethods } from '../../src/rpc/contract/peers.ts'
import type { porlaMethods } from '../../src/rpc/contract/porla.ts'
import type { torrentControlMethods } from '../../src/rpc/contract/torrent-control.ts'
import type { trackerMethods } from '../../src/rpc/contract/trackers.ts'
import type { urlSeedMethods } from '../../src/rpc/contract/url-seeds.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { base64 } from '../session/harness.ts'
import { type CasesOf, magnet, statusOf, torrent } from './case.ts'
import { porlaListCases } from './cases-porla.ts'
import { fileHash, fileTorrent, magnetHash, unknownHash } from './world.ts'

type Names = Exclude<
  Extract<Method, `torrents.${string}`>,
  | 'torrents.add'
  | 'torrents.remove'
  | keyof typeof porlaMethods
  | keyof typeof torrentControlMethods
  | keyof typeof peerMethods
  | keyof typeof urlSeedMethods
  | keyof typeof trackerMethods
>

/** Torrents that are there. */
export const torrentCases: CasesOf<Names> = {
  'torrents.list': [
    {
      what: 'lists by hash with some fields',
      params: { fields: ['name', 'info_hash'] },
      result: (result) =>
        assert.deepEqual(result, {
          torrents: [
            { name: '', info_hash: [magnetHash, null] },
            { name: 'world', info_hash: [fileHash, null] },
          ],
          torrents_total: 2,
          next: null,
        }),
    },
    {
      what: 'gives a page',
      params: { limit: 1 },
      result: ({ torrents, next }) => {
        assert.equal(torrents.length, 1)
        assert.equal(Object.keys(torrents[0]!).length, 66, 'all fields')
        assert.deepEqual(next, [magnetHash, null])
      },
    },
    {
      what: 'goes on behind a page',
      params: { after: [magnetHash, null], fields: ['name'] },
      result: ({ torrents, next }) => assert.deepEqual([torrents, next], [[{ name: 'world' }], null]),
    },
    {
      what: 'suggests a field',
      params: { fields: ['progres'] },
      error: ['InvalidValue', /'progres'.*'progress'/],
    },
    {
      what: 'filters with a query',
      params: { query: 'size >= 60000b and tags contains "first"', fields: ['name'] },
      result: (result) =>
        assert.deepEqual(result, { torrents: [{ name: 'world' }], torrents_total: 2, next: null }),
    },
    {
      what: 'goes on behind a page of a query',
      params: { query: 'not category = "x"', limit: 1, fields: ['info_hash'] },
      result: async ({ torrents, next }, world) => {
        assert.deepEqual(torrents, [{ info_hash: [magnetHash, null] }])
        const rest = await world.call('torrents.list', {
          query: 'not category = "x"',
          after: next,
          limit: 1,
          fields: ['name'],
        })
        assert.deepEqual(rest, { torrents: [{ name: 'world' }], torrents_total: 2, next: null })
      },
    },
    {
      what: 'finds none',
      params: { query: 'ratio > 5', fields: [] },
      result: (result) => assert.deepEqual(result, { torrents: [], torrents_total: 2, next: null }),
    },
    {
      what: 'says where a query is wrong',
      params: { query: 'ratio > ' },
      error: ['InvalidQuery', /column 9/],
    },
    { what: 'refuses 0', params: { limit: 0 }, error: ['InvalidParams', /'limit'/] },
    ...porlaListCases,
  ],
  'torrents.find': [
    {
      what: 'finds by one hash',
      params: { ...torrent, info_hash: fileHash.toUpperCase() },
      result: (result) => assert.deepEqual(result, { session: 'default', info_hash: [fileHash, null] }),
    },
    {
      what: 'finds nothing',
      params: { ...torrent, info_hash: [fileHash, unknownHash.slice(0, 24) + unknownHash] },
      result: (result) => assert.deepEqual(result, { session: 'default', info_hash: [fileHash, null] }),
    },
    {
      what: 'finds nothing of an unknown hash',
      params: { ...torrent, info_hash: unknownHash },
      result: (result) => assert.deepEqual(result, { session: null, info_hash: null }),
    },
    {
      what: 'refuses a short hash',
      params: { ...torrent, info_hash: 'ab' },
      error: ['InvalidParams', /'info_hash'/],
    },
  ],
  'torrents.status': [
    {
      what: 'tells everything',
      params: { ...torrent, info_hash: [fileHash, null] },
      result: (status, { folder }) => {
        assert.equal(Object.keys(status).length, 67)
        assert.deepEqual(
          [status.save_path, status.tags, status.total],
          [join(folder, 'data'), ['first'], 60_000],
        )
      },
    },
  ],
  'torrents.pieces': [
    {
      what: 'gives a bit a piece',
      params: torrent,
      result: (result) => assert.deepEqual(result, { pieces: 'AA==', num_pieces: 4 }),
    },
    {
      what: 'knows none before metadata',
      params: magnet,
      result: (result) => assert.deepEqual(result, { pieces: '', num_pieces: 0 }),
    },
  ],
  'torrents.metadata.get': [
    {
      what: 'gives the bytes that were added',
      params: torrent,
      result: ({ ti }) => assert.equal(ti, base64(fileTorrent)),
    },
    { what: 'gives null before metadata', params: magnet, result: ({ ti }) => assert.equal(ti, null) },
  ],
  'torrents.magnet_uri': [
    {
      what: 'names the torrent, its trackers and its web seeds',
      params: torrent,
      result: async ({ magnet_uri }, world) => {
        assert.equal(magnet_uri, `magnet:?xt=urn:btih:${fileHash}&dn=world`)
        await world.call('torrents.trackers.add', { ...torrent, url: 'udp://127.0.0.1:1' })
        await world.call('torrents.url_seeds.add', { ...torrent, url: 'http://127.0.0.1:1/' })
        assert.deepEqual(await world.call('torrents.magnet_uri', torrent), {
          magnet_uri: `${magnet_uri}&tr=udp%3a%2f%2f127.0.0.1%3a1&ws=http%3a%2f%2f127.0.0.1%3a1%2f`,
        })
      },
    },
    {
      what: 'knows a hash before metadata',
      params: magnet,
      result: ({ magnet_uri }) => assert.equal(magnet_uri, `magnet:?xt=urn:btih:${magnetHash}`),
    },
  ],
  'torrents.move': [
    {
      what: 'moves to a folder that is made',
      params: (world) => ({ ...torrent, path: join(world.folder, 'moved') }),
      result: async (_, world) => {
        await waitUntil('it has moved', async () => !(await statusOf(world)).moving_storage)
        assert.equal((await statusOf(world)).save_path, join(world.folder, 'moved'))
        assert.ok(existsSync(join(world.folder, 'moved')))
      },
    },
    {
      what: 'only changes the path before metadata',
      params: { ...magnet, path: '/nowhere/at all' },
      result: async (_, world) => {
        const { save_path, moving_storage } = await statusOf(world, magnet)
        assert.deepEqual([save_path, moving_storage], ['/nowhere/at all', false])
      },
    },
    {
      what: 'says which of the flags of Porla it cannot do',
      params: { ...torrent, path: '/nowhere', flags: 'fail_if_exist' },
      error: ['InvalidValue', /'fail_if_exist'.*always replaced/],
    },
    {
      what: 'refuses a relative path',
      params: { ...torrent, path: 'data' },
      error: ['InvalidParams', /torrents\.move: 'path'.*not absolute/],
    },
  ],
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
  'torrents.userdata.get': [
    {
      what: 'gives category and tags',
      params: torrent,
      result: (result) => assert.deepEqual(result, { category: null, tags: ['first'] }),
    },
  ],
  'torrents.userdata.update': [
    {
      what: 'changes what is given',
      params: { ...torrent, category: '', add_tags: ['b', 'b'], remove_tags: ['first'] },
      result: (result) => assert.deepEqual(result, { category: '', tags: ['b'] }),
    },
    {
      what: 'replaces the tags',
      params: { ...torrent, tags: ['x', 'x', 'y'], category: null },
      result: (result) => assert.deepEqual(result, { category: null, tags: ['x', 'y'] }),
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
}
