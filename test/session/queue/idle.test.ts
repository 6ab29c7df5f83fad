// Slow torrents and the slots they leave to others; how seeds are ranked by the peers that are known.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../../../src/daemon/session/actions/control.ts'
import { base64, openSession, type TestSession, torrentBytes } from '../harness.ts'

const ti = (name: string) => base64(torrentBytes(name, [40_000]))

/** Names of the torrents that run. */
const running = (s: TestSession) =>
  [...s.session.records]
    .filter((record) => !s.status(record).flags.includes('paused'))
    .map(({ row }) => row.name)
    .toSorted()
    .join(' ')

test('a download that is slow for auto_manage_startup seconds leaves its slot to the next', async (t) => {
  const s = openSession(t, { settings: { active_downloads: 1, auto_manage_startup: 60 } })
  const [a] = [s.add({ ti: ti('a') }), s.add({ ti: ti('b') })]
  await s.settle()
  const id = a.row.v1
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0), payloadDownloadRate: 5000 })
  s.clock.ms += 300_000
  s.session.scheduler.run()
  assert.equal(running(s), 'a', 'it is fast')
  // It was fast until this moment, though the queue has not looked meanwhile.
  s.clock.ms += 300_000
  s.engine.say({ id, payloadDownloadRate: 2047 })
  s.clock.ms += 59_000
  s.session.scheduler.run()
  assert.equal(running(s), 'a', 'not for long enough')
  s.clock.ms += 1000
  s.session.scheduler.run()
  assert.equal(running(s), 'a b')
  // It counts for the limit of all.
  s.session.applySettings({ active_limit: 1 })
  s.session.scheduler.run()
  assert.equal(running(s), 'a')
  s.session.applySettings({ active_limit: 500, dont_count_slow_torrents: false })
  s.session.scheduler.run()
  assert.equal(running(s), 'a')
  s.session.applySettings({ dont_count_slow_torrents: true })
  await s.settle()
  s.engine.say({ id, payloadDownloadRate: 2048 })
  await s.settle()
  assert.equal(running(s), 'a', 'it needs its slot again')
})

test('the queue does not wait for its interval when a slot becomes free', async (t) => {
  const settings = { active_downloads: 1, auto_manage_startup: 1, auto_manage_interval: 1000 }
  const s = openSession(t, { settings })
  s.add({ ti: ti('a') })
  s.add({ ti: ti('b') })
  await s.settle()
  assert.equal(running(s), 'a')
  s.clock.ms += 950
  s.session.scheduler.run()
  assert.equal(running(s), 'a')
  s.clock.ms += 50
  for (let i = 0; i < 100 && running(s) === 'a'; i++) await new Promise((done) => setTimeout(done, 20))
  assert.equal(running(s), 'a b')
})

test('a seed that nobody asks is idle by its upload', async (t) => {
  const s = openSession(t, { settings: { active_seeds: 1, inactive_up_rate: 100 } })
  const both = [s.add({ ti: ti('a') }), s.add({ ti: ti('b') })]
  await s.settle()
  for (const { row } of both) s.engine.say({ id: row.v1, phase: 'running', have: Uint8Array.of(0xe0) })
  await s.settle()
  const first = running(s)
  const id = [...s.session.records].find(({ row }) => row.name === first)!.row.v1
  s.engine.say({ id, payloadUploadRate: 100 })
  s.clock.ms += 61_000
  s.session.scheduler.run()
  assert.equal(running(s), first)
  s.engine.say({ id, payloadUploadRate: 99 })
  s.clock.ms += 61_000
  s.session.scheduler.run()
  assert.equal(running(s), 'a b')
})

test('known seeds survive a pause, and rank a seed without a tracker', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti: ti('a') })
  await s.settle()
  const id = record.row.v1
  s.engine.say({
    id,
    phase: 'running',
    have: Uint8Array.of(0xe0),
    knownPeers: 9,
    knownSeeds: 2,
    peers: 3,
    seeds: 2,
  })
  s.engine.say({ id, seeds: 0 })
  const seen = () => {
    const { list_peers, list_seeds, num_seeds } = s.status(record)
    return [list_peers, list_seeds, num_seeds]
  }
  assert.deepEqual(seen(), [9, 2, 0])
  pause(s.session, record)
  await s.settle()
  assert.deepEqual(seen(), [9, 2, 0])
  assert.equal(s.status(record).seed_rank, ((1 + 7) * 1000) / 2)
})
