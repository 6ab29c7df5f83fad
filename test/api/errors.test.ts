// Errors of the daemon as Lua values.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'

test('errors of the daemon', async (t) => {
  const daemon = await startDaemon(t)
  const bad = `
local session = require("sessions").get("default")
local p = AddTorrentParams.new()
p.info_hash = ("a"):rep(64)
local function add() session:add_torrent(p) end
`

  await t.test('are values with code and message that print and concatenate', async () => {
    const out = await daemon.ok(`${bad}
      local ok, e = pcall(add)
      print(ok, type(e), math.type(e.code), e.code, #e.message > 0)
      print(tostring(e) == e.message, ("a: " .. e) == "a: " .. e.message, (e .. 1) == e.message .. "1", (e .. e) == e.message .. e.message)
      print(type(e.data), select(2, pcall(add)) == e, e == 1)
      print(select(2, pcall(function() return e.mesage end)))
      print(select(2, pcall(function() return e .. {} end)))
      print(select(2, pcall(function() e.code = 1 end)))
      print(select(2, pcall(error, e)) == e)`)
    const lines = out.split('\n')
    assert.equal(lines[0], 'false\tuserdata\tinteger\t4\ttrue')
    assert.equal(lines[1], 'true\ttrue\ttrue\ttrue')
    assert.match(lines[2] ?? '', /^(nil|table)\ttrue\tfalse$/)
    assert.match(lines[3] ?? '', /no property 'mesage' in porla.Error; did you mean 'message'\?$/)
    assert.match(lines[4] ?? '', /attempt to concatenate a table value/)
    assert.match(lines[5] ?? '', /'code' of porla.Error cannot be written$/)
    assert.equal(lines[6], 'true')
  })

  await t.test('serve as text', async () => {
    const out = await daemon.ok(`${bad}
      local _, e = pcall(add)
      print(e:match("v2%-only"), e:sub(1, 4), e:len() == #e.message, #e == #e.message, e:find("v2", 1, true) ~= nil)
      print(e:gsub("v2", "V2") == e.message:gsub("v2", "V2"), e:format() == e.message, pcall(function() return e:nope() end))
      io.write(e, "\\n")
      print(require("json").encode{error = e})
      require("log").info(e)
      print(e.code)`)
    const lines = out.split('\n')
    assert.equal(lines[0], 'v2-only\tthis\ttrue\ttrue\ttrue')
    assert.match(lines[1] ?? '', /^true\ttrue\tfalse\t.*no property 'nope' in porla\.Error/)
    assert.match(lines[2] ?? '', /^this is a v2-only torrent/)
    assert.match(lines[3] ?? '', /^\{"error":"this is a v2-only torrent/)
    assert.equal(lines[4], '4')
  })

  await t.test('that nobody catches are reported with the position of the call', async () => {
    const { code, out, stderr } = await daemon.lua(`${bad}print("before")\nadd()\n`)
    assert.equal(code, 1)
    assert.equal(out, 'before\n')
    assert.match(stderr, /^porla-lua: test\.lua:5: .*v2/)
    assert.match(stderr, /stack traceback:\n.*\n(.*\n)*\t(test\.lua|\[C\])/)
  })

  await t.test('know the position through pcall and a metamethod', async () => {
    const { stderr } = await daemon.lua(`${bad}
local object = setmetatable({}, {__index = add})
local value = object.x`)
    assert.match(stderr, /^porla-lua: test\.lua:5: /)
    const direct = await daemon.lua(`${bad}
local ok, e = pcall(session.add_torrent, session, p)
error(e)`)
    assert.match(direct.stderr, /^porla-lua: test\.lua:7: /)
  })

  await t.test('say that no daemon answers when there is none', async () => {
    const script = 'local ok, e = pcall(require("sessions").get, "default") print(e.code, e)'
    const socket = `${daemon.socket}-none`
    const out = await daemon.ok(script, [], { env: { PORLA_LUA_SOCKET: socket } })
    assert.match(out, /^100\tno daemon /)
  })
})
