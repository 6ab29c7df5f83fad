// Errors that do not stop a torrent: it goes on in upload mode, or refuses a peer, and says why.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clearError, resume, setFlags } from '../../../src/daemon/session/actions/control.ts'
import type { TorrentRecord } from '../../../src/daemon/session/torrent/record.ts'
import { verifiedPieces } from '../../../src/daemon/session/torrent/verified-pieces.ts'
import { recheck } from '../../../src/daemon/session/transitions/recheck.ts'
import { base64, openSession, type TestSession, taskError, torrentBytes } from '../harness.ts'

const ti = base64(torrentBytes('one', [20_000, 20_000, 20_000]))
const full = {
  ...taskError('cannot write to "/x/one": no space left', '/x/one'),
  code: 'ENOSPC',
  write: true,
}

/** The engine could not write a piece; one is there. */
async function failed(s: TestSession, error = full): Promise<TorrentRecord> {
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0x80), done: 16_384 })
  s.engine.say({ id, phase: 'stopped', error })
  await s.settle()
  return record
}

const shown = (s: TestSession, record: TorrentRecord) => {
  const { flags, error, error_file } = s.status(record)
  return [flags.includes('upload_mode'), flags.includes('paused'), error, error_file]
}

test('a disk that takes no more leads to upload mode: the torrent goes on and says why', async (t) => {
  const s = openSession(t)
  const record = await failed(s)
  assert.deepEqual(shown(s, record), [true, false, full.message, '/x/one'])
  const task = s.engine.loaded.get(record.row.v1)
  assert.deepEqual([task?.uploadMode, task?.have], [true, Uint8Array.of(0x80)])
  s.engine.say({ id: record.row.v1, phase: 'running', have: Uint8Array.of(0x80) })
  assert.equal(s.status(record).state, 'downloading')

  resume(s.session, record)
  assert.equal(s.status(record).error, full.message, 'it is in upload mode still, and for this reason')
  clearError(s.session, record)
  await s.settle()
  assert.deepEqual(shown(s, record), [false, false, null, null])
  assert.equal(s.engine.loaded.get(record.row.v1)?.uploadMode, false)
})

test('an auto managed torrent leaves upload mode after optimistic_disk_retry seconds', async (t) => {
  const s = openSession(t, { settings: { optimistic_disk_retry: 100 } })
  const record = await failed(s)
  const byHand = s.add({ info_hash: '12'.repeat(20), flags: { upload_mode: true, auto_managed: false } })
  s.clock.ms += 99_000
  s.session.diskRetry.run()
  assert.equal(shown(s, record)[0], true)
  s.clock.ms += 1000
  s.session.diskRetry.run()
  await s.settle()
  assert.deepEqual(shown(s, record), [false, false, null, null])
  assert.equal(s.engine.loaded.get(record.row.v1)?.uploadMode, false)
  assert.equal(shown(s, byHand)[0], true, 'what the queue has no say in stays')
  setFlags(s.session, byHand, { auto_managed: true })
  s.session.diskRetry.run()
  assert.equal(shown(s, byHand)[0], false, 'its time had passed')
})

test('upload mode and its reason survive a restart', async (t) => {
  const s = openSession(t)
  const before = shown(s, await failed(s))
  await s.close()
  const again = openSession(t, { folder: s.store.path.replace(/\/state\.db$/, '') })
  await again.settle()
  const [same] = [...again.session.records]
  assert.deepEqual(shown(again, same!), before)
  assert.equal(again.engine.loaded.get(same!.row.v1)?.uploadMode, true)
})

test('clearing the flag clears its reason; a check leaves both', async (t) => {
  const s = openSession(t)
  const record = await failed(s)
  recheck(s.session, record)
  assert.deepEqual(shown(s, record), [true, false, full.message, '/x/one'])
  setFlags(s.session, record, { upload_mode: false })
  assert.deepEqual(shown(s, record), [false, false, null, null])
})

test('a second failure in upload mode, and errors of another kind, stop the torrent', async (t) => {
  const s = openSession(t)
  const record = await failed(s, { ...full, code: 'EISDIR' })
  assert.deepEqual(shown(s, record), [false, true, full.message, '/x/one'])
  assert.ok(!s.engine.loaded.has(record.row.v1))
  setFlags(s.session, record, { upload_mode: false })
  assert.equal(s.status(record).error, full.message, 'not cleared by the way')
  clearError(s.session, record)
  await s.settle()
  assert.ok(s.engine.loaded.has(record.row.v1))
  s.engine.say({ id: record.row.v1, phase: 'stopped', error: full })
  await s.settle()
  s.engine.say({ id: record.row.v1, phase: 'stopped', error: full })
  await s.settle()
  assert.deepEqual(shown(s, record).slice(0, 2), [true, true])
})

test('what cannot be read for a peer is told, and the seed goes on', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0xf0) })
  s.engine.say({ id, error: taskError('gone', '/x/one/file0') })
  await s.settle()
  assert.deepEqual(shown(s, record), [false, false, 'gone', '/x/one/file0'])
  assert.equal(s.status(record).state, 'seeding')
  assert.ok(s.engine.loaded.has(id))
  const calls = s.engine.calls.length
  s.engine.say({ id, error: taskError('another', '/x/one/file1') })
  await s.settle()
  assert.equal(s.status(record).error, 'gone', 'the first is shown until it is cleared')
  assert.equal(s.engine.calls.length, calls)
  resume(s.session, record)
  assert.deepEqual(shown(s, record), [false, false, null, null])

  s.engine.say({ id, error: taskError('gone again', '/x/one/file0') })
  assert.equal(s.status(record).error, 'gone again')
  s.engine.checked(id, Uint8Array.of(0x30))
  assert.deepEqual(shown(s, record), [false, false, null, null], 'a check has found out')
  assert.equal(s.status(record).state, 'downloading')
})

test('what a check had found when it failed stays visible until the next one', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  s.engine.say({ id, phase: 'checking', checked: 0.25 })
  const error = taskError('cannot be read', '/x/one/file1')
  s.engine.say({ id, phase: 'stopped', checked: 0.5, have: Uint8Array.of(0x80), error })
  await s.settle()
  assert.ok(!s.engine.loaded.has(id))
  const { state, progress, num_pieces, total_done, total_wanted_done, is_finished } = s.status(record)
  assert.deepEqual([state, progress, num_pieces, is_finished], ['checking_files', 0.5, 1, false])
  assert.deepEqual([total_done, total_wanted_done], [record.row.pieceLength, record.row.pieceLength])
  assert.deepEqual([...verifiedPieces(s.store, record)], [0x80])
  clearError(s.session, record)
  await s.settle()
  assert.ok(s.engine.loaded.has(id))
  assert.deepEqual([s.status(record).progress, s.status(record).num_pieces], [0, 0])
})
