// The counters of session_stats: which torrent counts where, and bytes that only grow.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../../src/daemon/session/actions/control.ts'
import { metricNames, sessionStats } from '../../src/daemon/session/stats.ts'
import { Traffic } from '../../src/daemon/session/torrent/counters.ts'
import { base64, openSession, taskError, torrentBytes } from './harness.ts'

test('bytes are counted once, and never go back', () => {
  const traffic = new Traffic()
  const nothing = {
    download: 0,
    upload: 0,
    payloadDownload: 0,
    payloadUpload: 0,
    failedBytes: 0,
    redundantBytes: 0,
  }
  traffic.add(nothing, { id: 'a', download: 100, payloadDownload: 90 })
  traffic.add({ ...nothing, download: 100, payloadDownload: 90 }, { id: 'a', download: 150, upload: 7 })
  // redundant bytes may fall when a piece is completed
  traffic.add({ ...nothing, redundantBytes: 10 }, { id: 'a', redundantBytes: 4 })
  assert.deepEqual(traffic.total, { ...nothing, download: 150, payloadDownload: 90, upload: 7 })
})

test('each torrent is in one of the gauges, and what a torrent moved stays when it goes', async (t) => {
  const s = openSession(t, { settings: { active_downloads: 4, active_limit: 4 } })
  const add = (name: string) => s.add({ ti: base64(torrentBytes(name, 40_000)) })
  const [down, seed, paused, broken, queued] = ['a', 'b', 'c', 'd', 'e'].map(add)
  await s.settle()
  s.engine.say({ id: seed!.row.v1, phase: 'running', have: Uint8Array.of(0xe0), hasIncoming: true })
  s.engine.say({ id: down!.row.v1, phase: 'running', peers: 2, connections: 5, unchoked: 1, download: 500 })
  s.engine.say({ id: down!.row.v1, payloadDownload: 400, upload: 30, download: 700 })
  s.engine.say({ id: broken!.row.v1, phase: 'stopped', error: taskError('broken', null) })
  pause(s.session, paused!)
  await s.settle()
  s.session.applySettings({ active_downloads: 1, auto_manage_interval: 1 })
  await s.settle()
  const stats = sessionStats(s.session)
  assert.deepEqual(Object.keys(stats), [...metricNames])
  const gauges = Object.entries(stats).filter(([name]) => /^ses\..*_torrents$/.test(name))
  assert.deepEqual(Object.fromEntries(gauges.filter(([, count]) => count > 0)), {
    'ses.num_stopped_torrents': 1,
    'ses.num_downloading_torrents': 1,
    'ses.num_seeding_torrents': 1,
    'ses.num_queued_download_torrents': 1,
    'ses.num_error_torrents': 1,
  })
  assert.ok(queued)
  assert.deepEqual(
    [
      stats['net.recv_bytes'],
      stats['net.recv_payload_bytes'],
      stats['net.sent_bytes'],
      stats['peer.num_peers_connected'],
      stats['peer.num_peers_half_open'],
      stats['peer.num_peers_up_unchoked'],
      stats['net.has_incoming_connections'],
    ],
    [700, 400, 30, 2, 3, 1, 1],
  )
  pause(s.session, down!)
  await s.settle()
  assert.equal(sessionStats(s.session)['net.recv_bytes'], 700)
})
