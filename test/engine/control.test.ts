import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, quiet, startEngine, task, tempFolder } from './support/engine.ts'

const torrent = makeTorrent([file('t/a', 300_000), file('t/b', 1_200_000)], 2 ** 20)
const block = 16384

test('peers that are cleared stay away until they are named again', { timeout: 30_000 }, async (t) => {
  const [from, to] = [await tempFolder(t), await tempFolder(t)]
  await writeFiles(from, torrent.files)
  const a = startEngine(t, {}, 'seeder')
  const b = startEngine(t, { download_rate_limit: 100_000 }, 'leecher')
  await a.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
  await a.until(torrent.id, 'has all', complete(torrent))
  const peer = await a.address()
  await b.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers: [peer] }))
  await b.until(torrent.id, 'has a peer', (r) => r.peers === 1 && r.payloadDownload! > 2 * block)

  await b.call('clearPeers', { id: torrent.id })
  await b.until(torrent.id, 'has none', (r) => r.peers === 0 && r.connections === 0 && r.knownPeers === 0)
  await a.until(torrent.id, 'was left', (r) => r.peers === 0)
  // webtorrent itself calls again after a second
  const seen = b.reports.length
  await sleep(2500)
  for (const report of b.reports.slice(seen)) assert.ok(!report.peers, 'nobody came back')
  b.configure(quiet)

  await b.call('addPeer', { id: torrent.id, address: peer })
  await b.until(torrent.id, 'has all', complete(torrent), 15_000)
  assert.deepEqual(await wrongFiles(to, torrent.files), [])
})

test('files make progress block by block', { timeout: 30_000 }, async (t) => {
  const [from, to] = [await tempFolder(t), await tempFolder(t)]
  await writeFiles(from, torrent.files)
  const a = startEngine(t, {}, 'seeder')
  const b = startEngine(t, { download_rate_limit: 150_000 }, 'leecher')
  await a.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
  await a.until(torrent.id, 'has all', complete(torrent))
  assert.deepEqual(await a.call('fileProgress', { id: torrent.id }), [300_000, 1_200_000])
  await b.load(
    task(torrent.id, to, { torrentFile: torrent.bytes, sequential: true, peers: [await a.address()] }),
  )
  await b.until(torrent.id, 'has blocks', (r) => r.payloadDownload! > 6 * block)
  const progress = (await b.call('fileProgress', { id: torrent.id }))!
  const done = progress[0]! + progress[1]!
  assert.equal(b.report(torrent.id).have?.some((byte) => byte !== 0) ?? false, false, 'no piece is whole')
  assert.ok(done >= 5 * block && done < 60 * block, `${progress}`)
  assert.equal(done % block, 0)
  await b.call('update', {
    id: torrent.id,
    options: { limits: { download: -1, upload: -1, connections: -1, uploads: -1 } },
  })
  b.configure(quiet)
  await b.until(torrent.id, 'has all', complete(torrent), 15_000)
  assert.deepEqual(await b.call('fileProgress', { id: torrent.id }), [300_000, 1_200_000])
  await assert.rejects(b.call('fileProgress', { id: '12'.repeat(20) }), /not loaded/)
  await assert.rejects(b.call('clearPeers', { id: '12'.repeat(20) }), /not loaded/)
})
