import { writeFile } from 'node:fs/promises'
import type { Scenario } from '../scenario.ts'
import { type Side, type Snapshot, unmanaged } from '../side.ts'
import { threeFiles } from '../world.ts'

const hash = '0123456789abcdef0123456789abcdef01234567'
const hash2 = `1220${'ab'.repeat(32)}`

const magnets: Record<string, string> = {
  bare: `magnet:?xt=urn:btih:${hash}`,
  'upper case': `MAGNET:?XT=URN:BTIH:${hash.toUpperCase()}`,
  base32: 'magnet:?xt=urn:btih:AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH',
  'a name': `magnet:?xt=urn:btih:${hash}&dn=a+name%20of%20%C3%A4`,
  'no name': `magnet:?xt=urn:btih:${hash}&dn=`,
  trackers: `magnet:?xt=urn:btih:${hash}&tr=http%3A%2F%2F127.0.0.1%3A1%2Fannounce&tr.1=udp://127.0.0.1:2&tr=http%3A%2F%2F127.0.0.1%3A1%2Fannounce&tr=`,
  'web seeds': `magnet:?xt=urn:btih:${hash}&ws=http%3A%2F%2F127.0.0.1%3A1%2Fa&ws=http://127.0.0.1:2/b`,
  peers: `magnet:?xt=urn:btih:${hash}&x.pe=127.0.0.1:6881&x.pe=[::1]:6882&x.pe=nonsense&x.pe=127.0.0.1:0&x.pe=127.0.0.1:70000`,
  files: `magnet:?xt=urn:btih:${hash}&so=0,2,4-6`,
  'files, broken': `magnet:?xt=urn:btih:${hash}&so=3-1,,x,2`,
  'files, twice': `magnet:?xt=urn:btih:${hash}&so=1&so=3`,
  hybrid: `magnet:?xt=urn:btih:${hash}&xt=urn:btmh:${hash2}`,
  'v2 only': `magnet:?xt=urn:btmh:${hash2}`,
  'two hashes': `magnet:?xt=urn:btih:${hash}&xt=urn:btih:${'f'.repeat(40)}`,
  'no hash': 'magnet:?dn=name',
  'short hash': 'magnet:?xt=urn:btih:0123',
  'not hexadecimal': `magnet:?xt=urn:btih:${'z'.repeat(40)}`,
  zeros: `magnet:?xt=urn:btih:${'0'.repeat(40)}`,
  'another protocol': 'http://127.0.0.1/',
  nothing: '',
}

/** Each input's outcome, under its name. */
async function outcomes(side: Side, op: string, inputs: Record<string, object>): Promise<Snapshot> {
  const result: Snapshot = {}
  for (const [name, params] of Object.entries(inputs)) result[name] = await side.outcome(op, params)
  return result
}

export const reading: Scenario[] = [
  {
    name: 'magnet links',
    story: async () => async (side) => {
      const inputs = Object.fromEntries(Object.entries(magnets).map(([name, uri]) => [name, { uri }]))
      await side.checkpoint('read', { more: () => outcomes(side, 'magnet', inputs) })
      await side.checkpoint('new parameters', { more: () => outcomes(side, 'new_params', { new: {} }) })
    },
  },
  {
    name: 'torrent files',
    story: async (world) => {
      const trackers: [string, number][] = [
        ['http://127.0.0.1:1/a', 0],
        ['udp://127.0.0.1:2', 0],
        ['http://127.0.0.1:3/announce', 2],
      ]
      const names = {
        'a b.bin': 20_000,
        'ä/ö?.bin': 20_000,
        'colon:name': 5,
        empty: 0,
        [`${'n'.repeat(200)}`]: 7,
      }
      const made = {
        'one file': await world.torrent('single.bin', 40_000),
        'a folder': await world.torrent('t', names, {
          trackers,
          comment: 'Kommentar ä',
          creator: 'me',
          priv: true,
        }),
        hybrid: await world.torrent('t', threeFiles, { version: 3, trackers }),
        'v2 only': await world.torrent('t', threeFiles, { version: 2 }),
      }
      const broken: Record<string, string> = {
        empty: '',
        garbage: 'not a torrent',
        'not a dictionary': 'le',
        'no info': 'd1:ai1ee',
        'info of another type': 'd4:infoi1ee',
        'no piece length': 'd4:infod4:name1:a6:lengthi1e6:pieces20:aaaaaaaaaaaaaaaaaaaaee',
        'no name': 'd4:infod6:lengthi1e12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee',
        'too few hashes':
          'd4:infod6:lengthi99999e4:name1:a12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee',
        'cut off': 'd4:infod6:lengthi9',
      }
      return async (side) => {
        const inputs: Record<string, object> = { missing: { file: side.path('none') } }
        for (const [name, { file }] of Object.entries(made)) inputs[name] = { file }
        for (const [name, text] of Object.entries(broken)) {
          const file = side.path(name)
          await writeFile(file, text)
          inputs[name] = { file }
        }
        await side.checkpoint('read', { tree: false, more: () => outcomes(side, 'info', inputs) })
      }
    },
  },
  {
    name: 'a hybrid torrent',
    story: async (world) => {
      const made = await world.torrent('t', threeFiles, { version: 3 })
      const seed = await world.seed(made)
      return async (side) => {
        await side.add('t', { file: made.file, flags: unmanaged })
        await side.until('t', 'is looked at', ({ state }) => state === 'downloading')
        await side.checkpoint('added')
        await side.call('t', 'resume')
        await side.connect('t', seed)
        await side.until('t', 'seeds', ({ is_seeding }) => is_seeding)
        await side.checkpoint('seeding')
      }
    },
  },
  {
    name: 'settings',
    story: async () => async (side) => {
      const presets = ['default', 'min_memory_usage', 'high_performance_seed']
      const inputs = Object.fromEntries(presets.map((name) => [name, { name }]))
      const all = { session: {} }
      await side.checkpoint('presets', { more: () => outcomes(side, 'preset', inputs) })
      await side.checkpoint('defaults', { more: () => outcomes(side, 'settings', all) })
      for (const [at, settings] of Object.entries({
        'limits of 0': {
          upload_rate_limit: 0,
          download_rate_limit: 0,
          active_downloads: 0,
          unchoke_slots_limit: 0,
        },
        'limits of -1': {
          upload_rate_limit: -1,
          download_rate_limit: -1,
          active_downloads: -1,
          active_seeds: -1,
          unchoke_slots_limit: -1,
        },
        'positive limits': {
          upload_rate_limit: 50_000,
          download_rate_limit: 100_000,
          active_downloads: 4,
          connections_limit: 70,
        },
        'other values': {
          share_ratio_limit: 150,
          seed_time_limit: 60,
          announce_to_all_tiers: true,
          peer_tos: 8,
        },
      })) {
        await side.apply(settings)
        await side.checkpoint(at, { more: () => outcomes(side, 'settings', all) })
      }
      const names = ['connections_limit', 'peer_dscp', 'no_such_setting', 'cache_size', 'use_write_cache']
      const single = Object.fromEntries(names.map((name) => [name, { name }]))
      await side.checkpoint('by name', { more: () => outcomes(side, 'setting', single) })
    },
  },
]
