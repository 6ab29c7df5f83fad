// What is known of a torrent's peers outlives a pause.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause, resume } from '../../../src/daemon/session/actions/control.ts'
import { clearPeers } from '../../../src/daemon/session/actions/peers.ts'
import { base64, openSession, torrentBytes } from '../harness.ts'

test('known peers are counted while paused, and given to the next load', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti: base64(torrentBytes('known', 40_000)) })
  const { v1 } = record.row
  await s.settle()
  assert.deepEqual(s.engine.loaded.get(v1)?.known, [])
  s.engine.say({ id: v1, phase: 'running', hasIncoming: true, peers: 1, knownPeers: 2, candidates: 1 })
  const known = [{ address: '127.0.0.1:7', source: 1, seed: true, worthCalling: true }]
  const last = { id: v1, knownPeers: 2, knownSeeds: 1, candidates: 2, known }
  s.engine.finalReports.set(v1, last)
  pause(s.session, record)
  await s.settle()
  const counts = () => {
    const { num_peers, list_peers, list_seeds, connect_candidates, has_incoming } = s.status(record)
    return [num_peers, list_peers, list_seeds, connect_candidates, has_incoming]
  }
  assert.deepEqual(counts(), [0, 2, 1, 2, true])
  resume(s.session, record)
  await s.settle()
  assert.deepEqual(s.engine.loaded.get(v1)?.known, known)
  s.engine.say({ id: v1, phase: 'running', hasIncoming: false, knownPeers: 2, candidates: 0 })
  assert.deepEqual(counts(), [0, 2, 1, 0, true], 'ever, not since this load')
  pause(s.session, record)
  await s.settle()
  clearPeers(s.session, record)
  assert.deepEqual(counts(), [0, 0, 0, 0, true])
  resume(s.session, record)
  await s.settle()
  assert.deepEqual(s.engine.loaded.get(v1)?.known, [])
})
