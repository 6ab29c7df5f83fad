import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type App, openApp } from '../../src/daemon/app.ts'
import { bencode, parseTorrent } from '../../src/metainfo/index.ts'
import type { TorrentStatus } from '../../src/rpc/contract/types.ts'
import { nobody } from '../../src/rpc/peer.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { base64, testFolder, testLog } from './harness.ts'

const settings = {
  listen_interfaces: '127.0.0.1:0',
  enable_dht: false,
  enable_lsd: false,
  enable_upnp: false,
  enable_natpmp: false,
  auto_manage_interval: 1,
}
const pieceLength = 16_384

/** Random data in three files on disk, and its torrent. */
function seedData(folder: string): {
  bytes: Uint8Array
  hash: string
  files: [path: string, content: Buffer][]
} {
  const files = [300_000, 1, 500_000].map((size, i): [string, Buffer] => [
    `data/file ${i} ü`,
    randomBytes(size),
  ])
  mkdirSync(join(folder, 'data'), { recursive: true })
  for (const [path, content] of files) writeFileSync(join(folder, path), content)
  const all = Buffer.concat(files.map(([, content]) => content))
  const hashes: Buffer[] = []
  for (let at = 0; at < all.length; at += pieceLength) {
    hashes.push(
      createHash('sha1')
        .update(all.subarray(at, at + pieceLength))
        .digest(),
    )
  }
  const bytes = bencode({
    info: {
      files: files.map(([path, { length }]) => ({ length, path: [path.slice('data/'.length)] })),
      name: 'data',
      'piece length': pieceLength,
      pieces: Buffer.concat(hashes),
    },
  })
  return { bytes, hash: parseTorrent(bytes).infoHash[0]!, files }
}

async function open(t: TestContext, stateDir: string): Promise<App> {
  const log = testLog()
  const app = await openApp({
    stateDir,
    config: { sessions: { seeder: { settings }, leecher: { settings } } },
    log,
  })
  t.after(async () => {
    await app.close(3000)
    assert.deepEqual(
      log.lines.filter((line) => line.startsWith('error: session')),
      [],
    )
  })
  return app
}

const status = async (app: App, session: string, info_hash: string): Promise<TorrentStatus> =>
  app.handlers['torrents.status']({ session, info_hash })

const until = (
  what: string,
  app: App,
  session: string,
  hash: string,
  fits: (status: TorrentStatus) => boolean,
) =>
  waitUntil(what, async () => {
    const now = await status(app, session, hash)
    assert.equal(now.error, null)
    return fits(now) ? now : undefined
  })

test('data on disk is checked and seeded, a magnet finds it, and all of it survives a restart', async (t) => {
  const folder = testFolder(t)
  const { bytes, hash, files } = seedData(join(folder, 'seed'))
  const app = await open(t, join(folder, 'state'))
  const add = app.handlers['torrents.add']
  await add({ session: 'seeder', ti: base64(bytes), save_path: join(folder, 'seed') })
  const seed = await until('the seeder seeds', app, 'seeder', hash, ({ is_seeding }) => is_seeding)
  assert.deepEqual([seed.all_time_download, seed.queue_position, seed.progress], [0, -1, 1])

  const peer = await waitUntil(
    'the seeder listens',
    () => app.sessions().find(({ name }) => name === 'seeder')?.engine.listening,
  )
  await add({
    session: 'leecher',
    magnet_uri: `magnet:?xt=urn:btih:${hash}&x.pe=${peer}`,
    save_path: join(folder, 'leech'),
    tags: ['kept'],
  })
  const done = await until('the leecher has all', app, 'leecher', hash, ({ is_seeding }) => is_seeding)
  for (const [path, content] of files) assert.deepEqual(readFileSync(join(folder, 'leech', path)), content)
  assert.deepEqual(
    [done.name, done.total_done, done.num_pieces],
    ['data', 800_001, Math.ceil(800_001 / pieceLength)],
  )
  await until('the traffic is counted', app, 'leecher', hash, (now) => now.all_time_download >= 800_001)
  await app.close(3000)

  const again = await open(t, join(folder, 'state'))
  const kept = await status(again, 'leecher', hash)
  assert.deepEqual([kept.state, kept.tags, kept.progress, kept.total_download], ['seeding', ['kept'], 1, 0])
  assert.ok(kept.all_time_download >= 800_001)
  const removal = { session: 'leecher', info_hash: hash, remove_files: true }
  await again.handlers['torrents.remove'](removal, nobody)
  assert.equal(existsSync(join(folder, 'leech', 'data')), false)
  assert.equal(existsSync(join(folder, 'leech')), true)
})

test('an engine host that is killed comes back with its torrents, which need no new check', async (t) => {
  const folder = testFolder(t)
  const { bytes, hash } = seedData(join(folder, 'seed'))
  const app = await open(t, join(folder, 'state'))
  await app.handlers['torrents.add']({
    session: 'seeder',
    ti: base64(bytes),
    save_path: join(folder, 'seed'),
  })
  await until('the seeder seeds', app, 'seeder', hash, ({ is_seeding }) => is_seeding)
  const engine = () => app.sessions().find(({ name }) => name === 'seeder')!.engine
  const { pid } = engine()
  process.kill(pid!, 'SIGKILL')
  await waitUntil('there is a new host', () => engine().state === 'running' && engine().pid !== pid)
  assert.equal(engine().restarts, 1)
  await until('it seeds again', app, 'seeder', hash, (now) => now.is_seeding && !now.flags.includes('paused'))
})
