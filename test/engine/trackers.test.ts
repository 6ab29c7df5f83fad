import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { startTracker } from '../helpers/tracker.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, startEngine, task, tempFolder, until } from './support/engine.ts'

// mostly waiting, so several at a time
describe('trackers', { concurrency: 4 }, () => {
  for (const kind of ['http', 'udp'] as const) {
    test(`two hosts meet at a tracker over ${kind}, and it hears when one leaves`, async (t) => {
      const tracker = await startTracker(t)
      const told: { left: number; event: string; downloaded: number }[] = []
      for (const event of ['start', 'stop', 'complete', 'update']) {
        tracker.server.on(event, (_address: string, params: { left: number; downloaded: number }) => {
          told.push({ event, left: Number(params.left), downloaded: Number(params.downloaded) })
        })
      }
      const torrent = makeTorrent([file('top/a', 300_000)], 16384)
      const [from, to] = [await tempFolder(t), await tempFolder(t)]
      await writeFiles(from, torrent.files)
      const seeder = startEngine(t, {}, 'seeder')
      const leecher = startEngine(t, {}, 'leecher')
      const trackers = [{ url: tracker[kind], tier: 0 }]
      await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes, trackers }))
      await seeder.until(
        torrent.id,
        'tracker answers',
        (r) => r.currentTracker === tracker[kind] && r.swarmSeeds === 1,
      )
      await leecher.load(
        task(torrent.id, to, { torrentFile: torrent.bytes, trackers, downloadedBefore: 1000 }),
      )
      await leecher.until(torrent.id, 'has all', complete(torrent))
      assert.deepEqual(await wrongFiles(to, torrent.files), [])
      await until(() => told.some((one) => one.event === 'complete'), 'the leecher completes')
      await leecher.unload(torrent.id)
      await until(() => told.some((one) => one.event === 'stop'), 'the tracker hears stop')
      assert.deepEqual(
        told.filter((one) => one.event !== 'update').map(({ event, left }) => [event, left]),
        [
          ['start', 0],
          ['start', 300_000],
          ['complete', 0],
          ['stop', 0],
        ],
      )
      assert.equal(told.at(-1)!.downloaded, 301_000)
    })
  }

  test('a tracker that hangs or refuses holds up nothing', async (t) => {
    const silent = createServer(() => {})
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    t.after(() => silent.close())
    const { port } = silent.address() as { port: number }
    const torrent = makeTorrent([file('a', 20_000)], 16384)
    const folder = await tempFolder(t)
    await writeFiles(folder, torrent.files)
    const engine = startEngine(t)
    const trackers = [
      { url: `http://127.0.0.1:${port}/announce`, tier: 0 },
      { url: 'http://127.0.0.1:9/announce', tier: 1 },
      { url: 'udp://127.0.0.1:9/announce', tier: 1 },
      { url: 'gopher://what', tier: 2 },
      { url: 'not a url', tier: 3 },
    ]
    await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes, trackers }))
    await engine.until(torrent.id, 'runs', complete(torrent))
    const start = performance.now()
    const last = await engine.unload(torrent.id)
    assert.ok(performance.now() - start < 500, 'unload does not wait for trackers that never answered')
    assert.equal(last!.currentTracker, '')
    assert.equal(engine.lost.length, 0)
  })

  test('other trackers take over while the torrent runs', async (t) => {
    const [first, second] = [await startTracker(t), await startTracker(t)]
    const torrent = makeTorrent([file('a', 20_000)], 16384)
    const folder = await tempFolder(t)
    await writeFiles(folder, torrent.files)
    const engine = startEngine(t)
    const options = { torrentFile: torrent.bytes, trackers: [{ url: first.http, tier: 0 }] }
    await engine.load(task(torrent.id, folder, options))
    await engine.until(torrent.id, 'first answers', (r) => r.currentTracker === first.http)
    const stopped = once(first.server, 'stop')
    await engine.call('update', { id: torrent.id, options: { trackers: [{ url: second.http, tier: 0 }] } })
    await engine.until(torrent.id, 'second answers', (r) => r.currentTracker === second.http)
    await stopped
  })
})
