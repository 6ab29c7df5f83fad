// last_download, last_upload, last_seen_complete, next_announce and eta, as libtorrent and Porla count them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../../../src/daemon/session/actions/control.ts'
import { scrape, trackersOf } from '../../../src/daemon/session/actions/trackers.ts'
import { base64, openSession, testFolder, torrentBytes } from '../harness.ts'

const ti = base64(torrentBytes('one', [20_000, 20_000, 20_000]))

test('when data came and went, and a seed was there, is kept across restarts', async (t) => {
  const folder = testFolder(t)
  const s = openSession(t, { folder })
  const record = s.add({ ti })
  const times = () => {
    const { last_download, last_upload, last_seen_complete } = s.status(record)
    return [last_download, last_upload, last_seen_complete]
  }
  assert.deepEqual(times(), [0, 0, 0], 'never')
  await s.settle()
  const id = record.row.v1
  const start = s.clock.time()
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0), payloadDownload: 5 })
  assert.deepEqual(times(), [start, 0, 0])
  s.clock.ms += 10_000
  s.engine.say({ id, payloadDownload: 5, payloadUpload: 7, seeds: 1 })
  assert.deepEqual(times(), [start, start + 10, start + 10])
  s.clock.ms += 10_000
  s.engine.say({ id, downloadRate: 9 })
  assert.deepEqual(times(), [start, start + 10, start + 20], 'it is still there')
  s.engine.say({ id, seeds: 0 })
  s.clock.ms += 10_000
  s.engine.say({ id, downloadRate: 0, seenComplete: start + 25 })
  assert.deepEqual(times(), [start, start + 10, start + 25], 'a peer says that it saw one')
  s.engine.say({ id, seenComplete: start + 1 })
  assert.deepEqual(times(), [start, start + 10, start + 25], 'one that saw it before has no news')
  await s.close()
  const again = openSession(t, { folder, clock: s.clock })
  const [kept] = [...again.session.records]
  const status = again.status(kept!)
  assert.deepEqual(
    [status.last_download, status.last_upload, status.last_seen_complete],
    [start, start + 10, start + 25],
  )
})

test('next_announce counts down, and nothing is planned while it is paused', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  assert.equal(s.status(record).next_announce, 0)
  s.engine.say({ id: record.row.v1, phase: 'running', nextAnnounce: s.clock.time() + 60 })
  assert.equal(s.status(record).next_announce, 60)
  s.clock.ms += 20_000
  assert.equal(s.status(record).next_announce, 40)
  s.clock.ms += 50_000
  assert.equal(s.status(record).next_announce, 0)
  s.engine.say({ id: record.row.v1, nextAnnounce: s.clock.time() + 60 })
  pause(s.session, record)
  assert.equal(s.status(record).next_announce, 0)
})

test('eta is what is missing at the rate of now, -1 without one', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0x80), done: 16_384 })
  assert.equal(s.status(record).eta, -1)
  s.engine.say({ id, payloadDownloadRate: 1000 })
  assert.equal(s.status(record).eta, Math.floor((60_000 - 16_384) / 1000))
  s.engine.say({ id, have: Uint8Array.of(0xf0), done: 60_000 })
  assert.equal(s.status(record).eta, -1, 'nothing is missing')
})

test('a scrape of a torrent that does not run shows in its status and beside its tracker', async (t) => {
  const s = openSession(t)
  const trackers = ['http://a/announce', 'http://b/announce']
  const record = s.add({
    info_hash: '12'.repeat(20),
    trackers,
    tracker_tiers: [0, 1],
    flags: { paused: true, auto_managed: false },
  })
  s.engine.silentTrackers.add('http://b/announce')
  scrape(s.session, record)
  await s.settle()
  const { num_complete, num_incomplete } = s.status(record)
  assert.deepEqual([num_complete, num_incomplete], [5, 6])
  const [first, second] = trackersOf(s.session, record)
  const told = first?.endpoints[0]?.info_hashes[0]
  assert.deepEqual([told?.scrape_complete, told?.scrape_incomplete, told?.scrape_downloaded], [5, 6, 7])
  assert.deepEqual([first?.verified, second?.endpoints], [false, []])
  // one that says nothing changes nothing
  scrape(s.session, record, 1)
  await s.settle()
  assert.equal(s.status(record).num_complete, 5)
  assert.throws(() => scrape(s.session, record, 2), /'tracker_index' 2 is out of range: there are 2 trackers/)
})
