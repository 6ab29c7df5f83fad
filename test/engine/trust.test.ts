import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, startEngine, task, tempFolder } from './support/engine.ts'

test('pieces that are taken on trust are hashed when a peer asks for them', async (t) => {
  const torrent = makeTorrent([file('top/a', 100_000), file('top/b', 200_000)], 32768)
  const pieces = Math.ceil(300_000 / 32768)
  const have = new Uint8Array((pieces + 7) >> 3).fill(0xff)
  have[have.length - 1] = (0xff00 >> (pieces % 8)) & 0xff
  const [good, bad] = [await tempFolder(t), await tempFolder(t)]
  for (const folder of [good, bad]) await writeFiles(folder, torrent.files)
  const wrong = Buffer.from(torrent.files[1]!.bytes)
  wrong[150_000]! ^= 1
  await writeFile(join(bad, 'top/b'), wrong)
  const trusted = { torrentFile: torrent.bytes, have, trusted: true }
  const seeder = startEngine(t, {}, 'seeder')
  const liar = startEngine(t, {}, 'liar')
  await seeder.load(task(torrent.id, good, trusted))
  await liar.load(task(torrent.id, bad, trusted))
  for (const engine of [seeder, liar]) {
    const { distributedCopies, trust } = await engine.until(torrent.id, 'runs', (r) => r.phase === 'running')
    assert.deepEqual([distributedCopies, trust], [-1, 'given'])
  }
  assert.ok(seeder.reports.every(({ phase }) => phase !== 'checking'))

  const to = await tempFolder(t)
  const leecher = startEngine(t, {}, 'leecher')
  await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers: [await liar.address()] }))
  await liar.until(torrent.id, 'was found out', (r) => r.trust === 'broken')
  assert.equal(liar.report(torrent.id).error, null, 'the session checks, there is nothing to tell')
  await leecher.call('addPeer', { id: torrent.id, address: await seeder.address() })
  const done = await leecher.until(torrent.id, 'has all', complete(torrent))
  assert.equal(done.failedBytes, 0, 'nothing wrong was sent')
  assert.deepEqual(await wrongFiles(to, torrent.files), [])

  // Another one, which gets every piece from the honest one.
  await leecher.unload(torrent.id)
  const second = startEngine(t, {}, 'second')
  await second.load(
    task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, peers: [await seeder.address()] }),
  )
  await second.until(torrent.id, 'has all', complete(torrent))
  await seeder.until(torrent.id, 'is proven', (r) => r.trust === 'proven')
})
