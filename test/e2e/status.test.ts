// What a status says of one torrent through its life: begun, paused, restarted, completed, checked again.

import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDaemon } from '../helpers/daemon.ts'
import { sha256, writeFiles } from '../helpers/data.ts'
import {
  addTorrent,
  createTorrent,
  listenAddress,
  waitForSeeding,
  waitForTorrent,
} from '../helpers/torrents.ts'

const size = 31 * 65_536
const session = 'downloads'

test('counters, durations and dates through pause, restart, completion and a check', {
  timeout: 60_000,
}, async (t) => {
  const daemon = await startDaemon(t, {
    sessions: { seeding: {}, downloads: { download_rate_limit: 400_000 } },
  })
  const source = await daemon.makeFolder('source')
  await writeFiles(source, { 'data.bin': size })
  const torrentFile = await createTorrent(daemon, join(source, 'data.bin'))
  await addTorrent(daemon, torrentFile, source, [], 'seeding')
  await waitForSeeding(daemon, { session: 'seeding' })
  const target = await daemon.makeFolder('target')
  await addTorrent(daemon, torrentFile, target, [await listenAddress(daemon, 'seeding')], session)

  const running = await waitForTorrent(
    daemon,
    'it has run for a second',
    ({ active_duration, total_payload_download }) =>
      (active_duration ?? 0) >= 1 && (total_payload_download ?? 0) > 200_000,
    { session },
  )
  assert.deepEqual([running.state, running.queue_position, running.completed_time], ['downloading', 0, 0])
  assert.ok(running.progress! > 0 && running.progress! < 1)
  assert.ok(running.total_download! >= running.total_payload_download!)
  assert.ok(running.download_rate! > 0 && running.num_peers === 1 && running.announcing_to_trackers)
  assert.ok(running.total_done! % running.block_size! === 0, 'whole blocks')

  await daemon.ok(`require("sessions").get("${session}"):torrents()():pause()`)
  const paused = await waitForTorrent(
    daemon,
    'it stands still and is saved',
    ({ num_peers, need_save_resume }) => num_peers === 0 && need_save_resume === false,
    { session },
  )
  await sleep(1100)
  const later = await waitForTorrent(daemon, 'it is there', () => true, { session })
  assert.deepEqual(later, paused, 'nothing changes, no duration either')
  assert.deepEqual([paused.state, paused.download_rate, paused.announcing_to_dht], ['downloading', 0, false])
  assert.ok(
    paused.total_payload_download! >= running.total_payload_download!,
    'the counters keep their value',
  )
  assert.equal(paused.all_time_download, paused.total_payload_download)

  await daemon.end()
  await daemon.start()
  const restarted = await waitForTorrent(daemon, 'it is back', () => true, { session })
  for (const name of [
    'active_duration',
    'all_time_download',
    'added_time',
    'progress',
    'num_pieces',
    'state',
  ] as const)
    assert.equal(restarted[name], paused[name], name)
  assert.equal(restarted.total_payload_download, 0, 'session counters are not kept')

  // The seed has another port now.
  await daemon.ok(
    `local session = require("sessions").get("${session}")
     local pack = session:settings()
     pack.download_rate_limit = 0
     session:apply_settings(pack)
     local torrent = session:torrents()()
     local host, port = arg[1]:match("^(.*):(%d+)$")
     torrent:connect_peer(host, math.tointeger(port))
     torrent:resume()`,
    [await listenAddress(daemon, 'seeding')],
  )
  const done = await waitForSeeding(daemon, { session })
  assert.deepEqual([done.progress, done.queue_position, done.num_pieces], [1, -1, 31])
  assert.ok(done.completed_time! >= done.added_time!)
  assert.ok(done.total_payload_download! < size, 'only since it was resumed')
  assert.ok(done.all_time_download! >= size)
  assert.ok(done.all_time_download! >= paused.all_time_download! + done.total_payload_download!)
  assert.equal(done.distributed_copies, -1)

  const file = await open(join(target, 'data.bin'), 'r+')
  await file.write(Buffer.alloc(100), 0, 100, 1_000_000)
  await file.close()
  const states = new Set<string>()
  await daemon.ok(`require("sessions").get("${session}"):torrents()():force_recheck()`)
  const again = await waitForTorrent(
    daemon,
    'it is complete again',
    ({ state, is_seeding }) => {
      states.add(state!)
      return is_seeding === true
    },
    { session },
  )
  assert.ok(states.has('checking_files') || states.has('downloading'), [...states].join(' '))
  assert.equal(again.completed_time, done.completed_time, 'a bad piece does not change when it was complete')
  assert.ok(again.all_time_download! >= done.all_time_download! + 65_536, 'the piece came once more')
  assert.ok(again.total_payload_download! < done.total_payload_download!, 'the session counters began anew')
  assert.equal(await sha256(join(target, 'data.bin')), await sha256(join(source, 'data.bin')))
})
