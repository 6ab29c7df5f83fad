import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { TaskLimits } from '../../src/daemon/engine/protocol.ts'
import type { Settings } from '../../src/rpc/contract/types.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, noLimits, startEngine, task, tempFolder } from './support/engine.ts'

const torrent = makeTorrent([file('a', 1_500_000)], 32768)

interface Sides {
  settings?: Settings
  limits?: Partial<TaskLimits>
  /** Whether this side calls the other. */
  calls?: boolean
}

/** Seconds that a download takes with limits on either side. */
async function seconds(t: TestContext, { seeder = {}, leecher = {} }: { seeder?: Sides; leecher?: Sides }) {
  const [from, to] = [await tempFolder(t), await tempFolder(t)]
  await writeFiles(from, torrent.files)
  const a = startEngine(t, seeder.settings, 'seeder')
  const b = startEngine(t, leecher.settings, 'leecher')
  const limits = (side: Sides) => ({ ...noLimits, ...side.limits })
  await a.load(task(torrent.id, from, { torrentFile: torrent.bytes, limits: limits(seeder) }))
  await a.until(torrent.id, 'has all', complete(torrent))
  await b.load(task(torrent.id, to, { torrentFile: torrent.bytes, limits: limits(leecher) }))
  await b.until(torrent.id, 'runs', (r) => r.phase === 'running')
  const start = performance.now()
  if (leecher.calls === false) await a.addPeer(torrent.id, await b.address())
  else await b.addPeer(torrent.id, await a.address())
  await b.until(torrent.id, 'has all', complete(torrent))
  assert.deepEqual(await wrongFiles(to, torrent.files), [])
  return (performance.now() - start) / 1000
}

// at 750 kB/s the 1.5 MB take 2 s, less what may be saved up
const rate = 750_000
// mostly waiting, so several at a time
describe('limits', { concurrency: 4 }, () => {
  for (const [name, sides] of [
    ['session download', { leecher: { settings: { download_rate_limit: rate } } }],
    ['session upload', { seeder: { settings: { upload_rate_limit: rate } } }],
    ['torrent download', { leecher: { limits: { download: rate } } }],
    ['torrent download of a peer that called', { leecher: { limits: { download: rate }, calls: false } }],
    ['torrent upload', { seeder: { limits: { upload: rate } } }],
  ] as const) {
    test(`the ${name} limit holds`, async (t) => {
      const took = await seconds(t, sides)
      assert.ok(took > 1.5, `took ${took} s`)
      assert.ok(took < 4, `took ${took} s`)
    })
  }

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
    await b.update(torrent.id, { limits: { ...noLimits, download: 10_000 } })
    await b.update(torrent.id, { limits: noLimits })
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
    await seeder.update(torrent.id, { limits: noLimits })
    await seeder.until(torrent.id, 'has both', (r) => r.peers === 2)
    await seeder.update(torrent.id, { limits: { ...noLimits, connections: 1 } })
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
