import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { countBits } from '../../src/metainfo/bits.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, startEngine, task, tempFolder } from './support/engine.ts'

// mostly waiting, so several at a time
describe('file priorities', { concurrency: 4 }, () => {
  test('a seed is left alone by who has all that it wants, and called again when more is wanted', async (t) => {
    const torrent = makeTorrent([file('top/a', 40_000), file('top/b', 400_000)], 16384)
    const [from, to] = [await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, torrent.files)
    const seeder = startEngine(t, {}, 'seeder')
    const leecher = startEngine(t, {}, 'leecher')
    await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
    const load = { torrentFile: torrent.bytes, peers: [await seeder.address()], filePriorities: [4, 0] }
    await leecher.load(task(torrent.id, to, load))
    await leecher.until(torrent.id, 'has what is wanted', (r) => countBits(r.have ?? Buffer.of(), 27) === 3)
    await leecher.until(torrent.id, 'parts', (r) => r.connections === 0 && r.knownSeeds === 1)
    // whom it would call again it would call after a second
    const before = seeder.reports.length
    await new Promise((resolve) => setTimeout(resolve, 2000))
    assert.ok(seeder.reports.slice(before).every((r) => !r.peers))
    assert.equal(leecher.report(torrent.id).candidates, 0)
    await leecher.call('update', { id: torrent.id, options: { filePriorities: [4, 4] } })
    await leecher.until(torrent.id, 'has all', complete(torrent))
  })

  test('an unwanted file is not created, its neighbours bytes are kept aside, and move when it is wanted', async (t) => {
    // pieces: a a ab bb bc c c; the middle file shares its first and its last piece
    const files = [file('top/a', 40_000), file('top/b', 33_000), file('top/c', 41_688)]
    const torrent = makeTorrent(files, 16384)
    const [from, to] = [await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, files)
    const seeder = startEngine(t, {}, 'seeder')
    const leecher = startEngine(t, {}, 'leecher')
    await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
    const wanted = task(torrent.id, to, {
      torrentFile: torrent.bytes,
      peers: [await seeder.address()],
      filePriorities: [4, 0, 4],
    })
    await leecher.load(wanted)
    const partly = await leecher.until(
      torrent.id,
      'has what is wanted',
      (r) => countBits(r.have ?? Buffer.of(), 7) === 6,
    )
    // nothing more comes
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.equal(leecher.report(torrent.id).done, partly.done)
    assert.deepEqual(await wrongFiles(to, files), ['top/b'])
    assert.deepEqual((await readdir(join(to, 'top'))).sort(), ['a', 'c'])
    const part = join(to, `.${torrent.id}.parts`)
    assert.ok((await stat(part)).size > 0)

    // the last report is enough to go on, with the bytes in the part file
    const last = await leecher.unload(torrent.id)
    assert.equal(countBits(last!.have!, 7), 6)
    await leecher.load({ ...wanted, peers: [], have: last!.have! })
    await leecher.until(
      torrent.id,
      'is trusted',
      (r) => r.phase === 'running' && countBits(r.have ?? Buffer.of(), 7) === 6,
    )

    // now without any peer: what was kept aside has to be in the file
    await leecher.call('update', { id: torrent.id, options: { filePriorities: [4, 4, 4] } })
    assert.equal((await stat(join(to, 'top/b'))).size, files[1]!.bytes.length)
    const before = leecher.report(torrent.id).payloadDownload ?? 0
    await leecher.call('addPeer', { id: torrent.id, address: await seeder.address() })
    const all = await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, files), [])
    assert.equal(all.payloadDownload! - before, 16384, 'only the missing piece was fetched')
    await leecher.unload(torrent.id)
    await assert.rejects(stat(part), { code: 'ENOENT' })
  })

  test('a file wanted while the torrent was not loaded gets its bytes from the part file', async (t) => {
    const files = [file('top/a', 20_000), file('top/b', 10_000), file('top/c', 20_000)]
    const torrent = makeTorrent(files, 16384)
    const [from, to] = [await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, files)
    const seeder = startEngine(t, {}, 'seeder')
    const leecher = startEngine(t, {}, 'leecher')
    await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
    const peers = [await seeder.address()]
    // b lies wholly in pieces of its neighbours
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers, filePriorities: [4, 0, 4] }))
    await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, files), ['top/b'])
    const last = await leecher.unload(torrent.id)
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, have: last!.have! }))
    await leecher.until(torrent.id, 'runs', complete(torrent))
    assert.deepEqual(await wrongFiles(to, files), [])
  })

  test('the piece with the higher priority comes first, and sequential means in order', async (t) => {
    const files = [file('top/a', 400_000), file('top/b', 400_000)]
    const torrent = makeTorrent(files, 16384)
    const [from, to] = [await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, files)
    // what may be asked for while choked comes in no order (BEP 6)
    const seeder = startEngine(t, { allowed_fast_set_size: 0 }, 'seeder')
    const leecher = startEngine(t, {}, 'leecher')
    await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
    const peers = [await seeder.address()]
    const limits = { download: 150_000, upload: -1, connections: -1, uploads: -1 }
    const options = { torrentFile: torrent.bytes, peers, limits, sequential: true, filePriorities: [1, 7] }
    await leecher.load(task(torrent.id, to, options))
    await leecher.until(torrent.id, 'has some', (r) => r.done! > 150_000)
    const last = await leecher.unload(torrent.id)
    const total = torrent.meta.numPieces
    const got = Array.from({ length: total }, (_, i) => i).filter(
      (i) => last!.have![i >> 3]! & (0x80 >> (i & 7)),
    )
    assert.ok(got.length > 3)
    // the first piece of b is the one it shares with a
    const first = Math.floor(400_000 / 16384)
    assert.deepEqual(
      got,
      Array.from({ length: got.length }, (_, i) => first + i),
    )
  })
})
