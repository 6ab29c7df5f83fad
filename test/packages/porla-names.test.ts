// The names and shapes that newer versions of Porla give its packages (types/lua and the documentation of Porla).

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { listen } from '../helpers/listen.ts'
import { runLua } from '../helpers/lua.ts'

const sessions = `
  local sessions = require "porla_sessions"
  assert(sessions.count() == 1 and sessions.get("none") == nil and sessions.metrics()["net.recv_bytes"])
  local session = sessions.default()
  assert(session == sessions.get("default") and session.name == "default")
  for one in sessions.list() do assert(one == session) end
  session:pause() assert(session:is_paused()) session:resume() assert(not session:is_paused())
  local settings = session:get_settings()
  settings.active_seeds = 7
  session:apply_settings(settings)
  assert(session:get_settings().active_seeds == 7)

  -- Events come in the order in which things happen, and no handler is kept in a variable.
  local events, left = require "porla_events", 2
  local exit = require("porla_timers").interval(60000, print)
  local function heard(...)
    print(...)
    left = left - 1
    if left == 0 then os.exit(0) end
  end
  local torrents = session:torrents()
  events.on("torrent.added", function(torrent)
    local hash = torrent:info_hash()
    heard("added", tostring(hash))
    torrents:remove(hash, { delete_files = false })
    torrents:remove(hash)
    assert(torrents:count() == 0 and torrents:get(hash) == nil)
  end)
  events.on("torrent.removed", function(hash) heard("removed", tostring(hash)) end)
  assert(events.on("torrent.aded", print) == nil)
  events.on("torrent.finished", print):cancel()
  collectgarbage()

  local ti = assert(TorrentInfo.from_buffer(require("torrents").create{ path = arg[0] }))
  local hash, err = torrents:add({ ti = ti, save_path = arg[1] })
  assert(err == nil and hash == ti:info_hash(), err)
  assert(not pcall(torrents.add, torrents, { save_pat = "x" }))
  local no, why = torrents:add(AddTorrentParams.new(), { preset = "none" })
  assert(no == nil and type(why) == "string", why)
  local handle, status = torrents:get(hash)
  assert(torrents:count() == 1 and handle:info_hash() == hash and status.name == "test.lua")
  for _, query in ipairs { 'name = "test.lua"', require("pql").parse('name = "test.lua"') } do
    local n = 0
    for torrent, status in torrents:list(query) do
      n = n + 1
      assert(torrent == handle and status.name == "test.lua")
    end
    assert(n == 1)
  end
  for _ in torrents:list('name = "other"') do error "none has that name" end
`

test('sessions, torrents and events by the newer names', async (t) => {
  const daemon = await startDaemon(t)
  const { code, out, stderr } = await daemon.lua(sessions, [daemon.folder])
  assert.match(
    stderr,
    /^porla-lua: warning: there is no event 'torrent.aded'; did you mean 'torrent.added'\?.*\n$/,
  )
  assert.match(out, /^added\t(\[[0-9a-f]{40},0+\])\nremoved\t\1\n$/)
  assert.equal(code, 0)
})

test('timers, requests, encodings, files and the rest by the newer names', async (t) => {
  const port = await listen(
    t,
    createServer((request, response) => {
      response.writeHead(200, { 'x-method': request.method })
      request.pipe(response)
    }),
  )
  const { code, out, stderr } = await runLua(
    t,
    `local timers, http, codec, fs = require "porla_timers", require "porla_http_client", require "porla_codec", require "porla_filesystem"
     assert(codec.hex.encode("a\\xff") == "61ff" and codec.hex.decode("61FF") == "a\\xff" and not pcall(codec.hex.decode, "6"))
     assert(codec.base64.encode("a\\0b") == "YQBi" and codec.base64.decode("YQBi") == "a\\0b" and not pcall(codec.base64.decode, "?"))
     assert(codec.json.encode({ a = { 1 } }) == '{"a":[1]}' and codec.json.decode("[5]")[1] == 5)
     local value, message = codec.json.decode("[5")
     assert(value == nil and message:find("line 1"))
     assert(fs.create_directories("a/b/c") == true and fs.exists("a/b/c") == true and fs.create_directories("a/b") == false)
     io.open("a/file", "w"):close()
     local made, why = fs.create_directories("a/file/x")
     assert(made == nil and why == "Not a directory", why)
     local runtime = require "porla_runtime"
     assert(runtime.version:match("^%d+%.%d+%.%d+") and runtime.args["state-dir"]:sub(1, 1) == "/" and runtime.args["http-base-path"] == nil)
     assert(require("porla_presets").get("none") == nil)

     -- Nothing is kept in a variable.
     local n, done = 0, 0
     local function finish() done = done + 1 end
     local function steady() n = n + 1 print("tick", n) end
     local interval = timers.interval(5, function() steady() if n == 2 then stop() finish() end end)
     function stop() interval:cancel() interval:cancel() end
     timers.timeout(1, function() print("once") finish() end)
     timers.cron("* * * * * ?", function() if done == 3 then print("cron") os.exit(0) end end)
     for _, wrong in ipairs { { timers.interval, 0, print }, { timers.timeout, "x", print }, { timers.cron, "* *", print }, { timers.interval, 5 } } do
       assert(not pcall(table.unpack(wrong)))
     end
     collectgarbage()
     http.request(arg[1], function(err, res)
       print(err, res.status, res.body, res.headers["X-Method"], res.url == arg[1])
       http.request("http://127.0.0.1:1/", function(err, res) print(err:find("ECONNREFUSED") ~= nil, res) finish() end)
     end, { method = "PUT", body = "data", headers = { ["X-Own"] = "1" }, timeout = 5 })`,
    { args: [`http://127.0.0.1:${port}/`] },
  )
  assert.equal(stderr, '')
  assert.deepEqual(
    new Set(out.trim().split('\n')),
    new Set(['once', 'tick\t1', 'tick\t2', 'nil\t200\tdata\tPUT\ttrue', 'true\tnil', 'cron']),
  )
  assert.equal(code, 0)
})
