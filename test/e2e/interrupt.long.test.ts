// A Ctrl-C that comes while a script answers events, one after the other, is never lost.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { writeFiles } from '../helpers/data.ts'
import { finish, launcher } from '../helpers/program.ts'
import { addTorrent, createTorrent, waitForSeeding } from '../helpers/torrents.ts'

const listener = `
  local events = require("events")
  local function show(torrent) print(torrent:status().save_path) end
  paused, resumed = events.on("torrent_paused", show), events.on("torrent_resumed", show)`
const driver = `
  local torrent = require("sessions").get("default"):torrents()()
  while true do
    torrent:pause() torrent:resume()
    for i = 1, 100000 do end
  end`

/** A script that is interrupted as soon as it has printed so many times; its exit code. */
async function interruptAfter(daemon: TestDaemon, prints: number): Promise<number> {
  const child = spawn(process.execPath, [launcher, '-e', listener], {
    cwd: daemon.folder,
    env: daemon.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let seen = 0
  child.stdout.on('data', () => {
    if (++seen === prints) child.kill('SIGINT')
  })
  return (await finish(child, { timeoutMs: 15_000 }, 'the script that listens')).code
}

function startDriver(t: TestContext, daemon: TestDaemon): void {
  const child = spawn(process.execPath, [launcher, '-e', driver], {
    cwd: daemon.folder,
    env: daemon.env,
    stdio: 'ignore',
  })
  t.after(() => child.kill('SIGKILL'))
}

// Node loses one in seven of these, were it not for src/cli/interrupt/interrupt-thread.ts.
test('SIGINT right after what a callback did ends the script, every time', { timeout: 60_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const content = join(daemon.folder, 'source/film')
  await writeFiles(content, { 'a.bin': 1000 })
  await addTorrent(daemon, await createTorrent(daemon, content), join(daemon.folder, 'source'))
  await waitForSeeding(daemon)
  startDriver(t, daemon)
  for (let i = 0; i < 16; i++) assert.equal(await interruptAfter(daemon, 3 + (i % 7)), 130, `try ${i}`)
})
