import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { torrentMethods } from '../../src/rpc/contract/torrents.ts'
import { base64 } from '../session/harness.ts'
import { type CasesOf, magnet, torrent } from './case.ts'
import { porlaListCases } from './cases-porla.ts'
import { fileHash, fileTorrent, magnetHash, unknownHash } from './world.ts'

type Names = Exclude<keyof typeof torrentMethods, 'torrents.add' | 'torrents.remove'>

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
}
