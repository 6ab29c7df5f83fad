import assert from 'node:assert/strict'
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ErrorCode } from '../../src/rpc/errors.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, startEngine, task, tempFolder } from './support/engine.ts'

// mostly waiting, so several at a time
describe('errors of the disk', { concurrency: 4 }, () => {
  test('a write that fails stops the torrent, names the file, and leaves the host alive', async (t) => {
    const torrent = makeTorrent([file('top/a', 200_000), file('top/b', 200_000)], 16384)
    const [from, to] = [await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, torrent.files)
    const seeder = startEngine(t, {}, 'seeder')
    const leecher = startEngine(t, {}, 'leecher')
    await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
    const peers = [await seeder.address()]
    // a folder where a file has to go: root may write anywhere, but not there
    const blocked = join(to, 'top/b')
    await mkdir(blocked, { recursive: true })
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers, have: new Uint8Array(4) }))
    const report = await leecher.until(torrent.id, 'is stopped', (r) => r.phase === 'stopped')
    assert.equal(report.error!.file, blocked)
    assert.match(report.error!.message, /top\/b/)
    const pid = leecher.state.pid

    // the same host goes on: with the obstacle away the torrent can be loaded again
    const last = await leecher.unload(torrent.id)
    assert.equal(last!.phase, 'stopped')
    await rm(blocked, { recursive: true })
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers, have: last!.have! }))
    await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
    assert.equal(leecher.state.pid, pid)
  })

  test('what has come and cannot be written is not counted', async (t) => {
    // all of it comes before anything is written: it is one piece
    const torrent = makeTorrent([file('a', 200_000)], 262_144)
    const [from, to] = [await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, torrent.files)
    const seeder = startEngine(t, {}, 'seeder')
    const leecher = startEngine(t, {}, 'leecher')
    await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes }))
    await leecher.until(torrent.id, 'runs', (r) => r.phase === 'running')
    // in its way only now: a check would have found it
    await mkdir(join(to, 'a'))
    await leecher.call('addPeer', { id: torrent.id, address: await seeder.address() })
    await leecher.until(torrent.id, 'is stopped', (r) => r.phase === 'stopped')
    const { done, payloadDownload } = leecher.report(torrent.id)
    assert.deepEqual({ done, payloadDownload }, { done: 0, payloadDownload: 200_000 })
  })

  test('a save path below a file is an error that says so', async (t) => {
    const torrent = makeTorrent([file('top/a', 20_000), file('top/empty', 0)], 16384)
    const folder = await tempFolder(t)
    await writeFile(join(folder, 'x'), '')
    const engine = startEngine(t)
    await engine.load(task(torrent.id, join(folder, 'x/y'), { torrentFile: torrent.bytes }))
    const report = await engine.until(torrent.id, 'is stopped', (r) => r.phase === 'stopped')
    assert.equal(report.error!.file, join(folder, 'x/y/top/a'))
    assert.match(report.error!.message, /not a directory/)
  })

  test('a symbolic link out of the save path is not followed, neither to read nor to write', async (t) => {
    const torrent = makeTorrent([file('top/sub/a', 20_000)], 16384)
    const [from, to, elsewhere] = [await tempFolder(t), await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, torrent.files)
    const seeder = startEngine(t, {}, 'seeder')
    const leecher = startEngine(t, {}, 'leecher')
    await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
    await mkdir(join(to, 'top'))
    await symlink(elsewhere, join(to, 'top/sub'))
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers: [await seeder.address()] }))
    const report = await leecher.until(torrent.id, 'is stopped', (r) => r.phase === 'stopped')
    assert.match(report.error!.message, /leads out of the save path/)
    assert.deepEqual(await readdir(elsewhere), [])
  })

  test('removeFiles deletes the torrents files and empty folders, and nothing foreign', async (t) => {
    const torrent = makeTorrent([file('top/a/x', 10), file('top/b/y', 10), file('top/b/c/z', 10)], 16384)
    const folder = await tempFolder(t)
    await writeFiles(folder, torrent.files)
    await writeFile(join(folder, 'top/b/mine'), '')
    await writeFile(join(folder, `.${torrent.id}.parts`), '')
    await rm(join(folder, 'top/a/x'))
    const engine = startEngine(t)
    await engine.call('removeFiles', { torrentFile: torrent.bytes, savePath: folder, keep: [] })
    assert.deepEqual((await readdir(folder, { recursive: true })).sort(), ['top', 'top/b', 'top/b/mine'])
    // once more: everything is gone already
    await engine.call('removeFiles', { torrentFile: torrent.bytes, savePath: folder, keep: [] })
    await rm(join(folder, 'top/b/mine'))
    await engine.call('removeFiles', { torrentFile: torrent.bytes, savePath: folder, keep: [] })
    assert.deepEqual(await readdir(folder), [])

    await mkdir(join(folder, 'top/a/x/in the way'), { recursive: true })
    await assert.rejects(
      engine.call('removeFiles', { torrentFile: torrent.bytes, savePath: folder, keep: [] }),
      (error: { code: number; data: { path: string } }) => {
        assert.equal(error.code, ErrorCode.FileSystem)
        assert.equal(error.data.path, join(folder, 'top/a/x'))
        return true
      },
    )
    await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes, filePriorities: [0, 0, 0] }))
    await assert.rejects(
      engine.call('removeFiles', { torrentFile: torrent.bytes, savePath: folder, keep: [] }),
      /is loaded/,
    )
  })
})
