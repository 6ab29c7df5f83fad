import type { RpcClient } from '../../src/rpc/client.ts'
import type { Method, Params } from '../../src/rpc/contract/index.ts'

export type Random = (below: number) => number

/** The session whose torrents are changed. */
export const session = 'changes'

/** What must be there of one torrent, as the daemon answers. */
export interface Expected {
  category: string | null
  tags: string[]
  savePath: string
  paused: boolean
  sequential: boolean
  downloadLimit: number
  uploadLimit: number
  trackers: string[]
}

/** Everything that was acknowledged: torrents by hash, settings by name, and whether the session is paused. */
export interface World {
  torrents: Record<string, Expected>
  settings: Record<string, unknown>
  sessionPaused: boolean
}

/** One call, and what the world is when it was acknowledged. */
export interface Change {
  method: Method
  params: unknown
  after: World
}

/** Makes a change of this world, null when there is nothing to change. `fresh` gives numbers that were not used before. */
type Kind = (world: World, random: Random, fresh: () => number) => Change | null

function pick(world: World, random: Random): string | undefined {
  const hashes = Object.keys(world.torrents)
  return hashes[random(Math.max(1, hashes.length))]
}

/** A change of one torrent that is there: its call, and what it makes of what is expected of it. */
function ofTorrent(
  method: Method,
  make: (n: number, was: Expected) => { params: object; now: Partial<Expected> },
): Kind {
  return (world, random, fresh) => {
    const hash = pick(world, random)
    if (hash === undefined) return null
    const was = world.torrents[hash] as Expected
    const { params, now } = make(fresh(), was)
    const torrents = { ...world.torrents, [hash]: { ...was, ...now } }
    return { method, params: { session, info_hash: hash, ...params }, after: { ...world, torrents } }
  }
}

/** The kinds of changes. To try another, add it: a call, and what must be there once it was acknowledged. */
export const kinds: Record<string, Kind> = {
  add: (world, _, fresh) => {
    if (Object.keys(world.torrents).length >= 12) return null
    const n = fresh()
    const hash = n.toString(16).padStart(8, '0').repeat(5)
    const expected: Expected = {
      category: `category ${n}`,
      tags: ['added'],
      savePath: `/nowhere/${n}`,
      paused: true,
      sequential: false,
      downloadLimit: -1,
      uploadLimit: -1,
      trackers: [],
    }
    return {
      method: 'torrents.add',
      params: {
        session,
        magnet_uri: `magnet:?xt=urn:btih:${hash}`,
        save_path: expected.savePath,
        category: expected.category,
        tags: expected.tags,
        flags: { paused: true, auto_managed: false },
      },
      after: { ...world, torrents: { ...world.torrents, [hash]: expected } },
    }
  },
  remove: (world, random) => {
    const hash = pick(world, random)
    if (hash === undefined || Object.keys(world.torrents).length < 6) return null
    const { [hash]: _, ...torrents } = world.torrents
    return { method: 'torrents.remove', params: { session, info_hash: hash }, after: { ...world, torrents } }
  },
  category: ofTorrent('torrents.userdata.update', (n) => ({
    params: { category: `c ${n}` },
    now: { category: `c ${n}` },
  })),
  tags: ofTorrent('torrents.userdata.update', (n) => ({
    params: { tags: [`t ${n}`, 'zwölf'] },
    now: { tags: [`t ${n}`, 'zwölf'] },
  })),
  limits: ofTorrent('torrents.properties.set', (n) => ({
    params: { download_limit: 1000 + n, upload_limit: 2000 + n },
    now: { downloadLimit: 1000 + n, uploadLimit: 2000 + n },
  })),
  pause: ofTorrent('torrents.pause', () => ({ params: {}, now: { paused: true } })),
  resume: ofTorrent('torrents.resume', () => ({ params: {}, now: { paused: false } })),
  flags: ofTorrent('torrents.flags.set', (_, { sequential }) => ({
    params: { flags: { sequential_download: !sequential } },
    now: { sequential: !sequential },
  })),
  move: ofTorrent('torrents.move', (n) => ({
    params: { path: `/moved/${n}` },
    now: { savePath: `/moved/${n}` },
  })),
  tracker: ofTorrent('torrents.trackers.replace', (n) => ({
    params: { trackers: [{ url: `udp://127.0.0.1:9/${n}` }] },
    now: { trackers: [`udp://127.0.0.1:9/${n}`] },
  })),
  setting: (world, _, fresh) => {
    const settings = { active_limit: 1000 + fresh() }
    return {
      method: 'sessions.settings.update',
      params: { name: session, settings },
      after: { ...world, settings: { ...world.settings, ...settings } },
    }
  },
  'session paused': (world) => ({
    method: world.sessionPaused ? 'sessions.resume' : 'sessions.pause',
    params: { name: session },
    after: { ...world, sessionPaused: !world.sessionPaused },
  }),
}

/** What the daemon says there is. */
export async function readWorld(client: RpcClient, settings: string[]): Promise<World> {
  const { torrents } = await client.call('torrents.list', {
    session,
    fields: ['info_hash', 'category', 'tags', 'save_path', 'flags'],
  })
  const all: World['torrents'] = {}
  for (const { info_hash, category, tags, save_path, flags } of torrents) {
    const hash = info_hash?.[0] as string
    const key = { session, info_hash: hash }
    const limits = await client.call('torrents.properties.get', key)
    const { trackers } = await client.call('torrents.trackers.list', key)
    all[hash] = {
      category: category ?? null,
      tags: tags ?? [],
      savePath: save_path ?? '',
      paused: flags?.includes('paused') ?? false,
      sequential: flags?.includes('sequential_download') ?? false,
      downloadLimit: limits.download_limit,
      uploadLimit: limits.upload_limit,
      trackers: trackers.map(({ url }) => url),
    }
  }
  const list = await client.call('sessions.list', {})
  const set = await client.call('sessions.settings.list', { name: session, keys: settings })
  return {
    torrents: all,
    settings: set.settings,
    sessionPaused: list.sessions.find(({ name }) => name === session)?.is_paused ?? false,
  }
}

/** The next change, of a kind that has something to change. */
export function nextChange(
  world: World,
  random: Random,
  fresh: () => number,
): { name: string; change: Change } {
  const names = Object.keys(kinds)
  for (;;) {
    const name = names[random(names.length)] as string
    const change = kinds[name]?.(world, random, fresh)
    if (change) return { name, change }
  }
}

export async function carryOut(client: RpcClient, { method, params }: Change): Promise<void> {
  await client.call(method, params as Params<Method>)
}
