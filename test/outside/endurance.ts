// One long script: memory has to stay flat and nothing may crash. `npm run test:endurance`.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { addTorrent, createTorrent } from '../helpers/torrents.ts'

/** Ten rounds do 10,000 errors, 100,000 calls of the daemon and 1,000,000 reads of properties. */
const script = `
  local sessions = require "sessions"
  local torrent = sessions.get "default":torrents()()
  local function resident()
    for line in io.lines "/proc/self/status" do
      local kB = line:match "^VmRSS:%s*(%d+)"
      if kB then return math.tointeger(kB) end
    end
  end
  for round = 1, 10 do
    for i = 1, 1000 do
      local ok, message = pcall(error, "number " .. i)
      assert(not ok and message == "number " .. i)
    end
    for _ = 1, 10000 do assert(sessions.list()().name == "default") end
    local status = torrent:status()
    for _ = 1, 50000 do
      assert(math.type(status.total_done) == "integer" and status.name == "data.bin")
    end
    do
      local long = ("x"):rep(200 * 1000 * 1000)
      assert(#long == 200000000 and long:byte(-1) == 120)
    end
    collectgarbage()
    print(resident())
  end`

/**
 * Host functions collect garbage before they give up, as Lua's own allocations do (but those of its string buffers, which
 * fail in `lua` 5.4 too until something has collected).
 */
const full = `
  local long = ("z"):rep(32000000)
  for round = 1, 3 do
    local rows = {}
    print(pcall(function() for i = 1, math.huge do rows[i] = ("x"):rep(16000000) .. i end end))
    rows = nil
    print(#require("json").encode{long}, #("y"):rep(32000000))
  end`

test('a script goes on after "not enough memory"', { timeout: 300_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const out = await daemon.ok(full, [], { timeoutMs: 280_000 })
  assert.equal(out, 'false\tnot enough memory\n32000004\t32000000\n'.repeat(3).trimEnd())
})

test('memory stays flat', { timeout: 600_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const source = await daemon.makeFolder('source')
  await writeFile(join(source, 'data.bin'), Buffer.alloc(100_000, 7))
  const file = await createTorrent(daemon, join(source, 'data.bin'), { trackers: [], pieceSize: 16_384 })
  await addTorrent(daemon, file, source)
  const start = performance.now()
  const out = await daemon.ok(script, [], { timeoutMs: 580_000 })
  const megabytes = out.split('\n').map((kB) => Number(kB) / 1024)
  console.log(`resident MiB a round: ${megabytes.map((size) => size.toFixed(0)).join(' ')}`)
  console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`)
  assert.equal(megabytes.length, 10)
  // The first three rounds fill pools and let V8 compile.
  const warm = megabytes.slice(3)
  const growth = Math.max(...warm) - (megabytes[2] as number)
  assert.ok(growth < 30, `grew by ${growth.toFixed(1)} MiB after the third round`)
})
