// What goes on after a script's last line: who keeps it alive, how it ends, what callbacks may do.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runLua, temporaryFolder } from '../helpers/lua.ts'
import { startLua } from './support.ts'

/** Runs code that must end well; returns what it printed. */
async function printed(...[t, code]: Parameters<typeof runLua>): Promise<string> {
  const { code: exit, out, stderr } = await runLua(t, code)
  assert.equal(stderr, '')
  assert.equal(exit, 0)
  return out
}

test('a timer repeats until it is cancelled, and then the script ends', async (t) => {
  const start = performance.now()
  const out = await printed(
    t,
    `local n = 0
     local timer
     timer = require("timers").new{ interval = 10, callback = function()
       n = n + 1
       print("tick " .. n)
       if n == 3 then timer:cancel(); timer:cancel() end
     end }
     print("last line")`,
  )
  assert.equal(out, 'last line\ntick 1\ntick 2\ntick 3\n')
  assert.ok(performance.now() - start < 5000, 'it ended by itself')
})

test('the next interval begins when the callback has returned', async (t) => {
  const out = await printed(
    t,
    `local function now() return io.open("/proc/uptime"):read("n") end
     local times = {}
     local timer
     timer = require("timers").new{ interval = 100, callback = function()
       times[#times + 1] = now()
       if #times == 3 then timer:cancel(); print(times[3] - times[1]) end
       os.execute("sleep 0.15")
     end }`,
  )
  // Two callbacks of 0.15 s and two intervals; the clock ticks every 10 ms.
  assert.ok(Number(out) >= 0.48, out)
})

test('what is printed in a callback is there at once', async (t) => {
  const script = await startLua(
    t,
    await temporaryFolder(t),
    `timer = require("timers").new{ interval = 5, callback = function() print("now"); timer:cancel(); timer = again() end }
     function again() return require("timers").new{ interval = 60000, callback = print } end
     print("before")`,
  )
  await script.printed('before')
  await script.printed('now')
  script.signal('SIGTERM')
  assert.equal((await script.end).code, 143)
})

test('an error in a callback is shown with a traceback, the rest goes on, and the exit code is 1', async (t) => {
  const { code, out, stderr } = await runLua(
    t,
    `local n = 0
     local timer
     timer = require("timers").new{ interval = 5, callback = function()
       n = n + 1
       if n == 2 then timer:cancel(); print("went on") end
       error("tick " .. n)
     end }`,
  )
  assert.equal(code, 1)
  assert.equal(out, 'went on\n')
  assert.match(
    stderr,
    /^porla-lua: \S*script\.lua:6: tick 1\nstack traceback:\n(.*\n)+porla-lua: \S*script\.lua:6: tick 2\n/,
  )
})

test('an error in the main chunk ends the script whatever is alive', async (t) => {
  const { code, out } = await runLua(
    t,
    `local timer = require("timers").new{ interval = 1, callback = function() print("never") end }
     require("process").launch{ file = "/bin/sleep", args = { "0.2" } }
     error("no")`,
  )
  assert.deepEqual({ code, out }, { code: 1, out: '' })
})

test('os.exit in a callback ends everything with its code', async (t) => {
  const { code, out, stderr } = await runLua(
    t,
    `local keep = require("timers").new{ interval = 60000, callback = print }
     local timer = require("timers").new{ interval = 5, callback = function() io.write("bye"); os.exit(7) end }`,
  )
  assert.deepEqual({ code, out, stderr }, { code: 7, out: 'bye', stderr: '' })
})

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} ends a script that waits with ${code}, what it wrote is there, and says nothing`, async (t) => {
    const script = await startLua(
      t,
      await temporaryFolder(t),
      `timer = require("timers").new{ interval = 60000, callback = print }
       file = io.open("out", "w")
       file:write("kept")
       print("ready")`,
    )
    await script.printed('ready')
    // The line was written by the main chunk; what is meant is a signal while nothing runs.
    await sleep(200)
    const start = performance.now()
    script.signal(signal)
    const outcome = await script.end
    assert.deepEqual({ code: outcome.code, stderr: outcome.stderr }, { code, stderr: '' })
    assert.ok(performance.now() - start < 1000)
  })

  test(`${signal} ends a callback that does not return, and a main chunk`, async (t) => {
    const folder = await temporaryFolder(t)
    const loops = [
      `timer = require("timers").new{ interval = 1, callback = function() io.stdout:write("in\\n"):flush() while true do end end }`,
      `timer = require("timers").new{ interval = 1, callback = print } io.stdout:write("in\\n"):flush() while true do end`,
    ]
    for (const loop of loops) {
      const script = await startLua(t, folder, loop)
      await script.printed('in')
      script.signal(signal)
      assert.equal((await script.end).code, code)
    }
  })
}

test('a handle that is collected as garbage stops its timer', async (t) => {
  const out = await printed(
    t,
    `local timers = require("timers")
     timers.new{ interval = 1, callback = function() print("never") end }
     collectgarbage()
     kept = timers.new{ interval = 5, callback = function()
       print("dropped")
       kept = nil
       collectgarbage()
     end }`,
  )
  assert.equal(out, 'dropped\n')
})

test('a local variable of the main chunk counts as kept', async (t) => {
  const out = await printed(
    t,
    `local n = 0
     local timer = require("timers").new{ interval = 1, callback = function()
       n = n + 1
       collectgarbage()
       print(n)
       if n == 3 then os.exit() end
     end }`,
  )
  assert.equal(out, '1\n2\n3\n')
})

test('timers: bad options are errors, and a timer without callback stops with a warning', async (t) => {
  const { code, out, stderr } = await runLua(
    t,
    `local timers = require("timers")
     local function failing(options) print(select(2, pcall(timers.new, options))) end
     failing()
     failing{ callback = print }
     failing{ interval = 0, callback = print }
     failing{ interval = 1.5, callback = print }
     failing{ interval = 1, callback = 5 }
     failing{ intervall = 1 }
     local timer = timers.new{ interval = 2 }`,
  )
  assert.equal(code, 0)
  const expected = [
    /table expected, got nil/,
    /needs an interval/,
    /'interval': at least 1/,
    /'interval': number has no integer/,
    /'callback': function expected, got number/,
    /'intervall'; did you mean 'interval'/,
  ]
  const lines = out.split('\n')
  for (const [i, pattern] of expected.entries()) assert.match(lines[i] as string, pattern)
  assert.match(stderr, /warning: a timer of 2 ms has no callback/)
})

test('cron: every second, in order, until it is cancelled', async (t) => {
  const out = await printed(
    t,
    `local times = {}
     local schedule
     schedule = require("cron").schedule{ expression = "* * * * * ?", callback = function(...)
       assert(select("#", ...) == 0)
       times[#times + 1] = os.time()
       if #times == 3 then
         schedule:cancel()
         print(times[2] - times[1], times[3] - times[2])
       end
     end }`,
  )
  assert.equal(out, '1\t1\n')
})

test('cron: what never fires is an error', async (t) => {
  const out = await printed(
    t,
    `local cron = require("cron")
     for _, expression in ipairs { "* * * * *", "", "@daily", "61 * * * * *", "* * * * * MOON", "0 0 0 30 FEB *", "a b c d e f" } do
       local ok, message = pcall(cron.schedule, { expression = expression, callback = print })
       assert(not ok, expression)
       assert(message:find(expression, 1, true), message)
     end
     print(select(2, pcall(cron.schedule, { expression = "* * * * * *" })))
     local names = cron.schedule{ expression = "0,30 1-5/2 */6 ? JAN-MAR,DEC SUN", callback = print }
     names:cancel()`,
  )
  assert.match(out, /needs a callback/)
})

test('a script that uses none of it loads none of it', async (t) => {
  const { out } = await runLua(t, 'print(package.loaded.timers, package.preload.timers ~= nil)')
  assert.equal(out, 'nil\ttrue\n')
})
