import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { sha256All, writeFiles } from '../helpers/data.ts'
import {
  addTorrent,
  createTorrent,
  listenAddress,
  waitForSeeding,
  waitForTorrent,
} from '../helpers/torrents.ts'
import { waitUntil } from '../helpers/wait-until.ts'

const MiB = 2 ** 20

/** A folder on a device of its own where there is one. */
async function elsewhere(t: TestContext): Promise<string> {
  const path = await mkdtemp(existsSync('/dev/shm') ? '/dev/shm/porla-lua-move-' : '/tmp/porla-lua-move-')
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

test('a torrent is moved while it seeds and while it downloads', { timeout: 90_000 }, async (t) => {
  const daemon = await startDaemon(t, {
    sessions: { seeding: {}, downloads: { download_rate_limit: 6 * MiB } },
  })
  const source = await daemon.makeFolder('source')
  await writeFiles(join(source, 'data'), { 'large.bin': 16 * MiB, 'small/ö.bin': 2 * MiB })
  const expected = await sha256All(join(source, 'data'))
  const torrentFile = await createTorrent(daemon, join(source, 'data'))
  await addTorrent(daemon, torrentFile, source, [], 'seeding')
  await waitForSeeding(daemon, { session: 'seeding' })

  const script = `for th in require("sessions").get(arg[1]):torrents() do
       assert(th:move_storage(arg[2]) == nil)
       print(th:status().moving_storage)
     end`
  const seedHome = await elsewhere(t)
  assert.equal(await daemon.ok(script, ['seeding', seedHome]), 'true')
  await waitForTorrent(daemon, 'the seed has moved', (s) => s.save_path === seedHome && !s.moving_storage, {
    session: 'seeding',
  })
  assert.deepEqual(await sha256All(join(seedHome, 'data')), expected)
  assert.deepEqual(await readdir(source), [])

  await addTorrent(
    daemon,
    torrentFile,
    join(daemon.folder, 'target'),
    [await listenAddress(daemon, 'seeding')],
    'downloads',
  )
  const begun = (s: { progress?: number }) => (s.progress ?? 0) > 0.1
  await waitForTorrent(daemon, 'some pieces are there', begun, { session: 'downloads' })
  await daemon.ok(script, ['downloads', 'moved/here'])
  const home = join(daemon.folder, 'moved/here')
  const moved = await waitForTorrent(
    daemon,
    'it has moved',
    (s) => s.save_path === home && !s.moving_storage,
    {
      session: 'downloads',
    },
  )
  assert.ok(begun(moved), 'its pieces are still known')
  await waitForSeeding(daemon, { session: 'downloads', timeoutMs: 60_000 })
  assert.deepEqual(await sha256All(join(home, 'data')), expected)
  assert.deepEqual(await readdir(join(daemon.folder, 'target')), [])
})

test('kill -9 of the daemon in the middle of a move: the next one completes it', {
  timeout: 90_000,
}, async (t) => {
  const daemon = await startDaemon(t)
  const source = await daemon.makeFolder('source')
  await writeFiles(join(source, 'data'), { 'a.bin': 96 * MiB, 'b.bin': 48 * MiB, 'c/d.bin': MiB })
  const expected = await sha256All(join(source, 'data'))
  await addTorrent(daemon, await createTorrent(daemon, join(source, 'data')), source)
  await waitForSeeding(daemon)

  const home = await elsewhere(t)
  const client = await daemon.client()
  const { torrents } = await client.call('torrents.list', { fields: ['info_hash'] })
  const { info_hash } = torrents[0]!
  assert.ok(info_hash)
  await client.call('torrents.move', { session: 'default', info_hash, path: home })
  client.close()
  // the first file takes longer than that where it has to be copied
  await waitUntil('the move has begun', () => existsSync(join(home, 'data')), { everyMs: 1 })
  await daemon.end('SIGKILL')

  await daemon.start()
  await waitForTorrent(daemon, 'it has moved', (s) => s.save_path === home && !s.moving_storage)
  await waitForSeeding(daemon)
  assert.deepEqual(await sha256All(join(home, 'data')), expected)
  assert.deepEqual(await readdir(source), [])
})
