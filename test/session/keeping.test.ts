import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { addTorrent } from '../../src/daemon/session/actions/add.ts'
import { addRequestOf } from '../../src/daemon/session/actions/add-request.ts'
import { pause } from '../../src/daemon/session/actions/control.ts'
import { removeTorrent } from '../../src/daemon/session/actions/remove.ts'
import { updateUserData } from '../../src/daemon/session/actions/user-data.ts'
import { BDict, bdecode, parseTorrent } from '../../src/metainfo/index.ts'
import { ErrorCode, RpcError } from '../../src/rpc/errors.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { base64, gone, openSession, type TestSession, testFolder, torrentBytes } from './harness.ts'

const bytes = torrentBytes('one', [20_000, 20_000, 20_000])
const ti = base64(bytes)
const v1 = parseTorrent(bytes).infoHash[0]!
const magnet = `magnet:?xt=urn:btih:${v1}&dn=shown&tr=http%3A%2F%2Ft%2Fannounce&x.pe=127.0.0.1:7`
const info = parseTorrent(bytes).info

/** What a new process would find if this one were killed now: the files as they are. */
function reopened(t: TestContext, s: TestSession): TestSession {
  const folder = testFolder(t)
  for (const name of ['state.db', 'state.db-wal']) {
    copyFileSync(join(dirname(s.store.path), name), join(folder, name))
  }
  return openSession(t, { folder, clock: s.clock })
}

test('metadata that arrives is kept at once, byte for byte', async (t) => {
  const s = openSession(t)
  const record = s.add({ magnet_uri: magnet })
  const before = s.status(record)
  assert.deepEqual([before.state, before.name, before.has_metadata], ['downloading_metadata', 'shown', false])
  await s.settle()
  const task = s.engine.loaded.get(v1)
  assert.deepEqual([task?.torrentFile, task?.peers], [null, ['127.0.0.1:7']])
  s.engine.listener.metadata(v1, info)
  const after = s.status(record)
  assert.deepEqual([after.state, after.name, after.total], ['checking_files', 'one', 60_000])
  const kept = s.session.torrentFile(record)!
  assert.deepEqual(parseTorrent(kept).info, info)
  assert.deepEqual(parseTorrent(kept).trackers, [{ url: 'http://t/announce', tier: 0 }])
  s.engine.say({ id: v1, phase: 'running', have: Uint8Array.of(0x80) })
  assert.equal(s.status(record).state, 'downloading')

  const again = reopened(t, s)
  const same = again.session.get(v1)
  assert.deepEqual([again.status(same).name, again.status(same).has_metadata], ['one', true])
  // The pieces were not saved yet, so they are looked for.
  await again.settle()
  assert.equal(again.engine.loaded.get(v1)?.have, null)
})

test('metadata of another torrent is an error', async (t) => {
  const s = openSession(t)
  const record = s.add({ info_hash: createHash('sha1').update('other').digest('hex') })
  await s.settle()
  s.engine.listener.metadata(record.row.v1, info)
  assert.match(s.status(record).error ?? '', /info hash/)
  assert.equal(s.session.torrentFile(record), null)
})

test('a magnet with a choice of files wants only those once they are known', async (t) => {
  const s = openSession(t)
  const record = s.add({ magnet_uri: `${magnet}&so=1` })
  await s.settle()
  s.engine.listener.metadata(v1, info)
  assert.deepEqual([...(record.row.filePriorities ?? [])], [0, 4, 0])
  assert.equal(s.status(record).total_wanted, 32_768, 'whole pieces')
  assert.ok(!s.status(record).flags.includes('default_dont_download'))
})

test('adding what is there returns it and merges trackers, web seeds, peers and metadata', async (t) => {
  const s = openSession(t)
  const record = s.add({ magnet_uri: magnet, category: 'kept' })
  await s.settle()
  const second = addTorrent(
    s.session,
    addRequestOf({
      ti,
      save_path: '/elsewhere',
      trackers: ['http://t/announce', 'udp://u'],
      peers: ['127.0.0.1:8'],
    }),
  )
  assert.equal(second.added, false)
  assert.equal(second.record, record)
  await s.settle()
  const task = s.engine.loaded.get(v1)
  assert.deepEqual(
    task?.trackers.map(({ url }) => url),
    ['http://t/announce', 'udp://u'],
  )
  assert.deepEqual(task?.peers, ['127.0.0.1:7', '127.0.0.1:8'])
  assert.deepEqual(task?.torrentFile, new Uint8Array(bytes), 'loaded again with the metadata')
  assert.equal(s.status(record).category, 'kept')
  assert.notEqual(s.status(record).save_path, '/elsewhere')
  assert.throws(
    () => s.add({ ti, flags: { duplicate_is_error: true } }),
    (error) => error instanceof RpcError && error.code === ErrorCode.InvalidTorrent,
  )
})

test('everything asked for survives a process that is killed right after', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, category: 'films', tags: ['a'], download_limit: 7, file_priorities: [0, 7] })
  updateUserData(s.session, record, {
    session: 'default',
    info_hash: v1,
    category: null,
    add_tags: ['b', 'c'],
    remove_tags: ['a', 'c'],
  })
  pause(s.session, record)
  s.session.applySettings({ active_downloads: 9 })

  const again = reopened(t, s)
  await again.settle()
  const status = again.status(again.session.get(v1))
  assert.deepEqual(
    [status.category, status.tags, status.save_path],
    [null, ['b'], s.status(record).save_path],
  )
  assert.ok(status.flags.includes('paused') && !status.flags.includes('auto_managed'))
  assert.equal(status.total_wanted, 43_616)
  assert.equal(again.session.settings.int('active_downloads'), 9)
  assert.equal(again.session.get(v1).row.downloadLimit, 7)
  assert.equal(again.engine.loaded.size, 0)
})

test('closing saves pieces, counters and durations', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  s.engine.say({ id: v1, phase: 'running', have: Uint8Array.of(0xc0), done: 40_000, payloadDownload: 40_000 })
  s.clock.ms += 7000
  const before = s.status(record)
  assert.equal(before.total_done, 40_000, 'two pieces and a part')
  await s.close()
  const again = openSession(t, { folder: dirname(s.store.path), clock: s.clock })
  const after = again.status(again.session.get(v1))
  assert.deepEqual(
    [
      after.state,
      after.num_pieces,
      after.all_time_download,
      after.active_duration,
      after.total_payload_download,
    ],
    ['downloading', 2, 40_000, 7, 0],
  )
  await again.settle()
  assert.deepEqual(again.engine.loaded.get(v1)?.have, Uint8Array.of(0xc0))
})

test('completion is saved at once', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  s.engine.say({ id: v1, phase: 'running', have: Uint8Array.of(0xf0) })
  const { completed_time } = s.status(record)
  const again = reopened(t, s)
  const after = again.status(again.session.get(v1))
  assert.deepEqual([after.state, after.completed_time, after.queue_position], ['seeding', completed_time, -1])
})

test('progress is saved after a few seconds without being asked', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  s.engine.say({ id: v1, phase: 'running', have: Uint8Array.of(0x80), payloadDownload: 5 })
  assert.equal(s.status(record).need_save_resume, true)
  s.engine.say({ id: v1, payloadDownload: 16_384 })
  await new Promise((resolve) => setTimeout(resolve, 3300))
  assert.equal(s.status(record).need_save_resume, false)
  assert.equal(s.store.torrents()[0]?.progress.downloaded, 16_384)
  assert.deepEqual(s.store.have(record.row.id), Uint8Array.of(0x80))
})

test('a removed torrent is gone at once, and its files when the call ends', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const before = s.engine.calls.length
  const removed = removeTorrent(s.session, record, true)
  assert.equal(s.session.records.size, 0)
  assert.equal(s.store.torrents().length, 0)
  assert.equal(s.store.removals().length, 1)
  await removed
  assert.deepEqual(s.engine.calls.slice(before), [`unload ${v1}`, `removeFiles ${record.row.savePath}`])
  assert.equal(s.store.removals().length, 0)
  assert.throws(() => s.session.get(v1), /^RpcError: invalid torrent handle used$/)
})

test('a torrent added again while its files are being deleted waits for that', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const { promise, resolve } = Promise.withResolvers<void>()
  s.engine.next.removeFiles = [promise]
  const removed = removeTorrent(s.session, record, true)
  const again = s.add({ ti })
  assert.notEqual(again, record)
  await s.settle()
  assert.equal(s.status(again).state, 'checking_resume_data')
  assert.equal(s.engine.loaded.size, 0)
  resolve()
  await removed
  await s.settle()
  assert.equal(s.status(again).state, 'downloading')
  assert.ok(s.engine.loaded.has(v1))
})

test('files that cannot be deleted are told, and the torrent is gone all the same', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  s.engine.next.removeFiles = [
    new RpcError(ErrorCode.FileSystem, 'EACCES: /x', { path: '/x', errno: 'EACCES' }),
  ]
  await assert.rejects(removeTorrent(s.session, record, true), {
    code: ErrorCode.FileSystem,
    message: 'EACCES: /x',
  })
  assert.equal(s.session.records.size, 0)
  assert.equal(s.store.removals().length, 0)
})

test('a removal that the host did not observed to finish is finished when it is back', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  s.engine.next.removeFiles = [gone()]
  await assert.rejects(removeTorrent(s.session, record, true), { code: ErrorCode.EngineUnavailable })
  assert.equal(s.store.removals().length, 1)
  s.engine.die()
  s.engine.comeBack()
  await waitUntil('it is finished', () => (s.store.removals().length === 0 ? 'done' : undefined))
})

test('a removal that the daemon did not observed to finish is finished at the next start', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  s.engine.next.removeFiles = [new Promise(() => {})]
  void removeTorrent(s.session, record, true)
  await s.settle()
  s.add({ ti })
  const again = reopened(t, s)
  // it looks at the disk first: whose files are they?
  await waitUntil('it has done both', async () => {
    await again.settle()
    return again.engine.calls.length >= 2
  })
  assert.deepEqual(again.engine.calls.slice(0, 2), [`removeFiles ${record.row.savePath}`, `load ${v1}`])
  assert.equal(again.store.removals().length, 0)
})

test('a change that the state refuses changes nothing', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, tags: ['a'] })
  // A column of text takes no bytes: the write fails in SQLite, as it would on a full disk.
  const category = Uint8Array.of(1) as unknown as string
  const changes = { session: 'default', info_hash: v1, category, add_tags: ['b'] }
  assert.throws(() => updateUserData(s.session, record, changes), /BLOB/)
  assert.deepEqual([s.status(record).category, s.status(record).tags], [null, ['a']])
})

test('trackers keep their tiers, doubles are dropped, overriding replaces', (t) => {
  const s = openSession(t)
  const file = Buffer.concat([Buffer.from('d13:announce-listll8:http://ael8:http://bee'), bytes.subarray(1)])
  assert.ok(bdecode(file) instanceof BDict)
  const trackersOf = (params: Partial<Parameters<typeof addRequestOf>[0]>) =>
    addRequestOf({ ti: base64(file), save_path: '/x', ...params }).swarmSources.trackers.map(
      ({ url, tier, source }) => `${tier} ${url} ${source}`,
    )
  assert.deepEqual(
    trackersOf({ trackers: ['http://b', 'http://c', 'http://d', ''], tracker_tiers: [0, 0] }),
    ['0 http://a 1', '0 http://c 4', '0 http://d 4', '1 http://b 1'],
  )
  assert.deepEqual(trackersOf({ trackers: ['http://c'], flags: { override_trackers: true } }), [
    '0 http://c 4',
  ])
  assert.deepEqual(trackersOf({ flags: { override_trackers: true } }), ['0 http://a 1', '1 http://b 1'])
  assert.equal(s.session.records.size, 0)
})
