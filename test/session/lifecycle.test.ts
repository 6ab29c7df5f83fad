import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { clearError, pause, resume, setFlags } from '../../src/daemon/session/actions/control.ts'
import { filePriorities, prioritizeFiles } from '../../src/daemon/session/actions/files.ts'
import { addPeers } from '../../src/daemon/session/actions/peers.ts'
import { recheck } from '../../src/daemon/session/transitions/recheck.ts'
import { base64, openSession, taskError, testFolder, torrentBytes } from './harness.ts'

const bytes = torrentBytes('one', [20_000, 20_000, 20_000])
const ti = base64(bytes)
/** All four pieces, and the first two. */
const all = Uint8Array.of(0xf0)
const half = Uint8Array.of(0xc0)

test('a torrent without files on disk is there at once, then looked at, then started', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  const before = s.status(record)
  assert.equal(before.state, 'checking_resume_data')
  assert.deepEqual(before.flags.toSorted(), ['apply_ip_filter', 'auto_managed', 'paused'])
  assert.equal(before.queue_position, 0)
  assert.equal(before.total, 60_000)
  assert.equal(s.session.records.find(record.row.v1.toUpperCase()), record)
  await s.settle()
  const after = s.status(record)
  assert.equal(after.state, 'downloading')
  assert.deepEqual(after.flags.toSorted(), ['apply_ip_filter', 'auto_managed'])
  assert.deepEqual(s.engine.loaded.get(record.row.v1)?.have, Uint8Array.of(0))
  assert.deepEqual(s.engine.loaded.get(record.row.v1)?.torrentFile, new Uint8Array(bytes))
})

test('a torrent with files on disk waits to be checked, with everything unknown', async (t) => {
  const folder = testFolder(t)
  mkdirSync(join(folder, 'one'))
  writeFileSync(join(folder, 'one', 'file1'), 'x')
  const s = openSession(t, { settings: { active_checking: 0 } })
  const record = s.add({ ti, save_path: folder })
  await s.settle()
  assert.equal(s.status(record).state, 'checking_files')
  assert.ok(s.status(record).flags.includes('paused'))
  assert.equal(s.engine.loaded.size, 0)
  s.session.applySettings({ active_checking: 1 })
  await s.settle()
  assert.equal(s.engine.loaded.get(record.row.v1)?.have, null)
  s.engine.say({ id: record.row.v1, phase: 'checking', checked: 0.25 })
  assert.equal(s.status(record).progress, 0.25)
  assert.equal(s.status(record).is_finished, false)
  s.engine.say({ id: record.row.v1, phase: 'running', have: all })
  const seed = s.status(record)
  assert.equal(seed.state, 'seeding')
  assert.equal(seed.queue_position, -1)
  assert.equal(seed.completed_time, s.clock.time())
  assert.equal(seed.total, 60_000)
  assert.equal(seed.total_done, 60_000)
  assert.equal(seed.all_time_download, 0)
})

test('a save path that is a file is the torrent own trouble, told by the check', async (t) => {
  const path = join(testFolder(t), 'file')
  writeFileSync(path, '')
  const s = openSession(t)
  const record = s.add({ ti, save_path: path })
  await s.settle()
  const id = record.row.v1
  assert.equal(s.status(record).state, 'checking_files')
  s.engine.say({ id, phase: 'stopped', error: taskError('not a directory', `${path}/one`) })
  await s.settle()
  const failed = s.status(record)
  assert.equal(failed.error, 'not a directory')
  assert.equal(failed.error_file, `${path}/one`)
  assert.equal(failed.state, 'checking_files')
  assert.deepEqual(failed.flags.toSorted(), ['apply_ip_filter', 'auto_managed', 'paused'])
  assert.deepEqual(s.engine.calls.slice(-1), [`unload ${id}`])
  resume(s.session, record)
  await s.settle()
  assert.equal(s.status(record).error, null)
  assert.deepEqual(s.engine.calls.slice(-1), [`load ${id}`])
})

test('pause lasts, resume gives the torrent back to the queue', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  pause(s.session, record)
  pause(s.session, record)
  await s.settle()
  assert.deepEqual(s.status(record).flags.toSorted(), ['apply_ip_filter', 'paused'])
  assert.equal(s.engine.loaded.size, 0)
  resume(s.session, record)
  await s.settle()
  assert.deepEqual(s.status(record).flags.toSorted(), ['apply_ip_filter', 'auto_managed'])
  assert.equal(s.engine.loaded.size, 1)
})

test('a torrent that was never managed is not managed after resume either', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, flags: { auto_managed: false } })
  await s.settle()
  assert.equal(s.engine.loaded.size, 0, 'the default flag paused stays')
  resume(s.session, record)
  await s.settle()
  assert.deepEqual(s.status(record).flags, ['apply_ip_filter'])
  assert.equal(s.engine.loaded.size, 1)
})

test('set_flags is raw: paused alone does not last on a managed torrent, and says so', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  assert.match(setFlags(s.session, record, { paused: true }).join(), /auto_managed/)
  await s.settle()
  assert.equal(s.engine.loaded.size, 1)
  assert.deepEqual(setFlags(s.session, record, { paused: true, auto_managed: false }), [])
  await s.settle()
  assert.equal(s.engine.loaded.size, 0)
  setFlags(s.session, record, { paused: false })
  await s.settle()
  assert.deepEqual(s.status(record).flags, ['apply_ip_filter'], 'nothing was remembered for resume')
})

test('leaving the queue keeps a torrent as the queue left it', async (t) => {
  const s = openSession(t, { settings: { active_downloads: 1 } })
  const [runs, waits] = [s.add({ ti }), s.add({ ti: base64(torrentBytes('two', 100)) })]
  await s.settle()
  for (const record of [runs, waits]) setFlags(s.session, record, { auto_managed: false })
  await s.settle()
  assert.ok(!s.status(runs).flags.includes('paused'))
  assert.ok(s.status(waits).flags.includes('paused'))
  assert.deepEqual([...s.engine.loaded.keys()], [runs.row.v1])
})

test('session counters restart on resume, the totals of its life and the durations do not', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  s.engine.checked(id, half, 32_768)
  s.engine.say({ id, download: 1200, payloadDownload: 1000, payloadUpload: 500, upload: 600, peers: 2 })
  s.clock.ms += 10_500
  s.engine.finalReports.set(id, { id, payloadDownload: 1500, download: 1800 })
  pause(s.session, record)
  await s.settle()
  s.clock.ms += 60_000
  const paused = s.status(record)
  assert.equal(paused.total_payload_download, 1500, 'the last report counts')
  assert.equal(paused.total_download, 1800)
  assert.equal(paused.num_peers, 0)
  assert.equal(paused.active_duration, 10)
  assert.equal(paused.announcing_to_trackers, false)
  resume(s.session, record)
  await s.settle()
  const resumed = s.status(record)
  assert.equal(resumed.total_payload_download, 0)
  assert.equal(resumed.all_time_download, 1500)
  assert.equal(resumed.ratio, 500 / 1500)
  assert.deepEqual(s.engine.loaded.get(id)?.have, half)
  assert.equal(s.engine.loaded.get(id)?.downloadedBefore, 1500)
  s.engine.say({ id, payloadDownload: 7 })
  s.clock.ms += 600
  assert.equal(s.status(record).all_time_download, 1507)
  assert.equal(s.status(record).active_duration, 11)
})

test('recheck forgets the pieces, goes to the end of the queue and starts the counters anew', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  const other = s.add({ ti: base64(torrentBytes('two', 100)) })
  await s.settle()
  const id = record.row.v1
  s.engine.checked(id, all, 60_000)
  s.engine.say({ id, payloadDownload: 60_000 })
  await s.settle()
  const { completed_time } = s.status(record)
  s.engine.finalReports.set(id, { id, phase: 'running', have: all, done: 60_000 })
  s.clock.ms += 5000
  recheck(s.session, record)
  const checking = s.status(record)
  assert.deepEqual([checking.state, checking.progress, checking.num_pieces], ['checking_files', 0, 0])
  assert.deepEqual([s.status(other).queue_position, checking.queue_position], [0, 1])
  await s.settle()
  assert.equal(s.status(record).state, 'checking_files', 'the last report of the old life changes nothing')
  assert.equal(s.engine.loaded.get(id)?.have, null)
  assert.equal(s.status(record).total_payload_download, 0)
  assert.equal(s.status(record).completed_time, completed_time)
  assert.equal(s.status(record).all_time_download, 60_000)
  s.engine.say({ id, phase: 'running', have: half })
  assert.deepEqual([s.status(record).state, s.status(record).queue_position], ['downloading', 1])
})

test('a seed that is checked again wants every file afterwards, until it is told anew', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, file_priorities: [4, 0, 4] })
  await s.settle()
  const id = record.row.v1
  s.engine.say({ id, phase: 'running', have: all })
  recheck(s.session, record)
  await s.settle()
  assert.deepEqual(await filePriorities(s.session, record), [4, 0, 4], 'still listed')
  assert.deepEqual(s.engine.loaded.get(id)?.filePriorities, [])
  // The second piece is of the unwanted file alone, but for a part of the first.
  s.engine.checked(id, Uint8Array.of(0xb0))
  const bad = s.status(record)
  assert.deepEqual([bad.state, bad.total_wanted, bad.is_finished], ['downloading', 60_000, false])
  prioritizeFiles(s.session, record, [0, 0, 4])
  assert.deepEqual([s.status(record).state, s.status(record).total_wanted], ['finished', 27_232])
  await s.settle()
  assert.deepEqual(s.engine.loaded.get(id)?.filePriorities, [0, 0, 4])
  // One that was not a seed keeps what it wants.
  recheck(s.session, record)
  await s.settle()
  assert.deepEqual(s.engine.loaded.get(id)?.filePriorities, [0, 0, 4])
})

test('a paused torrent waits with its check', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  pause(s.session, record)
  await s.settle()
  recheck(s.session, record)
  await s.settle()
  assert.equal(s.status(record).state, 'checking_files')
  assert.equal(s.engine.loaded.size, 0)
  resume(s.session, record)
  await s.settle()
  assert.equal(s.engine.loaded.get(record.row.v1)?.have, null)
})

test('stop_when_ready pauses and unmanages once checked, and clears itself', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, flags: { stop_when_ready: true } })
  await s.settle()
  assert.deepEqual(s.status(record).flags.toSorted(), ['apply_ip_filter', 'paused'])
  resume(s.session, record)
  await s.settle()
  assert.ok(s.engine.loaded.has(record.row.v1))
  setFlags(s.session, record, { stop_when_ready: true })
  await s.settle()
  assert.deepEqual(s.status(record).flags.toSorted(), ['apply_ip_filter', 'paused'])

  // One that waits for the queue is ready as well.
  s.session.applySettings({ active_downloads: 0 })
  const waiting = s.add({ ti: base64(torrentBytes('waits', 20_000)) })
  await s.settle()
  assert.deepEqual(s.status(waiting).flags.toSorted(), ['apply_ip_filter', 'auto_managed', 'paused'])
  setFlags(s.session, waiting, { stop_when_ready: true })
  assert.deepEqual(s.status(waiting).flags.toSorted(), ['apply_ip_filter', 'paused'])
})

test('stop_when_ready stops a magnet link at once, when it is added and later', async (t) => {
  const s = openSession(t)
  const flags = (id: string) => s.status(s.session.get(id.repeat(20))).flags.toSorted()
  s.add({ info_hash: 'ab'.repeat(20), flags: { stop_when_ready: true } })
  const running = s.add({ info_hash: 'cd'.repeat(20) })
  await s.settle()
  assert.deepEqual(flags('ab'), ['apply_ip_filter', 'paused'])
  assert.deepEqual(flags('cd'), ['apply_ip_filter', 'auto_managed'])
  setFlags(s.session, running, { stop_when_ready: true })
  assert.deepEqual(flags('cd'), ['apply_ip_filter', 'paused'])
})

test('with no_recheck_incomplete_resume what lies on disk is not looked at', async (t) => {
  const folder = testFolder(t)
  writeFileSync(join(folder, 'one'), 'there already')
  const s = openSession(t, { settings: { no_recheck_incomplete_resume: true } })
  const record = s.add({ ti: base64(torrentBytes('one', 20_000)), save_path: folder })
  await s.settle()
  assert.equal(s.status(record).state, 'downloading')
  assert.deepEqual(s.engine.loaded.get(record.row.v1)?.have, Uint8Array.of(0))
})

test('options that change reach a running torrent, peers too', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, peers: ['127.0.0.1:1'] })
  await s.settle()
  const id = record.row.v1
  setFlags(s.session, record, { sequential_download: true, upload_mode: true, disable_pex: true })
  addPeers(s.session, record, [['::1', 2]])
  await s.settle()
  const task = s.engine.loaded.get(id)
  assert.deepEqual(
    [task?.sequential, task?.uploadMode, task?.disablePex, task?.disableDht],
    [true, true, true, false],
  )
  assert.ok(s.engine.calls.includes(`addPeer ${id} [::1]:2`))
  clearError(s.session, record)
  await s.settle()
  assert.equal(s.engine.loaded.get(id)?.uploadMode, false)
  assert.deepEqual(
    s.store.swarmSources(record.row.id).peers,
    ['127.0.0.1:1', '[::1]:2'],
    'kept for the next load',
  )
})
