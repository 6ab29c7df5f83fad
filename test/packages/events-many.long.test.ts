// More events than a script takes, and as many as are kept for it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { adding } from './support.ts'

test('10,000 events and a slow script: it hears all of them, in order', async (t) => {
  const daemon = await startDaemon(t)
  const out = await daemon.ok(
    `${adding}
     local torrent = add(1, true)
     local events = require("events")
     local turns, wrong, last = 0, 0, nil
     local function heard(what)
       return function()
         if what == last then wrong = wrong + 1 end
         last = what
         turns = turns + 1
         if turns % 1000 == 0 then os.execute("sleep 0.02") end
         if turns == 9000 then print(turns, wrong); os.exit() end
       end
     end
     a = events.on("torrent_paused", heard("paused"))
     b = events.on("torrent_resumed", heard("resumed"))
     for i = 1, 4500 do torrent:resume(); torrent:pause() end`,
    [],
    { timeoutMs: 60_000 },
  )
  assert.equal(out, '9000\t0')
})

test('more than is kept: the script is told, and goes on', async (t) => {
  const daemon = await startDaemon(t)
  const { code, out, stderr } = await daemon.lua(
    `${adding}
     local torrent = add(1, true)
     local n = 0
     a = require("events").on("torrent_resumed", function() n = n + 1 end)
     b = require("events").on("torrent_removed", function() print(n); os.exit() end)
     for i = 1, 6000 do torrent:resume(); torrent:pause() end
     session:remove_torrent(torrent)`,
    [],
    { timeoutMs: 60_000 },
  )
  assert.equal(code, 0)
  const heard = Number(out)
  assert.ok(heard > 4900 && heard < 5100, out)
  assert.match(
    stderr,
    /^porla-lua: warning: 200\d events are lost: they come faster than the script takes them\n$/,
  )
})
