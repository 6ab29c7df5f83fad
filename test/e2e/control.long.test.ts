// What a script asks of a torrent that is being transferred, between two sessions of one daemon.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDaemon } from '../helpers/daemon.ts'
import { bytes, sha256, sha256All, writeFiles } from '../helpers/data.ts'
import {
  addTorrent,
  createTorrent,
  listenAddress,
  waitForSeeding,
  waitForTorrent,
} from '../helpers/torrents.ts'
import { waitUntil } from '../helpers/wait-until.ts'

/** A session that seeds these files as `data`, and an empty one. */
async function seeded(t: TestContext, files: Record<string, number>, settings = {}) {
  const daemon = await startDaemon(t, { sessions: { seeding: {}, downloads: settings } })
  const source = await daemon.makeFolder('source')
  await writeFiles(join(source, 'data'), files)
  const torrentFile = await createTorrent(daemon, join(source, 'data'))
  await addTorrent(daemon, torrentFile, source, [], 'seeding')
  await waitForSeeding(daemon, { session: 'seeding' })
  return { daemon, source, torrentFile, peer: await listenAddress(daemon, 'seeding') }
}

const session = `local session = require("sessions").get("downloads")
  local torrent = session:torrents()()
`

test('an unwanted file is left out, and comes when it is wanted', { timeout: 60_000 }, async (t) => {
  const sizes = { 'a.bin': 300_000, 'b.bin': 500_000, 'c.bin': 200_001 }
  const { daemon, source, torrentFile, peer } = await seeded(t, sizes)
  const target = join(daemon.folder, 'target')
  await daemon.ok(
    `local p = AddTorrentParams.new()
     p.ti = assert(TorrentInfo.from_file(arg[1]))
     p.save_path = arg[2]
     local torrent = require("sessions").get("downloads"):add_torrent(p)
     torrent:prioritize_files{4, 0, 4}
     local host, port = arg[3]:match("^(.*):(%d+)$")
     torrent:connect_peer(host, math.tointeger(port))`,
    [torrentFile, target, peer],
  )
  const finished = await waitForTorrent(daemon, 'it is finished', ({ state }) => state === 'finished', {
    session: 'downloads',
  })
  assert.deepEqual(
    [finished.is_finished, finished.is_seeding, finished.progress, finished.queue_position],
    [true, false, 1, -1],
  )
  assert.deepEqual([finished.total_wanted, finished.total_wanted_done], [541_249, 541_249])
  assert.ok(!existsSync(join(target, 'data/b.bin')), 'the unwanted file was not created')
  for (const name of ['a.bin', 'c.bin']) {
    assert.equal(await sha256(join(target, 'data', name)), await sha256(join(source, 'data', name)))
  }
  // pieces of 65536: those shared with a wanted file are there, in the middle of it none
  const seen = await daemon.ok(`${session}
    local progress = torrent:file_progress()
    print(progress[1], progress[2] > 0 and progress[2] < 500000, progress[3])
    print(torrent:have_piece(0), torrent:have_piece(8), torrent:have_piece(15))
    torrent:prioritize_files{4, 1, 4}
    local status = torrent:status()
    print(status.state, status.progress < 1, status.completed_time, torrent:queue_position())`)
  assert.deepEqual(seen.split('\n'), ['300000\ttrue\t200001', 'true\tfalse\ttrue', 'downloading\ttrue\t0\t0'])
  await waitForSeeding(daemon, { session: 'downloads' })
  await waitForTorrent(
    daemon,
    'the seed is sent away and stays known',
    ({ num_peers, list_peers, list_seeds }) => num_peers === 0 && list_peers === 1 && list_seeds === 1,
    { session: 'downloads' },
  )
  assert.deepEqual(await sha256All(join(target, 'data')), await sha256All(join(source, 'data')))
  assert.equal(
    await daemon.ok(`${session} print(table.concat(torrent:file_progress(), " "), torrent:have_piece(8),
      #torrent:piece_availability())`),
    '300000 500000 200001\ttrue\t0',
  )
})

test('a download limit of a torrent holds within a tenth over 5 s', { timeout: 60_000 }, async (t) => {
  const rate = 400_000
  const { daemon, torrentFile, peer } = await seeded(t, { 'a.bin': 8_000_000 })
  await daemon.ok(
    `local p = AddTorrentParams.new()
     p.ti = assert(TorrentInfo.from_file(arg[1]))
     p.save_path = arg[2]
     p.flags = {paused = true, auto_managed = false}
     local torrent = require("sessions").get("downloads"):add_torrent(p)
     torrent:set_download_limit(${rate})
     local host, port = arg[3]:match("^(.*):(%d+)$")
     torrent:connect_peer(host, math.tointeger(port))
     torrent:resume()`,
    [torrentFile, join(daemon.folder, 'target'), peer],
  )
  const client = await daemon.client()
  t.after(() => client.close())
  const total = async () =>
    (await client.call('torrents.list', { session: 'downloads' })).torrents[0]?.total_download ?? 0
  // The engine reports four times a second: measured from one report to another.
  const report = async () => {
    const before = await total()
    const bytes = await waitUntil('there is more', async () => {
      const now = await total()
      return now > before ? now : 0
    })
    return { bytes, at: performance.now() }
  }
  await waitUntil('it runs', async () => (await total()) > rate)
  const from = await report()
  await sleep(5000)
  const to = await report()
  const measured = (to.bytes - from.bytes) / ((to.at - from.at) / 1000)
  assert.ok(Math.abs(measured - rate) < rate / 10, `${Math.round(measured)} bytes/s`)

  await daemon.ok(`${session} torrent:set_download_limit(0) assert(torrent:download_limit() == -1)`)
  await waitForSeeding(daemon, { session: 'downloads', timeoutMs: 5000 })
})

test('five torrents with two slots: who is moved to the front runs', { timeout: 60_000 }, async (t) => {
  const daemon = await startDaemon(t, { sessions: { downloads: { active_downloads: 2 } } })
  await writeFiles(
    daemon.folder,
    Object.fromEntries([...'abcde'].map((name) => [`${name}.bin`, bytes(50_000, name.charCodeAt(0))])),
  )
  const move = (name: string, to: string) =>
    daemon.ok(`for th in require("sessions").get("downloads"):torrents() do
      if th:status().name == "${name}.bin" then th:queue_position_${to}() end
    end`)
  await daemon.ok(`
    local session = require("sessions").get("downloads")
    for name in ("abcde"):gmatch(".") do
      local p = AddTorrentParams.new()
      p.ti = assert(TorrentInfo.from_buffer(require("torrents").create{path = name .. ".bin", piece_size = 16384}))
      p.save_path = "empty"
      session:add_torrent(p)
    end`)
  const client = await daemon.client()
  t.after(() => client.close())
  /** Names by position, those that run in capitals. */
  const queue = async () =>
    (await client.call('torrents.list', { session: 'downloads' })).torrents
      .toSorted((a, b) => a.queue_position! - b.queue_position!)
      .map(({ name, flags }) => (flags!.includes('paused') ? name![0]! : name![0]!.toUpperCase()))
      .join('')
  const becomes = (order: string) =>
    waitUntil(
      `the queue is ${order}`,
      async () => (await queue()) === order || Promise.reject(await queue()),
      {
        timeoutMs: 2000,
      },
    )
  await becomes('ABcde')
  for (const [name, to, order] of [
    ['e', 'top', 'EAbcd'],
    ['e', 'bottom', 'ABcde'],
    ['c', 'up', 'ACbde'],
    ['a', 'down', 'CAbde'],
    ['a', 'down', 'CBade'],
    ['c', 'top', 'CBade'],
  ] as const) {
    await move(name, to)
    await becomes(order)
  }
  await daemon.end()
  await daemon.start()
  const again = await daemon.client()
  t.after(() => again.close())
  const { torrents } = await again.call('torrents.list', { session: 'downloads' })
  const kept = torrents.toSorted((a, b) => a.queue_position! - b.queue_position!).map(({ name }) => name![0])
  assert.equal(kept.join(''), 'cbade')
})
