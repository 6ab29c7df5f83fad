import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { leaf, torrent as torrentFile } from '../metainfo/build.ts'
import { base64 } from '../session/harness.ts'
import { type CasesOf, magnet, statusOf, torrent } from './case.ts'
import { porlaRemoveCases } from './cases-porla.ts'
import { fileHash, fileTorrent, magnetHash } from './world.ts'

const path = '/nowhere'

/** A sound torrent of version 2 alone. */
const v2Only = torrentFile({
  'file tree': { a: leaf(5) },
  'meta version': 2,
  name: 'a',
  'piece length': 16_384,
})

/** Lists in lists. */
function nested(levels: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = [value]
  return value
}

/** Adding and removing. */
export const addCases: CasesOf<'torrents.add' | 'torrents.remove'> = {
  'torrents.add': [
    {
      what: 'adds a torrent file to a session',
      params: {
        session: 'other',
        ti: base64(fileTorrent),
        save_path: path,
        category: 'x',
        file_priorities: [0],
      },
      result: async (result, world) => {
        assert.deepEqual(result, { session: 'other', info_hash: [fileHash, null], added: true, warnings: [] })
        const status = await statusOf(world, { ...torrent, session: 'other' })
        assert.deepEqual([status.name, status.category, status.total_wanted], ['world', 'x', 43_616])
      },
    },
    {
      what: 'fills in what a preset says, and before it the preset default',
      params: { preset: 'films', info_hash: '34'.repeat(20), upload_limit: 5 },
      result: async (result, world) => {
        assert.equal(result.session, 'other')
        const status = await statusOf(world, { session: 'other', info_hash: '34'.repeat(20) })
        assert.deepEqual([status.save_path, status.category, status.tags], ['/films', 'films', ['preset']])
        const key = { session: 'other', info_hash: '34'.repeat(20) }
        const { upload_limit } = (await world.call('torrents.properties.get', key)) as {
          upload_limit: number
        }
        assert.equal(upload_limit, 5)
      },
    },
    {
      what: 'uses no preset that is not named',
      params: { info_hash: '56'.repeat(20), save_path: path },
      result: async (_, world) => {
        const { category, tags } = await statusOf(world, { ...torrent, info_hash: '56'.repeat(20) })
        assert.deepEqual([category, tags], [null, []])
      },
    },
    {
      what: 'suggests a preset',
      params: { preset: 'film', info_hash: '34'.repeat(20), save_path: path },
      error: ['InvalidValue', /no preset 'film'; did you mean 'films'/],
    },
    {
      what: 'needs a save path from somewhere',
      params: { preset: 'default', info_hash: '34'.repeat(20) },
      error: ['InvalidParams', /'save_path' is missing, and the preset 'default' has none/],
    },
    {
      what: 'returns what is there',
      params: { ti: base64(fileTorrent), save_path: path },
      result: (result) => assert.equal(result.added, false),
    },
    {
      what: 'adds a magnet link',
      params: { magnet_uri: `magnet:?xt=urn:btih:${'34'.repeat(20)}`, save_path: path },
      result: (result) => assert.deepEqual(result.info_hash, ['34'.repeat(20), null]),
    },
    {
      what: 'adds a hash in capitals',
      params: { info_hash: 'AB'.repeat(20), save_path: path },
      result: (result) => assert.deepEqual(result.info_hash, ['ab'.repeat(20), null]),
    },
    {
      what: 'warns of flags without effect',
      params: { info_hash: '56'.repeat(20), save_path: path, flags: { super_seeding: true } },
      result: ({ warnings }) => assert.match(warnings.join(), /super_seeding/),
    },
    {
      what: 'needs a torrent',
      params: { save_path: path },
      error: ['InvalidParams', /'ti', 'magnet_uri' and 'info_hash'/],
    },
    {
      what: 'needs a save path',
      params: { info_hash: magnetHash, save_path: '' },
      error: ['InvalidParams', /'save_path' is empty/],
    },
    {
      what: 'refuses a relative path',
      params: { info_hash: magnetHash, save_path: 'x/y' },
      error: ['InvalidParams', /'x\/y'.*absolute/],
    },
    {
      what: 'refuses a NUL',
      params: { info_hash: magnetHash, save_path: '/a\0b' },
      error: ['InvalidParams', /NUL/],
    },
    {
      what: 'refuses no bytes',
      params: { ti: '', save_path: path },
      error: ['InvalidTorrent', /unexpected end of file/],
    },
    {
      what: 'refuses garbage',
      params: { ti: base64(Buffer.from('hello')), save_path: path },
      error: ['InvalidTorrent', /bencoded/],
    },
    {
      what: 'refuses a link without hash',
      params: { magnet_uri: 'magnet:?dn=x', save_path: path },
      error: ['InvalidTorrent', /missing info-hash from URI/],
    },
    {
      what: 'refuses another scheme',
      params: { magnet_uri: 'http://x', save_path: path },
      error: ['InvalidTorrent', /unsupported URL protocol/],
    },
    {
      what: 'refuses no hash',
      params: { info_hash: [null, null], save_path: path },
      error: ['InvalidTorrent', /missing info-hash/],
    },
    {
      what: 'refuses zeros',
      params: { info_hash: '0'.repeat(40), save_path: path },
      error: ['InvalidTorrent', /missing info-hash/],
    },
    {
      what: 'refuses a v2 hash',
      params: { info_hash: 'ab'.repeat(32), save_path: path },
      error: ['UnsupportedTorrent', /v2-only.*v1 and hybrid/],
    },
    {
      what: 'refuses a v2 file',
      params: { ti: base64(v2Only), save_path: path },
      error: ['UnsupportedTorrent', /v2-only.*v1 and hybrid/],
    },
    {
      what: 'refuses a v2 link',
      params: { magnet_uri: `magnet:?xt=urn:btmh:1220${'ab'.repeat(32)}`, save_path: path },
      error: ['UnsupportedTorrent', /v2-only/],
    },
    {
      what: 'refuses a bad peer',
      params: { info_hash: magnetHash, save_path: path, peers: ['1.2.3.4'] },
      error: ['InvalidValue', /'peers'.*'1\.2\.3\.4'/],
    },
    {
      what: 'keeps no metadata that is nested without end',
      params: { info_hash: '57'.repeat(20), save_path: path, metadata: { deep: nested(500) } },
      error: ['InvalidValue', /'metadata' may be nested 64 levels deep at most/],
    },
    {
      what: 'takes what Porla takes, and says what of it is not used',
      params: {
        info_hash: '56'.repeat(20),
        save_path: path,
        http_seeds: ['http://127.0.0.1:1/'],
        metadata: { a: 1 },
      },
      result: ({ warnings }) => assert.match(warnings.join(), /http_seeds .*not used/),
    },
    {
      what: 'refuses a double when told to',
      params: { info_hash: magnetHash, save_path: path, flags: { duplicate_is_error: true } },
      error: ['InvalidTorrent', /already exists/],
    },
  ],
  'torrents.remove': [
    {
      what: 'removes a torrent at once',
      params: magnet,
      result: async (_, world) =>
        assert.deepEqual(await world.call('torrents.find', magnet), { session: null, info_hash: null }),
    },
    {
      what: 'removes its files and nothing else',
      params: ({ folder }) => {
        mkdirSync(join(folder, 'data', 'world'), { recursive: true })
        for (const name of ['world/file0', 'world/file2', 'foreign'])
          writeFileSync(join(folder, 'data', name), 'x')
        return { ...torrent, remove_files: true }
      },
      result: (_, { folder }) => {
        assert.equal(existsSync(join(folder, 'data', 'world')), false)
        assert.equal(existsSync(join(folder, 'data', 'foreign')), true)
      },
    },
    ...porlaRemoveCases,
  ],
}
