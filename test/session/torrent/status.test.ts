import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Compile } from 'typebox/compile'
import { pause, resume } from '../../../src/daemon/session/actions/control.ts'
import { prioritizeFiles } from '../../../src/daemon/session/actions/files.ts'
import { availabilityOf } from '../../../src/daemon/session/actions/peers.ts'
import { isStatusField, statusFields } from '../../../src/daemon/session/torrent/status.ts'
import { recheck } from '../../../src/daemon/session/transitions/recheck.ts'
import { TorrentStatus } from '../../../src/rpc/contract/types.ts'
import { base64, openSession, torrentBytes } from '../harness.ts'

const ti = base64(torrentBytes('one', [20_000, 20_000, 20_000]))
const hash = '12'.repeat(20)

test('a status has every field of the contract and keeps it, in every state', async (t) => {
  assert.deepEqual([...statusFields].toSorted(), Object.keys(TorrentStatus.properties).toSorted())
  const schema = Compile(TorrentStatus)
  const s = openSession(t)
  const [file, magnet] = [s.add({ ti }), s.add({ info_hash: hash })]
  assert.ok([file, magnet].every((record) => schema.Check(s.status(record))))
  await s.settle()
  s.engine.say({ id: file.row.v1, phase: 'running', have: Uint8Array.of(0x80), distributedCopies: 1.5 })
  assert.ok([file, magnet].every((record) => schema.Check(s.status(record))))
  pause(s.session, file)
  assert.ok(schema.Check(s.status(file)))
})

test('names of objects are no fields', () => {
  assert.ok(isStatusField('name'))
  for (const name of ['constructor', 'toString', '__proto__', 'Name']) assert.ok(!isStatusField(name), name)
})

test('before metadata', (t) => {
  const s = openSession(t)
  const status = s.status(s.add({ info_hash: hash, name: 'given' }))
  assert.deepEqual(
    [status.name, status.state, status.progress, status.total, status.block_size, status.distributed_copies],
    ['given', 'downloading_metadata', 0, 0, 0, 0],
  )
  assert.deepEqual(
    [status.num_complete, status.num_incomplete, status.ratio, status.error],
    [-1, -1, 0, null],
  )
})

test('unlimited limits read -1', (t) => {
  const s = openSession(t)
  const free = s.status(s.add({ ti, max_connections: 0, max_uploads: -3 }))
  assert.deepEqual([free.connections_limit, free.uploads_limit], [-1, -1])
  const bound = s.status(s.add({ info_hash: hash, max_connections: 9, max_uploads: 4 }))
  assert.deepEqual([bound.connections_limit, bound.uploads_limit], [9, 4])
})

test('progress counts wanted bytes in millionths, partial pieces included', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0x80), done: 16_384 + 3 })
  assert.equal(s.status(record).progress, Math.floor(((16_384 + 3) / 60_000) * 1e6) / 1e6)
  s.engine.say({ id, have: Uint8Array.of(0xe0), done: 59_999 })
  assert.equal(s.status(record).progress, 0.999983, 'never 1 before the end')
  assert.equal(s.status(record).distributed_copies, 0.75)
})

test('with unwanted files: finished is not seeding, and the shared piece is needed', async (t) => {
  const s = openSession(t)
  // file0 is pieces 0 and part of 1, file1 the rest of 1 and part of 2
  const record = s.add({ ti, file_priorities: [1, 0, 0] })
  await s.settle()
  const id = record.row.v1
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0x80), done: 16_384 + 8000, wantedPartial: 8000 })
  const partly = s.status(record)
  assert.deepEqual(
    [partly.total_wanted, partly.total_wanted_done, partly.total_done, partly.state],
    [32_768, 24_384, 24_384, 'downloading'],
  )
  s.engine.say({ id, have: Uint8Array.of(0xc0), done: 32_768, wantedPartial: 0 })
  const finished = s.status(record)
  assert.deepEqual(
    [finished.state, finished.is_finished, finished.is_seeding, finished.progress, finished.total_done],
    ['finished', true, false, 1, 32_768],
  )
  assert.equal(finished.queue_position, -1)
})

test('nothing wanted is finished', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, flags: { default_dont_download: true } })
  await s.settle()
  s.engine.say({ id: record.row.v1, phase: 'running', have: Uint8Array.of(0) })
  assert.deepEqual([s.status(record).state, s.status(record).progress], ['finished', 1])
})

test('pad files are neither total nor done', async (t) => {
  const s = openSession(t)
  const files = [
    { length: 10_000, path: ['a'] },
    { length: 6384, path: ['.pad', '6384'], attr: 'p' },
    { length: 20_000, path: ['b'] },
  ]
  const record = s.add({ ti: base64(torrentBytes('padded', 36_384, { files, length: undefined as never })) })
  await s.settle()
  assert.equal(s.status(record).total, 30_000)
  s.engine.say({
    id: record.row.v1,
    phase: 'running',
    have: Uint8Array.of(0x80),
    done: 10_003,
    wantedPartial: 3,
  })
  assert.deepEqual([s.status(record).total_done, s.status(record).progress], [10_003, 0.333433])
  s.engine.say({ id: record.row.v1, have: Uint8Array.of(0xe0), done: 30_000 })
  assert.deepEqual([s.status(record).total_done, s.status(record).is_seeding], [30_000, true])
})

test('seed_rank of a lone seed, running, paused and after half an hour', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  assert.equal(s.status(record).seed_rank, 0)
  await s.settle()
  const id = record.row.v1
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0xf0) })
  assert.equal(s.status(record).seed_rank, 805306368)
  pause(s.session, record)
  assert.equal(s.status(record).seed_rank, 536870912)
  resume(s.session, record)
  await s.settle()
  s.engine.say({ id, swarmSeeds: 4, swarmLeechers: 7 })
  s.clock.ms += 31 * 60_000
  assert.equal(s.status(record).seed_rank, 2000)
})

test('finished and seeding durations count only their time', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  s.clock.ms += 3000
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0xf0) })
  s.clock.ms += 4000
  const status = s.status(record)
  assert.deepEqual([status.active_duration, status.finished_duration, status.seeding_duration], [7, 4, 4])
  pause(s.session, record)
  s.clock.ms += 9000
  const paused = s.status(record)
  assert.deepEqual([paused.active_duration, paused.finished_duration, paused.seeding_duration], [7, 4, 4])
  recheck(s.session, record)
  assert.equal(s.status(record).finished_duration, 4, 'what was counted up to a pause stays')
})

test('a seed wants all that it has; while its check waits it shows itself as one', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  const have = Uint8Array.of(0xf0)
  s.engine.say({ id, phase: 'running', have })
  prioritizeFiles(s.session, record, [0])
  const { total, total_wanted, total_wanted_done } = s.status(record)
  assert.deepEqual([total_wanted, total_wanted_done], [total, total])
  pause(s.session, record)
  await s.settle()
  recheck(s.session, record)
  assert.equal(s.status(record).state, 'checking_files')
  assert.equal(s.status(record).distributed_copies, -1)
  assert.deepEqual(await availabilityOf(s.session, record), [])
  resume(s.session, record)
  await s.settle()
  s.engine.say({
    id,
    phase: 'running',
    have: Uint8Array.of(0x80),
    distributedCopies: 0.25,
  })
  assert.equal(s.status(record).distributed_copies, 0.25)
  assert.equal((await availabilityOf(s.session, record)).length, record.row.pieces)
})
