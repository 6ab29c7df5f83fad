import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, noLimits, startEngine, task, tempFolder } from './support/engine.ts'

const torrent = makeTorrent([file('a', 1_500_000)], 32768)

// mostly waiting, so several at a time; how exactly rates are held is in rates.long.test.ts
describe('limits', { concurrency: 4 }, () => {
  test('limits change at once, in both directions', async (t) => {
    const [from, to] = [await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, torrent.files)
    const a = startEngine(t, {}, 'seeder')
    const b = startEngine(t, { download_rate_limit: 20_000 }, 'leecher')
    await a.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
    await b.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers: [await a.address()] }))
    await b.until(torrent.id, 'is slow', (r) => r.payloadDownload! > 0)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    assert.ok(b.report(torrent.id).payloadDownload! < 100_000)
    // first another kind of limit, then none
    await b.call('update', { id: torrent.id, options: { limits: { ...noLimits, download: 10_000 } } })
    await b.call('update', { id: torrent.id, options: { limits: noLimits } })
    const pid = b.state.pid
    b.configure({
      listen_interfaces: '127.0.0.1:0',
      enable_dht: false,
      enable_lsd: false,
      enable_upnp: false,
      enable_natpmp: false,
    })
    await b.until(torrent.id, 'has all', complete(torrent), 5000)
    assert.equal(b.state.pid, pid)
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
  })

  test('connections over the limit are closed, and there is room again when it is raised', async (t) => {
    const from = await tempFolder(t)
    await writeFiles(from, torrent.files)
    const seeder = startEngine(t, { upload_rate_limit: 50_000 }, 'seeder')
    await seeder.load(
      task(torrent.id, from, { torrentFile: torrent.bytes, limits: { ...noLimits, connections: 1 } }),
    )
    const peers = [await seeder.address()]
    const leechers = [startEngine(t, {}, 'one'), startEngine(t, {}, 'two')]
    for (const leecher of leechers) {
      await leecher.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, peers }))
    }
    await seeder.until(torrent.id, 'has one', (r) => r.peers === 1)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    assert.equal(seeder.report(torrent.id).peers, 1)
    await seeder.call('update', { id: torrent.id, options: { limits: noLimits } })
    await seeder.until(torrent.id, 'has both', (r) => r.peers === 2)
    await seeder.call('update', { id: torrent.id, options: { limits: { ...noLimits, connections: 1 } } })
    await seeder.until(torrent.id, 'has one', (r) => r.peers === 1)
  })

  test('only as many peers are unchoked as there are slots', async (t) => {
    const from = await tempFolder(t)
    await writeFiles(from, torrent.files)
    const seeder = startEngine(t, { upload_rate_limit: 50_000 }, 'seeder')
    await seeder.load(
      task(torrent.id, from, { torrentFile: torrent.bytes, limits: { ...noLimits, uploads: 1 } }),
    )
    const peers = [await seeder.address()]
    for (const name of ['one', 'two', 'three']) {
      const leecher = startEngine(t, {}, name)
      await leecher.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, peers }))
    }
    await seeder.until(torrent.id, 'has all three', (r) => r.peers === 3)
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.equal(seeder.report(torrent.id).unchoked, 1)
  })
})
