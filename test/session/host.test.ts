import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clearError, pause, resume } from '../../src/daemon/session/actions/control.ts'
import { ErrorCode, RpcError } from '../../src/rpc/errors.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { base64, gone, openSession, taskError, torrentBytes } from './harness.ts'

const bytes = torrentBytes('one', [20_000, 20_000, 20_000])
const ti = base64(bytes)
/** All four pieces, and the first two. */
const all = Uint8Array.of(0xf0)
const half = Uint8Array.of(0xc0)

test('a host that dies takes peers and rates with it, and gets its torrents back with their pieces', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  s.engine.checked(id, half, 32_768)
  s.engine.say({ id, payloadDownload: 1000, downloadRate: 99, peers: 3, connections: 4, knownPeers: 9 })
  s.engine.die()
  await s.settle()
  const lost = s.status(record)
  assert.deepEqual(
    [lost.download_rate, lost.num_peers, lost.num_connections, lost.list_peers, lost.num_pieces],
    [0, 0, 0, 9, 2],
  )
  assert.equal(lost.state, 'downloading')
  const before = s.engine.calls.length
  s.engine.comeBack()
  await s.settle()
  assert.deepEqual(s.engine.calls.slice(before), [`load ${id}`])
  assert.deepEqual(s.engine.loaded.get(id)?.have, half)
  s.engine.say({ id, payloadDownload: 10 })
  assert.equal(s.status(record).total_payload_download, 1010, 'a crash is no restart of the torrent')
})

test('a load that fails because the host died is asked again when there is a new one', async (t) => {
  const s = openSession(t)
  await s.settle()
  s.engine.next.load = [gone()]
  s.engine.state.state = 'waiting'
  const record = s.add({ ti })
  await new Promise((resolve) => setTimeout(resolve, 350))
  await s.settle()
  assert.equal(s.status(record).error, null)
  assert.equal(s.engine.calls.filter((call) => call.startsWith('load')).length, 1, 'not round in circles')
  s.engine.comeBack()
  await s.settle()
  assert.ok(s.engine.loaded.has(record.row.v1))
})

test('a torrent that a living host refuses has an error', async (t) => {
  const s = openSession(t)
  s.engine.next.load = [new RpcError(ErrorCode.EngineUnavailable, 'no such thing')]
  const record = s.add({ ti })
  await waitUntil('it has an error', () => s.status(record).error !== null)
  assert.equal(s.status(record).error, 'no such thing')
  clearError(s.session, record)
  await s.settle()
  assert.ok(s.engine.loaded.has(record.row.v1))
})

test('a host that distrusts the pieces makes a seed unfinished only when the check says so', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  s.engine.checked(id, all)
  pause(s.session, record)
  await s.settle()
  resume(s.session, record)
  await s.settle()
  s.engine.say({ id, phase: 'checking', checked: 0 })
  assert.deepEqual([s.status(record).state, s.status(record).queue_position], ['checking_files', -1])
  s.engine.say({ id, phase: 'running', have: half })
  assert.deepEqual([s.status(record).state, s.status(record).queue_position], ['downloading', 0])
})

test('one step at a time: a load waits for the unload before it', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  const { promise, resolve } = Promise.withResolvers<void>()
  s.engine.next.unload = [promise]
  pause(s.session, record)
  resume(s.session, record)
  pause(s.session, record)
  resume(s.session, record)
  await s.settle()
  assert.deepEqual(s.engine.calls.slice(-1), [`unload ${id}`])
  resolve()
  await s.settle()
  assert.deepEqual(s.engine.calls.slice(-2), [`unload ${id}`, `load ${id}`])
})

test('what a host says of pieces before it has looked at them costs nothing', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  s.engine.checked(id, all, 60_000)
  const unread = { id, phase: 'checking', have: new Uint8Array(1), done: 0, error: null } as const
  for (const end of ['unload', 'error'] as const) {
    pause(s.session, record)
    await s.settle()
    resume(s.session, record)
    await s.settle()
    s.engine.finalReports.set(id, unread)
    if (end === 'error') {
      s.engine.say({ ...unread, phase: 'stopped', error: taskError('no', null) })
      s.engine.finalReports.set(id, { ...unread, phase: 'stopped', error: taskError('no', null) })
    } else {
      pause(s.session, record)
    }
    await s.settle()
    const { state, num_pieces, total_done } = s.status(record)
    // a torrent that an error stopped is no seed, whatever it has
    const expected = end === 'error' ? 'checking_resume_data' : 'seeding'
    assert.deepEqual([state, num_pieces, total_done], [expected, 4, 60_000], end)
    assert.deepEqual(s.store.have(record.row.id), all, end)
  }
  resume(s.session, record)
  await s.settle()
  assert.deepEqual(s.engine.loaded.get(id)?.have, all)
})

test('an error that was cleared while the torrent was leaving stays cleared', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  const { promise, resolve } = Promise.withResolvers<void>()
  s.engine.next.unload = [promise]
  const failed = { id, phase: 'stopped', error: taskError('full', null) } as const
  s.engine.finalReports.set(id, failed)
  s.engine.say(failed)
  assert.equal(s.status(record).error, 'full')
  clearError(s.session, record)
  resolve()
  await s.settle()
  assert.equal(s.status(record).error, null)
  assert.ok(s.engine.loaded.has(id))
})
