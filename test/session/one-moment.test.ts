// A status never contradicts itself: pieces and what is counted from them, and what a pause ends.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../../src/daemon/session/actions/control.ts'
import { peersOf } from '../../src/daemon/session/actions/peers.ts'
import { base64, openSession, type TestSession, torrentBytes } from './harness.ts'

const ti = base64(torrentBytes('one', [20_000, 20_000, 20_000]))

function announcing(s: TestSession): Record<string, boolean> {
  const [record] = [...s.session.records]
  const { announcing_to_trackers, announcing_to_dht, announcing_to_lsd } = s.status(record!)
  return { trackers: announcing_to_trackers, dht: announcing_to_dht, lsd: announcing_to_lsd }
}

test('pieces and their counts come from one moment', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  s.engine.say({ id: record.row.v1, phase: 'running', have: Uint8Array.of(0xa0), done: 40_000 })
  const { pieces, num_pieces, total_done } = s.status(record)
  assert.deepEqual(pieces, { size: 4, bits: base64(Uint8Array.of(0xa0)) })
  assert.equal(num_pieces, 2)
  assert.ok(total_done >= num_pieces * 16_384)
})

test('a paused torrent has no connections at once, whatever the engine has not said yet', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  s.engine.say({ id: record.row.v1, phase: 'running', peers: 3, connections: 4, seeds: 1, unchoked: 2 })
  assert.equal(s.status(record).num_connections, 4)
  pause(s.session, record)
  const { num_peers, num_connections, num_seeds, num_uploads } = s.status(record)
  assert.deepEqual(
    { num_peers, num_connections, num_seeds, num_uploads },
    { num_peers: 0, num_connections: 0, num_seeds: 0, num_uploads: 0 },
  )
  assert.deepEqual(await peersOf(s.session, record), [])
})

test('nothing is announced while the session is paused', async (t) => {
  const s = openSession(t)
  s.add({ ti })
  await s.settle()
  assert.deepEqual(announcing(s), { trackers: true, dht: true, lsd: true })
  s.session.setPaused(true)
  assert.deepEqual(announcing(s), { trackers: false, dht: false, lsd: false })
  s.session.setPaused(false)
  await s.settle()
  assert.deepEqual(announcing(s), { trackers: true, dht: true, lsd: true })
})
