// Calls of the daemon look like plain functions wherever Lua code can run.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'

const places: [where: string, code: string, output: string][] = [
  [
    'a coroutine that yields itself',
    `local next = coroutine.wrap(function()
       for s in sessions.list() do coroutine.yield(s.name) end
       coroutine.yield(sessions.get("second").name)
     end)
     print(next(), next(), next())`,
    'default\tsecond\tsecond',
  ],
  [
    'a coroutine inside a coroutine, closed in the middle',
    `local outer = coroutine.create(function()
       local inner = coroutine.wrap(function() coroutine.yield(sessions.get("default").name) end)
       coroutine.yield(inner())
     end)
     print(coroutine.resume(outer))
     print(coroutine.close(outer))`,
    'true\tdefault\ntrue',
  ],
  [
    'a table.sort comparator',
    `local names = {"second", "default"}
     table.sort(names, function(a, b) return sessions.get(a).name < sessions.get(b).name end)
     print(table.concat(names, " "))`,
    'default second',
  ],
  [
    'a string.gsub callback',
    `print((("default nope second"):gsub("%a+", function(word) return tostring(sessions.get(word) ~= nil) end)))`,
    'true false true',
  ],
  [
    '__index, __tostring, __eq, __lt, __call, __concat and __close',
    `local m = {}
     local object = setmetatable({}, m)
     function m.__index(_, key) return sessions.get(key) and key end
     function m.__tostring() return "to " .. sessions.get("default").name end
     function m.__lt() return sessions.get("default") ~= nil end
     function m.__call(_, name) return sessions.get(name).name end
     function m.__concat() return sessions.get("second").name end
     function m.__close() print("close", sessions.get("second").name) end
     print(object.default, object.nope, tostring(object), object < {}, object("second"), object .. "")
     do local guard <close> = object end`,
    'default\tnil\tto default\ttrue\tsecond\tsecond\nclose\tsecond',
  ],
  [
    'a finalizer',
    `setmetatable({}, {__gc = function() print("gc", sessions.get("second").name) end})
     collectgarbage() collectgarbage()`,
    'gc\tsecond',
  ],
  [
    'pcall, xpcall and its handler',
    `print(pcall(function() return sessions.get("second").name end))
     print(xpcall(function() error("x", 0) end, function(m) return m .. sessions.get("default").name end))`,
    'true\tsecond\nfalse\txdefault',
  ],
  ['the top level of a required module', `print(require("my_module"))`, 'second\t./my_module.lua'],
  ['load, with a reader that asks', `print(load(function() sessions.get("x") end) ~= nil)`, 'true'],
]

test('calls block', async (t) => {
  const daemon = await startDaemon(t, { sessions: { second: {} } })
  await writeFile(join(daemon.folder, 'my_module.lua'), `return require("sessions").get("second").name`)
  for (const [where, code, output] of places) {
    await t.test(`in ${where}`, async () => {
      assert.equal(await daemon.ok(`local sessions = require("sessions")\n${code}`), output)
    })
  }
})
