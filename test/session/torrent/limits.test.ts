import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { clearPeers } from '../../../src/daemon/session/actions/peers.ts'
import { propertiesOf, setProperties } from '../../../src/daemon/session/actions/properties.ts'
import { countLimit, rateLimit } from '../../../src/daemon/session/torrent/limits.ts'
import { base64, openSession, torrentBytes } from '../harness.ts'

const ti = base64(torrentBytes('one', [20_000, 20_000, 20_000]))

test('what a limit is kept as', () => {
  for (const [value, rate, count] of [
    [undefined, -1, -1],
    [-(2 ** 31), -1, -1],
    [-1, -1, -1],
    [0, -1, -1],
    [1, 1, 1],
    [16777214, 16777214, 16777214],
    [16777215, 16777215, -1],
    [2 ** 31 - 1, 2 ** 31 - 1, -1],
  ] as const) {
    assert.equal(rateLimit(value), rate, `rate ${value}`)
    assert.equal(countLimit(value), count, `count ${value}`)
  }
})

test('limits reach the engine, are read as libtorrent reads them, and are kept', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, max_uploads: 16777215 })
  await s.settle()
  const limits = () => s.engine.loaded.get(record.row.v1)?.limits
  assert.deepEqual(limits(), { download: -1, upload: -1, connections: -1, uploads: -1 })
  setProperties(s.session, record, { download_limit: 5000, max_connections: 2 })
  await s.settle()
  assert.deepEqual(limits(), { download: 5000, upload: -1, connections: 2, uploads: -1 })
  setProperties(s.session, record, { upload_limit: 1, max_uploads: 3, max_connections: 0 })
  await s.settle()
  assert.deepEqual(limits(), { download: 5000, upload: 1, connections: -1, uploads: 3 })
  assert.equal(s.engine.calls.filter((call) => call.startsWith('load')).length, 1, 'it was not loaded again')
  const { connections_limit, uploads_limit } = s.status(record)
  assert.deepEqual([connections_limit, uploads_limit], [-1, 3])
  const expected = { download_limit: 5000, upload_limit: 1, max_connections: 16777215, max_uploads: 3 }
  const { flags: _, ...read } = propertiesOf(record)
  assert.deepEqual(read, expected)
  await s.close()
  const again = openSession(t, { folder: dirname(s.store.path) })
  const { flags: __, ...kept } = propertiesOf(again.session.get(record.row.v1))
  assert.deepEqual(kept, expected)
})

test('peers are forgotten in the state too, whether the torrent runs or not', async (t) => {
  const s = openSession(t, { settings: { active_downloads: 1 } })
  const [runs, waits] = [s.add({ ti, peers: ['127.0.0.1:1'] }), s.add({ info_hash: '12'.repeat(20) })]
  await s.settle()
  s.engine.say({ id: runs.row.v1, phase: 'running', knownPeers: 3, candidates: 2 })
  for (const record of [runs, waits]) {
    clearPeers(s.session, record)
    assert.deepEqual(s.store.swarmSources(record.row.id).peers, [])
    assert.equal(s.status(record).list_peers, 0)
    assert.equal(s.status(record).connect_candidates, 0)
  }
  assert.deepEqual(
    s.engine.calls.filter((call) => call.startsWith('clearPeers')),
    [`clearPeers ${runs.row.v1}`],
  )
})
