import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import type { Settings } from '../../src/rpc/contract/types.ts'
import { file, makeTorrent, type TestTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, startEngine, type TestEngine, task, tempFolder } from './support/engine.ts'

interface Pair {
  from: string
  to: string
  seeder: TestEngine
  leecher: TestEngine
}

/** A host that has the torrent's files, and one that has nothing yet. */
async function pair(t: TestContext, torrent: TestTorrent, settings: Settings = {}): Promise<Pair> {
  const [from, to] = [await tempFolder(t), await tempFolder(t)]
  await writeFiles(from, torrent.files)
  const seeder = startEngine(t, settings, 'seeder')
  const leecher = startEngine(t, settings, 'leecher')
  await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
  await seeder.until(torrent.id, 'has all', complete(torrent))
  return { from, to, seeder, leecher }
}

// mostly waiting, so several at a time
describe('downloads', { concurrency: 4 }, () => {
  test('one host downloads from another by address', async (t) => {
    const torrent = makeTorrent([file('top/a', 3_000_000), file('top/b/c', 5_000_001)], 65536)
    const { to, seeder, leecher } = await pair(t, torrent)
    const peers = [await seeder.address()]
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers }))
    const got = await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
    assert.equal(got.done, 8_000_001)
    assert.equal(got.payloadDownload, 8_000_001)
    assert.ok(got.download! > got.payloadDownload!, 'protocol bytes count in download')
    assert.equal(got.redundantBytes, 0)
    assert.equal(got.distributedCopies, -1)
    assert.equal(got.hasIncoming, false)
    assert.equal(got.seeds, 1)
    const gave = await seeder.until(torrent.id, 'counted', (r) => r.payloadUpload === 8_000_001)
    assert.equal(gave.hasIncoming, true)
    assert.equal(gave.payloadDownload, 0)
    await seeder.until(torrent.id, 'rates fall to 0', (r) => r.uploadRate === 0 && r.payloadUploadRate === 0)
  })

  test('reports come at most a few times a second and hold only what changed', async (t) => {
    const torrent = makeTorrent([file('a', 4_000_000)], 65536)
    const { to, seeder, leecher } = await pair(t, torrent, { download_rate_limit: 2_000_000 })
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers: [await seeder.address()] }))
    const start = performance.now()
    await leecher.until(torrent.id, 'has all', complete(torrent))
    const seconds = (performance.now() - start) / 1000
    assert.ok(leecher.reports.length <= 4 * seconds + 6, `${leecher.reports.length} reports in ${seconds} s`)
    const growing = leecher.reports.filter((r) => r.payloadDownload !== undefined)
    assert.ok(growing.length >= 3)
    assert.ok(growing.slice(1).every((r) => r.phase === undefined))
  })

  test('a magnet link gets the exact bytes of the info dictionary, also with keys out of order', async (t) => {
    const torrent = makeTorrent([file('top/a', 100_000), file('top/b', 50_000)], 16384, { shuffled: true })
    const { to, seeder, leecher } = await pair(t, torrent)
    await leecher.load(task(torrent.id, to, { peers: [await seeder.address()] }))
    await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(Buffer.from(leecher.metadata.get(torrent.id)!), Buffer.from(torrent.meta.info))
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
    const phases = leecher.reports.flatMap((r) => (r.phase === undefined ? [] : [r.phase]))
    assert.equal(phases[0], 'metadata')
    assert.equal(phases.at(-1), 'running')

    // and what was got by a magnet link is handed on just so
    const third = startEngine(t, {}, 'third')
    const folder = await tempFolder(t)
    await third.load(task(torrent.id, folder, { peers: [await leecher.address()] }))
    await third.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(Buffer.from(third.metadata.get(torrent.id)!), Buffer.from(torrent.meta.info))
  })

  test('a magnet link with files already there checks them once the metadata is known', async (t) => {
    const torrent = makeTorrent([file('top/a', 200_000)], 16384)
    const { seeder, from, leecher } = await pair(t, torrent)
    const to = await tempFolder(t)
    await writeFiles(to, torrent.files)
    await leecher.load(task(torrent.id, to, { peers: [await seeder.address()] }))
    const report = await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.equal(report.payloadDownload, 0)
    assert.deepEqual(await wrongFiles(from, torrent.files), [])
  })

  test('names, empty files and padding are as in libtorrent', async (t) => {
    const files = [
      file('Ordner: "ü"/was? *ä ö|.bin', 40_000),
      { path: 'Ordner: "ü"/.pad/25536', bytes: new Uint8Array(25_536), attr: 'p' },
      file('Ordner: "ü"/unter <o>/b b.txt', 10_000),
      file('Ordner: "ü"/leer', 0),
      { ...file('Ordner: "ü"/lauf', 77), attr: 'x' },
    ]
    const torrent = makeTorrent(files, 16384)
    const { to, seeder, leecher } = await pair(t, torrent)
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers: [await seeder.address()] }))
    const report = await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, files), [])
    assert.equal(report.done, 40_000 + 10_000 + 77, 'padding is no data')
    await assert.rejects(stat(join(to, 'Ordner: "ü"/.pad')), { code: 'ENOENT' })
    assert.ok((await stat(join(to, 'Ordner: "ü"/lauf'))).mode & 0o100)
  })

  test('peers find each other over uTP alone', async (t) => {
    const torrent = makeTorrent([file('a', 2_000_000)], 65536)
    const { to, seeder, leecher } = await pair(t, torrent, {
      enable_outgoing_tcp: false,
      enable_incoming_tcp: false,
    })
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers: [await seeder.address()] }))
    await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
  })

  test('forced encryption carries data, and is refused by a peer that has it off', async (t) => {
    const torrent = makeTorrent([file('a', 500_000)], 65536)
    const forced = { in_enc_policy: 0, out_enc_policy: 0 }
    const { to, seeder, leecher } = await pair(t, torrent, forced)
    const plain = startEngine(t, { in_enc_policy: 2, out_enc_policy: 2 }, 'plain')
    await plain.load(
      task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, peers: [await seeder.address()] }),
    )
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers: [await seeder.address()] }))
    await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
    assert.equal(plain.report(torrent.id).payloadDownload ?? 0, 0)
  })

  test('upload mode asks for nothing and still serves', async (t) => {
    const torrent = makeTorrent([file('a', 300_000)], 16384)
    const { to, seeder, leecher } = await pair(t, torrent)
    const peers = [await seeder.address()]
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers, uploadMode: true }))
    await leecher.until(torrent.id, 'is connected', (r) => r.peers === 1)
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.equal(leecher.report(torrent.id).payloadDownload, 0)
    await leecher.call('update', { id: torrent.id, options: { uploadMode: false } })
    await leecher.until(torrent.id, 'has all', complete(torrent))
  })
})
