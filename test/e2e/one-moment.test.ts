// Statuses of a running download, read as fast as a script can: each is of one moment, and of the last half second.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { writeFiles } from '../helpers/data.ts'
import { addTorrent, createTorrent, listenAddress, waitForSeeding } from '../helpers/torrents.ts'

const script = `
  local torrent = require("sessions").get("downloads"):torrents()()
  local events = require("events")
  local statuses, changes, last = 0, 0, -1
  repeat
    local s = torrent:status()
    local there = 0
    for i, has in ipairs(s.pieces) do if has then there = there + 1 end end
    assert(there == s.num_pieces, there .. " pieces, but num_pieces " .. s.num_pieces)
    assert(s.total_done >= s.num_pieces * 16384 or s.is_seeding, "num_pieces is ahead of total_done")
    assert(s.num_pieces ~= last or #s.pieces == 64)
    if s.num_pieces ~= last then changes, last = changes + 1, s.num_pieces end
    statuses = statuses + 1
    events.wait("metadata_received", 0.02)
  until s.is_seeding
  print(statuses > 40, changes > 6)`

test('pieces, num_pieces and total_done agree, and follow the download', { timeout: 60_000 }, async (t) => {
  const daemon = await startDaemon(t, {
    sessions: { seeding: { upload_rate_limit: 400_000 }, downloads: {} },
  })
  const source = await daemon.makeFolder('source')
  await writeFiles(source, { 'data.bin': 64 * 16_384 })
  const file = await createTorrent(daemon, join(source, 'data.bin'), { pieceSize: 16_384, trackers: [] })
  await addTorrent(daemon, file, source, [], 'seeding')
  await waitForSeeding(daemon, { session: 'seeding' })
  const target = await daemon.makeFolder('target')
  await addTorrent(daemon, file, target, [await listenAddress(daemon, 'seeding')], 'downloads')
  assert.equal(await daemon.ok(script), 'true\ttrue')
})
