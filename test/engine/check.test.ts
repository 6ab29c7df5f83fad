import assert from 'node:assert/strict'
import { open, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { DiskCheck } from '../../src/daemon/engine/host/disk-check.ts'
import { TorrentState } from '../../src/daemon/engine/host/torrent-state.ts'
import { DescriptorPool } from '../../src/daemon/engine/storage/descriptor-pool.ts'
import { Storage } from '../../src/daemon/engine/storage/storage.ts'
import { countBits, getBit, newBits, setBit } from '../../src/metainfo/bits.ts'
import { file, makeTorrent, writeFiles, zeros } from './support/data.ts'
import { complete, startEngine, task, tempFolder } from './support/engine.ts'

const files = [file('top/a', 100_000), file('top/b', 100_000)]
const torrent = makeTorrent(files, 16384)
const total = torrent.meta.numPieces

function allBits(): Uint8Array {
  const bits = newBits(total)
  for (let piece = 0; piece < total; piece++) setBit(bits, piece)
  return bits
}

// mostly waiting, so several at a time
describe('checks', { concurrency: 4 }, () => {
  test('complete data on disk is found, with progress', async (t) => {
    const folder = await tempFolder(t)
    await writeFiles(folder, files)
    const engine = startEngine(t)
    await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes }))
    const report = await engine.until(torrent.id, 'has all', complete(torrent))
    assert.equal(report.done, 200_000)
    assert.equal(report.payloadDownload, 0)
  })

  test('what a check has hashed is not in doubt', async (t) => {
    const folder = await tempFolder(t)
    await writeFiles(folder, files)
    // never seen; claimed, but of files that look otherwise; the same in seed mode, which hashes all of it
    for (const more of [{}, { have: allBits() }, { have: allBits(), trusted: true }]) {
      const one = task(torrent.id, folder, { torrentFile: torrent.bytes, ...more })
      const storage = new Storage(torrent.meta, torrent.id, folder, new DescriptorPool(4), [])
      await storage.prepare()
      const state = new TorrentState(one, () => {})
      state.open(torrent.meta, storage)
      const { doubted } = await new DiskCheck(state, new AbortController().signal).run(storage)
      const what = JSON.stringify(Object.keys(more))
      assert.equal(countBits(state.have, total), total, what)
      assert.equal(countBits(doubted, total), 0, what)
      await storage.close()
    }
  })

  test('a corrupt piece, a truncated file and a missing one cost just their pieces', async (t) => {
    const folder = await tempFolder(t)
    await writeFiles(folder, files)
    const bytes = await readFile(join(folder, 'top/a'))
    bytes[50_000]! ^= 1
    await writeFile(join(folder, 'top/a'), bytes)
    await truncate(join(folder, 'top/b'), 50_000)
    const engine = startEngine(t)
    await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes }))
    const found = await engine.until(
      torrent.id,
      'is checked',
      (r) => r.phase === 'running' && r.have !== undefined,
    )
    const missing = Array.from({ length: total }, (_, i) => i).filter((i) => !getBit(found.have!, i))
    // byte 50,000 is in piece 3; b ends in the torrent at byte 150,000, in piece 9
    assert.deepEqual(missing, [3, 9, 10, 11, 12])

    await engine.unload(torrent.id)
    await rm(join(folder, 'top/b'))
    await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes }))
    const again = await engine.until(
      torrent.id,
      'is checked',
      (r) => countBits(r.have ?? allBits(), total) === 5,
    )
    assert.equal(again.phase, 'running')
  })

  test('saved pieces are believed when the files are long enough: nothing is hashed', async (t) => {
    const folder = await tempFolder(t)
    // wrong bytes of the right size tell a hash from a belief
    await writeFiles(folder, [file('top/a', 100_000), file('top/b', 100_000)])
    const engine = startEngine(t)
    await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes, have: allBits() }))
    await engine.until(torrent.id, 'believes', complete(torrent))
    assert.ok(engine.reports.every((report) => report.phase !== 'checking'))
  })

  test('saved pieces are not believed when a file is too short for them, or gone, or the bits do not fit', async (t) => {
    const folder = await tempFolder(t)
    const engine = startEngine(t)
    const check = async (have: Uint8Array, expected: number) => {
      await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes, have, acceptGone: true }))
      await engine.until(
        torrent.id,
        `has ${expected}`,
        (r) => r.phase === 'running' && countBits(r.have ?? allBits(), total) === expected,
      )
      await engine.unload(torrent.id)
    }
    await writeFiles(folder, files)
    await truncate(join(folder, 'top/b'), 99_999)
    await check(allBits(), 12)
    await rm(join(folder, 'top/b'))
    await check(allBits(), 6)
    await rm(join(folder, 'top/a'))
    await check(allBits(), 0)
    await writeFiles(folder, files)
    await check(new Uint8Array(9), total)
    // a short file is long enough for the pieces that are claimed of it
    await truncate(join(folder, 'top/b'), 40_000)
    const some = newBits(total)
    setBit(some, 0)
    setBit(some, 7)
    await check(some, 2)
  })

  /** 8 GiB of zeros that take no room: a check of seconds. */
  async function sparse(folder: string) {
    const handle = await open(join(folder, 'zeros'), 'w')
    await handle.truncate(8192 * 2 ** 20)
    await handle.close()
    return zeros('zeros', 1 << 20, 8192)
  }

  test('a check says how far it is, and is given up at once when the torrent is unloaded', async (t) => {
    const folder = await tempFolder(t)
    const { bytes, id } = await sparse(folder)
    const engine = startEngine(t)
    await engine.load(task(id, folder, { torrentFile: bytes }))
    await engine.until(id, 'is under way', (r) => r.phase === 'checking' && r.checked! > 0)
    const start = performance.now()
    const last = await engine.unload(id)
    const took = performance.now() - start
    assert.ok(took < 300, `unload took ${took} ms`)
    assert.ok(last!.checked! > 0 && last!.checked! < 1, `at ${last!.checked}`)
    assert.equal(last!.phase, 'checking')
    // nothing of it goes on
    assert.equal(await engine.unload(id), null)
  })

  test('other torrents are served while one is checked', async (t) => {
    const folder = await tempFolder(t)
    const { bytes, id } = await sparse(folder)
    await writeFiles(folder, files)
    const engine = startEngine(t)
    await engine.load(task(id, folder, { torrentFile: bytes }))
    await engine.until(id, 'is under way', (r) => r.phase === 'checking' && r.checked! > 0)
    await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes }))
    await engine.until(torrent.id, 'has all', complete(torrent), 5000)
    assert.equal(engine.report(id).phase, 'checking')
  })
})
