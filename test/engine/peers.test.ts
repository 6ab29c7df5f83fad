import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, test } from 'node:test'
import { newBits, setBit } from '../../src/metainfo/bits.ts'
import { ErrorCode } from '../../src/rpc/errors.ts'
import { listen } from '../helpers/listen.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, startEngine, task, tempFolder } from './support/engine.ts'

// mostly waiting, so several at a time
describe('peers', { concurrency: 4 }, () => {
  test('a peer that sends bad data is counted, sent away, and the data comes from another', async (t) => {
    const torrent = makeTorrent([file('a', 6 * 65536)], 65536)
    const [bad, good, to] = [await tempFolder(t), await tempFolder(t), await tempFolder(t)]
    await writeFiles(bad, [file('a', 6 * 65536)])
    await writeFiles(good, torrent.files)
    const have = newBits(torrent.meta.numPieces)
    for (let piece = 0; piece < torrent.meta.numPieces; piece++) setBit(have, piece)
    const liar = startEngine(t, {}, 'liar')
    // pieces are believed when the size is right, so this one serves what it does not have
    await liar.load(task(torrent.id, bad, { torrentFile: torrent.bytes, have }))
    await liar.until(torrent.id, 'claims all', complete(torrent))
    const leecher = startEngine(t, {}, 'leecher')
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers: [await liar.address()] }))
    const report = await leecher.until(
      torrent.id,
      'has thrown it out',
      (r) => r.failedBytes! > 0 && r.peers === 0,
    )
    assert.equal(report.failedBytes! % 65536, 0)
    assert.ok((report.have ?? []).every((byte) => byte === 0))
    // it calls again, and is known
    await liar.call('addPeer', { id: torrent.id, address: await leecher.address() })
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.equal(leecher.report(torrent.id).peers, 0)

    const seeder = startEngine(t, {}, 'seeder')
    await seeder.load(task(torrent.id, good, { torrentFile: torrent.bytes }))
    await seeder.until(torrent.id, 'has all', complete(torrent))
    await leecher.call('addPeer', { id: torrent.id, address: await seeder.address() })
    const done = await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
    assert.equal(done.payloadDownload, done.done! + done.failedBytes! + done.redundantBytes!)
  })

  test('data comes from a web seed, with names that need escaping', async (t) => {
    const torrent = makeTorrent([file('top/a b?.bin', 100_000), file('top/sub/ü#', 70_000)], 32768)
    const asked: string[] = []
    const server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url!, 'http://x').pathname)
      asked.push(path)
      const found = torrent.files.find((one) => `/seed/${one.path}` === path)
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
      if (found === undefined || range === null) {
        response.writeHead(404).end()
        return
      }
      response.writeHead(206).end(found.bytes.subarray(Number(range[1]), Number(range[2]) + 1))
    })
    const port = await listen(t, server)
    const to = await tempFolder(t)
    const engine = startEngine(t)
    const webSeeds = [`http://127.0.0.1:${port}/seed/`]
    await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, webSeeds }))
    await engine.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
  })

  test('a peer address that is none is refused, and so is one for a torrent that is not loaded', async (t) => {
    const torrent = makeTorrent([file('a', 10)], 16384)
    const engine = startEngine(t)
    await assert.rejects(engine.call('addPeer', { id: torrent.id, address: '127.0.0.1:1' }), {
      code: ErrorCode.InvalidTorrentHandle,
    })
    await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes }))
    for (const wrong of ['127.0.0.1', '127.0.0.1:0', ':80', 'a b:1', '::1:80']) {
      await assert.rejects(engine.call('addPeer', { id: torrent.id, address: wrong }), {
        code: ErrorCode.InvalidValue,
        message: /is no peer address; write host:port/,
      })
    }
    await engine.call('addPeer', { id: torrent.id, address: '[::1]:80' })
  })

  test('a torrent file of another hash, or a broken one, is refused', async (t) => {
    const torrent = makeTorrent([file('a', 10)], 16384)
    const engine = startEngine(t)
    const folder = await tempFolder(t)
    await assert.rejects(engine.load(task('00'.repeat(20), folder, { torrentFile: torrent.bytes })), {
      code: ErrorCode.InvalidTorrent,
      message: /not 0000/,
    })
    await assert.rejects(engine.load(task(torrent.id, folder, { torrentFile: Buffer.from('garbage') })), {
      code: ErrorCode.InvalidTorrent,
    })
    assert.equal(await engine.unload(torrent.id), null)
  })
})
