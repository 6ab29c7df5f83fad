// What is believed of saved pieces when a torrent is loaded again, and what happens when files change meanwhile.

import assert from 'node:assert/strict'
import { mkdir, open, readdir, readlink, rename, rm, stat, truncate, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import type { TorrentReport, TorrentTask } from '../../src/daemon/engine/protocol.ts'
import { countBits, getBit, newBits } from '../../src/metainfo/bits.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, startEngine, type TestEngine, task, tempFolder, until } from './support/engine.ts'

// byte 100,000 is in piece 6, which both files share
const files = [file('top/a', 100_000), file('top/b', 100_000)]
const torrent = makeTorrent(files, 16384)
const total = torrent.meta.numPieces

interface Kept {
  have: Uint8Array
  stamps: Uint8Array
}

/** Loads, waits for what is on disk, and unloads: what a daemon would have kept. */
async function looked(engine: TestEngine, folder: string, more: Partial<TorrentTask> = {}): Promise<Kept> {
  await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes, ...more }))
  await engine.until(torrent.id, 'has looked', (r) => r.phase === 'running' && r.have !== undefined)
  const last = await engine.unload(torrent.id)
  return { have: last!.have!, stamps: last!.stamps! }
}

async function seeded(t: TestContext) {
  const folder = await tempFolder(t)
  await writeFiles(folder, files)
  const engine = startEngine(t, {}, 'seeder')
  const kept = await looked(engine, folder)
  assert.equal(countBits(kept.have, total), total)
  const load = (more: Partial<TorrentTask> = {}) =>
    engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes, ...kept, ...more }))
  return { folder, engine, kept, load }
}

/** Changes one byte; with `quietly` the file's time stays. */
async function flip(path: string, at: number, quietly = false): Promise<void> {
  const before = await stat(path)
  const handle = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await handle.read(byte, 0, 1, at)
  byte[0]! ^= 1
  await handle.write(byte, 0, 1, at)
  // a tick of the file system's clock may be 10 ms
  const time = quietly ? before.mtimeMs / 1000 : before.mtimeMs / 1000 + 1
  await handle.utimes(time, time)
  await handle.close()
}

const missing = ({ have }: TorrentReport) =>
  Array.from({ length: total }, (_, i) => i).filter((i) => !getBit(have!, i))
const stopped = (r: TorrentReport) => r.phase === 'stopped'

describe('saved pieces', { concurrency: 3 }, () => {
  test('of files that did not change are believed without hashing', async (t) => {
    const { folder, engine, load } = await seeded(t)
    // bytes nobody can know of: only a hash would find them
    await flip(join(folder, 'top/a'), 5, true)
    engine.reports.length = 0
    await load()
    await engine.until(torrent.id, 'has all', complete(torrent))
    assert.ok(engine.reports.every(({ phase }) => phase !== 'checking'))
  })

  test('of a changed file are hashed, and only these; a seed that lost some stops and names it', async (t) => {
    const { folder, engine, load } = await seeded(t)
    await flip(join(folder, 'top/a'), 5, true)
    await flip(join(folder, 'top/b'), 50_000)
    await load()
    const report = await engine.until(torrent.id, 'is stopped', stopped)
    assert.deepEqual([report.error!.code, report.error!.file], ['ECHANGED', join(folder, 'top/b')])
    assert.match(report.error!.message, /top\/b" is not what it was: 1 of 13 pieces are wrong/)
    assert.equal(report.looked, true)
    assert.deepEqual(missing(report), [9])
    // who asks for it gets it: nothing has changed since
    const last = await engine.unload(torrent.id)
    await load({ have: last!.have!, stamps: last!.stamps! })
    const again = await engine.until(torrent.id, 'runs', (r) => r.phase === 'running' && r.have !== undefined)
    assert.deepEqual(missing(again), [9])
  })

  test('of a file that was only touched are right again after a check', async (t) => {
    const { folder, engine, load } = await seeded(t)
    await utimes(join(folder, 'top/b'), 1e9, 1e9)
    await load()
    const report = await engine.until(torrent.id, 'has all', complete(torrent))
    assert.equal(report.checked, 1)
  })

  test('of a truncated file are missing', async (t) => {
    const { folder, engine, load } = await seeded(t)
    await truncate(join(folder, 'top/b'), 50_000)
    await load()
    const report = await engine.until(torrent.id, 'is stopped', stopped)
    assert.deepEqual([report.error!.code, report.error!.file], ['ECHANGED', join(folder, 'top/b')])
    assert.deepEqual(missing(report), [9, 10, 11, 12])
  })

  test('of a file that is gone stop the torrent, and nothing is made', async (t) => {
    const { folder, engine, kept, load } = await seeded(t)
    await rm(join(folder, 'top/b'))
    for (const stamps of [kept.stamps, null]) {
      await load({ stamps })
      const report = await engine.until(torrent.id, 'is stopped', stopped)
      assert.deepEqual([report.error!.code, report.error!.file], ['EGONE', join(folder, 'top/b')])
      assert.equal(report.looked, false, 'what it had is kept for when the file comes back')
      await engine.unload(torrent.id)
    }
    await rename(folder, `${folder}.away`)
    await load()
    assert.equal((await engine.until(torrent.id, 'is stopped', stopped)).error!.file, join(folder, 'top/a'))
    await engine.unload(torrent.id)
    await assert.rejects(stat(folder), { code: 'ENOENT' })
    await rename(`${folder}.away`, folder)
    assert.deepEqual(await readdir(join(folder, 'top')), ['a'])

    await load({ acceptGone: true })
    const accepted = await engine.until(torrent.id, 'runs', (r) => r.phase === 'running' && !!r.have)
    assert.deepEqual(missing(accepted), [6, 7, 8, 9, 10, 11, 12])
  })

  test('of a part of the torrent are no less an error when their file is gone', async (t) => {
    const folder = await tempFolder(t)
    await writeFiles(folder, files.slice(0, 1))
    const engine = startEngine(t)
    const kept = await looked(engine, folder)
    assert.equal(countBits(kept.have, total), 6)
    // the other file was never there: that is no reason to stop
    await looked(engine, folder, kept)
    await rm(join(folder, 'top/a'))
    await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes, ...kept }))
    const report = await engine.until(torrent.id, 'is stopped', stopped)
    assert.deepEqual([report.error!.code, report.error!.file], ['EGONE', join(folder, 'top/a')])
    assert.deepEqual(await readdir(join(folder, 'top')), [])
  })

  test('a file that comes while nobody looks is hashed', async (t) => {
    const folder = await tempFolder(t)
    await writeFiles(folder, files.slice(0, 1))
    const engine = startEngine(t)
    const kept = await looked(engine, folder)
    await writeFiles(folder, files.slice(1))
    const now = await looked(engine, folder, kept)
    assert.equal(countBits(now.have, total), total)
  })

  test('a moved folder is the same folder', async (t) => {
    const { folder, engine, kept } = await seeded(t)
    const to = await tempFolder(t)
    await engine.call('moveFiles', { torrentFile: torrent.bytes, from: folder, to, have: kept.have })
    engine.reports.length = 0
    await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, ...kept }))
    await engine.until(torrent.id, 'has all', complete(torrent))
    assert.ok(engine.reports.every(({ phase }) => phase !== 'checking'))
  })
})

describe('files that change under a running torrent', { concurrency: 3 }, () => {
  /** A leecher that asks for everything of a running seeder. */
  async function asking(t: TestContext, seeder: TestEngine, more: Partial<TorrentTask> = {}) {
    const leecher = startEngine(t, {}, 'leecher')
    const to = await tempFolder(t)
    const peers = [await seeder.address()]
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers, ...more }))
    return { leecher, to }
  }

  test('a changed file is not served, and the torrent asks to be loaded again', async (t) => {
    const { folder, engine, load } = await seeded(t)
    await load()
    await engine.until(torrent.id, 'has all', complete(torrent))
    await flip(join(folder, 'top/b'), 50_000)
    const { leecher } = await asking(t, engine)
    await engine.until(torrent.id, 'is in doubt', (r) => r.doubt === true)
    await leecher.until(
      torrent.id,
      'has what is right',
      (r) => countBits(r.have ?? newBits(total), total) >= 5,
    )
    assert.equal(leecher.report(torrent.id).failedBytes, 0)
    assert.equal(engine.report(torrent.id).error, null)
    const last = await engine.unload(torrent.id)
    await load({ have: last!.have!, stamps: last!.stamps! })
    assert.deepEqual(missing(await engine.until(torrent.id, 'is stopped', stopped)), [9])
  })

  test('closeFiles closes them, and a deleted file is missed at the next read', async (t) => {
    const { folder, engine, load } = await seeded(t)
    await load()
    await engine.until(torrent.id, 'has all', complete(torrent))
    const first = await asking(t, engine)
    await first.leecher.until(torrent.id, 'has all', complete(torrent))
    const links = async () => {
      const fds = `/proc/${engine.state.pid}/fd`
      const open = await Promise.all(
        (await readdir(fds)).map((fd) => readlink(join(fds, fd)).catch(() => '')),
      )
      return open.filter((path) => path.startsWith(folder))
    }
    assert.notDeepEqual(await links(), [])
    await engine.call('closeFiles', { id: torrent.id })
    assert.deepEqual(await links(), [])
    await rm(join(folder, 'top/a'))
    await asking(t, engine)
    await engine.until(torrent.id, 'is in doubt', (r) => r.doubt === true)
  })

  test('a folder that goes away in the middle of a download is not made anew', async (t) => {
    const { engine, load } = await seeded(t)
    await load()
    await engine.until(torrent.id, 'has all', complete(torrent))
    const limits = { download: 60_000, upload: -1, connections: -1, uploads: -1 }
    const { leecher, to } = await asking(t, engine, { limits, sequential: true })
    await leecher.until(torrent.id, 'has some', (r) => countBits(r.have ?? newBits(total), total) > 1)
    await rename(to, `${to}.away`)
    t.after(() => rm(`${to}.away`, { recursive: true, force: true }))
    await leecher.call('closeFiles', { id: torrent.id })
    const report = await leecher.until(torrent.id, 'is stopped', (r) => stopped(r) || r.doubt === true)
    assert.ok(report.doubt || report.error!.code === 'EGONE')
    await assert.rejects(stat(to), { code: 'ENOENT' })
  })
})

test('kill -9 costs no check: what was being written is hashed by and by, before a peer gets it', async (t) => {
  const { engine, load } = await seeded(t)
  await load()
  const to = await tempFolder(t)
  const leecher = startEngine(t, {}, 'leecher')
  const limits = { download: 100_000, upload: -1, connections: -1, uploads: -1 }
  const peers = [await engine.address()]
  const options = { torrentFile: torrent.bytes, limits, sequential: true }
  await leecher.load(task(torrent.id, to, { ...options, peers }))
  await leecher.until(torrent.id, 'has some', (r) => countBits(r.have ?? newBits(total), total) >= 3)
  const { have, stamps } = leecher.report(torrent.id)
  process.kill(leecher.state.pid!, 'SIGKILL')
  await until(() => leecher.ready === 1, 'the host is back')
  const kept = { have: have!, stamps: stamps! }
  // nobody brings more for now
  await engine.unload(torrent.id)

  leecher.reports.length = 0
  await leecher.load(task(torrent.id, to, { ...options, ...kept }))
  await leecher.until(torrent.id, 'runs', (r) => r.phase === 'running' && r.have !== undefined)
  assert.ok(leecher.reports.every(({ phase }) => phase !== 'checking'))
  const claimed = countBits(have!, total)
  assert.equal(countBits(leecher.report(torrent.id).have!, total), claimed)
  const last = await leecher.unload(torrent.id)
  assert.equal(last!.doubt, false)

  // the same with a byte that somebody changed since: it is found without anybody asking
  const byte = 16_384 * Array.from({ length: total }, (_, i) => i).find((i) => getBit(have!, i))!
  await flip(join(to, byte < 100_000 ? 'top/a' : 'top/b'), byte % 100_000)
  await leecher.load(task(torrent.id, to, { ...options, ...kept }))
  await leecher.until(torrent.id, 'is in doubt', (r) => r.doubt === true)
  const doubted = await leecher.unload(torrent.id)
  await load()
  await leecher.load(
    task(torrent.id, to, { ...options, peers, have: doubted!.have!, stamps: doubted!.stamps! }),
  )
  await leecher.until(torrent.id, 'has all', complete(torrent))
  assert.deepEqual(await wrongFiles(to, files), [])
})

test('a disk that is not mounted is told from a torrent that has only begun', async (t) => {
  // without a disk of its own: the folder where it says it was mounted is none
  const folder = await tempFolder(t)
  const engine = startEngine(t)
  const empty = join(folder, 'save')
  await mkdir(empty)
  const { have, stamps } = await looked(engine, empty)
  assert.equal(countBits(have, total), 0)
  await looked(engine, empty, { have, stamps })
  const text = Buffer.from(stamps).toString('latin1')
  assert.match(text, /"mountPoint":"\/[^"]*"/)
  const place = JSON.stringify({ savePath: empty, mountPoint: folder })
  const elsewhere = Buffer.concat([
    Buffer.from([1, 0, 0, 0, Buffer.byteLength(place)]),
    Buffer.from(place),
    stamps.subarray(5 + Buffer.from(stamps).readUInt32BE(1)),
  ])
  await rm(empty, { recursive: true })
  await engine.load(task(torrent.id, empty, { torrentFile: torrent.bytes, have, stamps: elsewhere }))
  const report = await engine.until(torrent.id, 'is stopped', stopped)
  assert.deepEqual([report.error!.code, report.error!.file], ['EGONE', empty])
  assert.match(report.error!.message, /nothing is mounted at/)
  await engine.unload(torrent.id)
  await assert.rejects(stat(empty), { code: 'ENOENT' })
})
