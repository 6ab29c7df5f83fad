// Errors of the disk as a script sees them, and what mends them.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { sha256, writeFiles } from '../helpers/data.ts'
import {
  addTorrent,
  createTorrent,
  engineProcess,
  listenAddress,
  waitForSeeding,
  waitForTorrent,
} from '../helpers/torrents.ts'

/** A session that seeds two files as `data`, and an empty one. */
async function seeded(t: TestContext, settings = {}) {
  const daemon = await startDaemon(t, { sessions: { seeding: settings, downloads: {} } })
  const source = await daemon.makeFolder('source')
  await writeFiles(join(source, 'data'), { 'a.bin': 100_000, 'b.bin': 400_000 })
  const torrentFile = await createTorrent(daemon, join(source, 'data'))
  await addTorrent(daemon, torrentFile, source, [], 'seeding')
  await waitForSeeding(daemon, { session: 'seeding' })
  return { daemon, source, torrentFile, peer: await listenAddress(daemon, 'seeding') }
}

const torrent = (session: string) => `local torrent = require("sessions").get("${session}"):torrents()()
`

test('a file that may not grow leads to upload mode; clear_error after repair completes the torrent', {
  timeout: 60_000,
}, async (t) => {
  const { daemon, source, torrentFile, peer } = await seeded(t)
  const other = join(source, 'other')
  await writeFile(other, 'x')
  // Starts the engine host of the session, whose files may then have so many bytes.
  await addTorrent(
    daemon,
    await createTorrent(daemon, other),
    await daemon.makeFolder('nothing'),
    [],
    'downloads',
  )
  const host = String(await engineProcess(daemon, 'downloads'))
  await daemon.ok(`local s = require("sessions").get("downloads") s:remove_torrent(s:torrents()())`)
  const limit = (bytes: string) => execFileSync('prlimit', ['--pid', host, `--fsize=${bytes}:unlimited`])
  limit('200000')

  const target = await daemon.makeFolder('target')
  await addTorrent(daemon, torrentFile, target, [peer], 'downloads')
  const stuck = await waitForTorrent(daemon, 'it has an error', ({ error }) => error !== null, {
    session: 'downloads',
  })
  assert.equal(stuck.error_file, join(target, 'data/b.bin'))
  assert.match(stuck.error ?? '', /cannot write to ".*b\.bin": file too large/i)
  assert.equal(
    await daemon.ok(
      `${torrent('downloads')}local s = torrent:status()
       print(s.state, s.flags.upload_mode, s.flags.paused, s.error_file == arg[1], torrent:flags().auto_managed)`,
      [join(target, 'data/b.bin')],
    ),
    'downloading\ttrue\tfalse\ttrue\ttrue',
  )
  limit('unlimited')
  await daemon.ok(`${torrent('downloads')}torrent:clear_error()`)
  const done = await waitForSeeding(daemon, { session: 'downloads' })
  assert.ok(!done.flags?.includes('upload_mode'))
  for (const name of ['data/a.bin', 'data/b.bin'])
    assert.equal(await sha256(join(target, name)), await sha256(join(source, name)))
})

test('a save path that is a file stops the torrent at its check; the queue leaves it alone', {
  timeout: 60_000,
}, async (t) => {
  const { daemon, torrentFile, peer } = await seeded(t)
  const target = join(daemon.folder, 'target')
  await writeFile(target, 'in the way')
  await addTorrent(daemon, torrentFile, target, [peer], 'downloads')
  const stuck = await waitForTorrent(daemon, 'it has an error', ({ error }) => error !== null, {
    session: 'downloads',
  })
  assert.match(stuck.error ?? '', /not a directory/)
  assert.equal(
    await daemon.ok(`${torrent('downloads')}
      local session = require("sessions").get("downloads")
      local pack = session:settings()
      pack.active_downloads = pack.active_downloads + 1 -- makes the queue run
      session:apply_settings(pack)
      local s = torrent:status()
      print(s.state, s.progress, s.flags.paused, s.flags.auto_managed, s.flags.upload_mode)`),
    'checking_files\t0.0\ttrue\ttrue\tfalse',
  )
  await rm(target)
  await daemon.ok(`${torrent('downloads')}torrent:clear_error()`)
  await waitForSeeding(daemon, { session: 'downloads' })
})

test('a file of a seed that was deleted stops it when a peer asks for it; a check finds what is left', {
  timeout: 60_000,
}, async (t) => {
  // It keeps the file open that was checked last, the other one it has to open again.
  const { daemon, source, torrentFile, peer } = await seeded(t, { file_pool_size: 1 })
  const gone = join(source, 'data/a.bin')
  await rm(gone)
  await addTorrent(daemon, torrentFile, await daemon.makeFolder('target'), [peer], 'downloads')
  const told = await waitForTorrent(daemon, 'it has an error', ({ error }) => error !== null, {
    session: 'seeding',
  })
  assert.deepEqual(
    [told.error_file, told.state, told.is_seeding, told.progress, told.flags?.includes('paused')],
    [gone, 'checking_resume_data', false, 1, true],
  )
  // what it has is kept for when the file comes back, and nobody makes it anew
  await daemon.ok(`${torrent('seeding')}torrent:resume()`)
  await waitForTorrent(daemon, 'it has the error again', ({ error }) => error !== null, {
    session: 'seeding',
  })
  await assert.rejects(stat(gone), { code: 'ENOENT' })
  await daemon.ok(`${torrent('seeding')}torrent:force_recheck()`)
  const left = await waitForTorrent(daemon, 'it was checked', ({ state }) => state === 'downloading', {
    session: 'seeding',
  })
  assert.deepEqual([left.error, left.num_pieces], [null, 6], 'two pieces were in the file')
})
