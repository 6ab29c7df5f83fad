import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { pause, resume } from '../../../src/daemon/session/actions/control.ts'
import { moveTorrent } from '../../../src/daemon/session/actions/move-storage.ts'
import { removeTorrent } from '../../../src/daemon/session/actions/remove.ts'
import { ErrorCode, RpcError } from '../../../src/rpc/errors.ts'
import { base64, gone, openSession, testFolder, torrentBytes } from '../harness.ts'

const ti = base64(torrentBytes('one', [20_000, 20_000, 20_000]))
const half = Uint8Array.of(0xc0)

test('a running torrent leaves the engine, is moved, and goes on with its pieces and counters', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  const old = record.row.savePath
  s.engine.checked(id, half, 32_768)
  s.engine.say({ id, payloadDownload: 1000 })
  const { promise, resolve } = Promise.withResolvers<void>()
  s.engine.next.moveFiles = [promise]
  const before = s.engine.calls.length
  moveTorrent(s.session, record, '/new')
  await new Promise((done) => setTimeout(done, 5))
  const moving = s.status(record)
  assert.deepEqual([moving.moving_storage, moving.save_path, moving.state], [true, old, 'downloading'])
  assert.ok(!moving.flags.includes('paused'))
  assert.equal(s.engine.loaded.size, 0)
  resolve()
  await s.settle()
  assert.deepEqual(s.engine.calls.slice(before), [`unload ${id}`, `moveFiles ${old} -> /new`, `load ${id}`])
  assert.deepEqual([s.engine.loaded.get(id)?.savePath, s.engine.loaded.get(id)?.have], ['/new', half])
  const moved = s.status(record)
  assert.deepEqual([moved.moving_storage, moved.save_path, moved.num_pieces], [false, '/new', 2])
  assert.equal(moved.total_payload_download, 1000, 'a move is no restart of the torrent')
  assert.deepEqual(s.store.moves(), [])
})

test('a paused torrent is moved and stays paused', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  pause(s.session, record)
  await s.settle()
  moveTorrent(s.session, record, '/new')
  await s.settle()
  assert.deepEqual([s.status(record).save_path, s.engine.loaded.size], ['/new', 0])
  resume(s.session, record)
  await s.settle()
  assert.equal(s.engine.loaded.get(record.row.v1)?.savePath, '/new')
})

test('a move that fails changes nothing and is logged', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const old = record.row.savePath
  s.engine.next.moveFiles = [new RpcError(ErrorCode.FileSystem, 'cannot write to "/new/x": no space left')]
  moveTorrent(s.session, record, '/new')
  await s.settle()
  const { save_path, error, moving_storage } = s.status(record)
  assert.deepEqual([save_path, error, moving_storage], [old, null, false])
  assert.ok(s.engine.loaded.has(record.row.v1))
  assert.match(s.log.lines.join('\n'), /warning: .*moving one to \/new: .*no space left/)
  assert.deepEqual(s.store.moves(), [])
})

test('a move whose host dies is done by the next one', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const { promise, reject } = Promise.withResolvers<void>()
  s.engine.next.moveFiles = [promise]
  moveTorrent(s.session, record, '/new')
  await new Promise((done) => setTimeout(done, 5))
  s.engine.die()
  reject(gone())
  await s.settle()
  assert.equal(s.status(record).moving_storage, true)
  s.engine.comeBack()
  await s.settle()
  assert.deepEqual([s.status(record).save_path, s.status(record).moving_storage], ['/new', false])
  assert.ok(s.engine.loaded.has(record.row.v1))
})

test('a move that a daemon did not finish is done at the next start, before the torrent runs', async (t) => {
  const folder = testFolder(t)
  const first = openSession(t, { folder })
  const record = first.add({ ti })
  await first.settle()
  const old = record.row.savePath
  const { promise, reject } = Promise.withResolvers<void>()
  first.engine.next.moveFiles = [promise]
  moveTorrent(first.session, record, '/new')
  moveTorrent(first.session, record, '/skipped')
  moveTorrent(first.session, record, '/last')
  await new Promise((done) => setTimeout(done, 5))
  await first.close()
  reject(gone())

  const again = openSession(t, { folder })
  const [kept] = [...again.session.records]
  assert.deepEqual([again.status(kept!).moving_storage, kept!.row.savePath], [true, old])
  await again.settle()
  assert.equal(again.status(kept!).save_path, '/last')
  assert.deepEqual(again.engine.calls, [
    `moveFiles ${old} -> /new`,
    'moveFiles /new -> /last',
    `load ${record.row.v1}`,
  ])
})

test('before metadata only the path changes, and the engine hears of it', async (t) => {
  const s = openSession(t)
  const record = s.add({ info_hash: 'ab'.repeat(20) })
  await s.settle()
  moveTorrent(s.session, record, '/new')
  assert.deepEqual([s.status(record).save_path, s.status(record).moving_storage], ['/new', false])
  await s.settle()
  assert.equal(s.engine.loaded.get(record.row.v1)?.savePath, '/new')
  assert.ok(!s.engine.calls.some((call) => call.startsWith('moveFiles')))
})

test('a torrent that is removed while it is moved loses its files in both places', async (t) => {
  const folder = testFolder(t)
  const s = openSession(t, { folder })
  const record = s.add({ ti })
  await s.settle()
  const { promise, resolve } = Promise.withResolvers<void>()
  s.engine.next.moveFiles = [promise]
  moveTorrent(s.session, record, '/new')
  await new Promise((done) => setTimeout(done, 5))
  const removed = removeTorrent(s.session, record, true)
  await new Promise((done) => setTimeout(done, 5))
  assert.ok(
    !s.engine.calls.some((call) => call.startsWith('removeFiles')),
    'not while files are on their way',
  )
  resolve()
  await removed
  assert.deepEqual(s.engine.calls.slice(-2), [`removeFiles ${join(folder, 'data')}`, 'removeFiles /new'])
  assert.deepEqual([s.store.moves(), s.store.removals()], [[], []])
})
