// A script that outlives its daemon.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { waitUntil } from '../helpers/wait-until.ts'

test('handles go on working with the next daemon', async (t) => {
  const daemon = await startDaemon(t)
  const script = daemon.ok(`
    local session = require("sessions").get("default")
    local p = AddTorrentParams.new()
    p.info_hash = ("a"):rep(40)
    p.name = "survivor"
    p.flags = {paused = true, auto_managed = false}
    local t = session:add_torrent(p)
    local u, st = t:userdata(), t:status()
    u.tags:add("before")
    local function exists(path) local file = io.open(path) if file then file:close() end return file ~= nil end
    local function wait(path) while not exists(path) do os.execute("sleep 0.05") end end
    io.open("ready", "w"):close()
    wait("gone")
    local ok, e = pcall(t.status, t)
    print(ok, e.code)
    io.open("asked", "w"):close()
    wait("back")
    u.tags:add("after")
    print(t:is_valid(), t:status().name, #t:userdata().tags, st.name, session:settings().enable_dht)
    session:remove_torrent(t)
    print(t:is_valid())`)
  const file = (name: string) => join(daemon.folder, name)
  // A script that fails must not be waited for in vain; its error is reported below.
  let failed = false
  script.catch(() => {
    failed = true
  })
  const seen = (name: string) => waitUntil(`the script makes ${name}`, () => failed || existsSync(file(name)))
  await seen('ready')
  await daemon.end()
  await writeFile(file('gone'), '')
  await seen('asked')
  await daemon.start()
  await writeFile(file('back'), '')
  assert.equal(await script, 'false\t100\ntrue\tsurvivor\t2\tsurvivor\tfalse\nfalse')
})
