// workflows against a real daemon, a real server and real programs.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { runLua } from '../helpers/lua.ts'

/** Lua code with a function that adds paused torrents by number, and one that ends the script at a removal. */
const prelude = `
  local sessions = require("sessions")
  local session = sessions.get("default")
  local triggers = {
    torrent = require("workflows.triggers.torrent"),
    cron = require("workflows.triggers.cron"),
    interval = require("workflows.triggers.interval"),
  }
  local actions = {
    exec = require("workflows.actions.exec"),
    http = require("workflows.actions.http"),
    log = require("workflows.actions.log"),
    notify = require("workflows.actions.notify"),
    sleep = require("workflows.actions.sleep"),
    torrent = require("workflows.actions.torrent"),
  }
  local workflows = require("workflows")
  local function add(i, name)
    local params = AddTorrentParams.from_magnet(("magnet:?xt=urn:btih:%040x&dn=%s"):format(i, name or "t" .. i))
    params.save_path = "data"
    params.flags.paused = true
    params.flags.auto_managed = false
    return session:add_torrent(params)
  end
  local function say(text) return function(ctx, done) print(text) done() end end
  local function leave() os.exit(0, true) end
`

const run = (daemon: TestDaemon, code: string, args: string[] = []): Promise<string> =>
  daemon.ok(prelude + code, args)

test('actions run one after another and see what those before gave; the filter is PQL', async (t) => {
  const daemon = await startDaemon(t)
  const heard: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    heard.push(`${request.method} ${request.url} ${request.headers['x-name'] ?? ''} ${body}`)
    response.statusCode = 418
    response.end(`answer to ${request.url}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const outcome = await daemon.lua(
    `${prelude}
     local function name(ctx) return ctx.torrent:status().name end
     workflows.add{
       trigger = triggers.torrent.added(),
       filter = 'name contains "yes"',
       actions = {
         actions.log(function(ctx) return "added " .. name(ctx) end),
         actions.exec{ file = "/bin/sh", args = { "-c", 'echo "$1"; echo bad >&2; exit 4', "sh", name } },
         function(ctx, done)
           local r = ctx.actions[2]
           print(ctx.actions[1], r.exit_code, r.std_out, r.std_err)
           done("mine")
           done("never heard")
         end,
         actions.http{ url = function() return arg[1] .. "/hook" end, body = function(ctx) return ctx.actions[3] end,
           headers = { ["X-Name"] = name } },
         actions.sleep(20),
         actions.notify.discord{ url = arg[1] .. "/discord", message = function(ctx) return 'got "' .. name(ctx) .. '"' end },
         actions.notify.ntfy{ server = arg[1], topic = "topic", message = "hello" },
         function(ctx, done) print(ctx.actions[4].status_code, ctx.actions[4].content, ctx.actions[5]) leave() end,
       },
     }
     add(1, "no")
     add(2, "yes-2")`,
    [url],
  )
  assert.equal(outcome.code, 0, outcome.stderr)
  assert.equal(outcome.out, 'nil\t4\tyes-2\n\tbad\n\n418\tanswer to /hook\tnil\n')
  assert.deepEqual(heard, [
    'POST /hook yes-2 mine',
    'POST /discord  {"content":"got \\"yes-2\\""}',
    'POST /topic  hello',
  ])
  assert.match(outcome.stderr, /INFO +added yes-2\n/)
  assert.equal(outcome.stderr.match(/WARNING.*answered 418/g)?.length, 2)
})

test('actions on torrents go on when their event has come', async (t) => {
  const daemon = await startDaemon(t)
  const out = await run(
    daemon,
    `workflows.add{
       trigger = triggers.torrent.added(),
       actions = {
         actions.torrent.pause(), say("was paused"),
         actions.torrent.resume(), say("resumed"),
         function(ctx, done) print(ctx.torrent:flags().paused) done() end,
         actions.torrent.pause(), say("paused"),
         function(ctx, done) print(ctx.torrent:flags().paused) done() end,
         actions.torrent.remove{ remove_files = true }, say("removed"),
         function(ctx) print(ctx.torrent:is_valid()) end,
       },
     }
     workflows.add{
       trigger = triggers.torrent.removed(),
       filter = "is:paused",
       actions = { function(ctx) print("removed", ctx.torrent.info_hash.v1:sub(-1), next(ctx.torrent, "info_hash")) timer = require("timers").new{ interval = 100, callback = leave } end },
     }
     add(5)`,
  )
  const lines = out.split('\n')
  assert.deepEqual(lines.slice(0, 5), ['was paused', 'resumed', 'false', 'paused', 'true'])
  assert.deepEqual(lines.slice(5).sort(), ['false', 'removed', 'removed\t5\tnil'])
})

test('interval and cron fire once for each torrent of every session', async (t) => {
  const daemon = await startDaemon(t, { sessions: { other: {} } })
  for (const trigger of ['interval(20)', 'cron("* * * * * *")']) {
    const out = await run(
      daemon,
      `add(1) add(2)
       session = sessions.get("other")
       add(2) add(3)
       local seen = {}
       workflows.add{
         trigger = triggers.${trigger},
         filter = function(ctx) return ctx.torrent:status().name ~= "t3" end,
         actions = { function(ctx)
           seen[#seen + 1] = ctx.torrent:status().name
           if #seen == 6 then print(table.concat(seen, " ")) leave() end
         end },
       }`,
    )
    assert.equal(out, 't1 t2 t2 t1 t2 t2')
  }
})

test('own triggers and actions are plain functions; an error in one is shown', async (t) => {
  const { code, out, stderr } = await runLua(
    t,
    `local workflows = require("workflows")
     workflows.add{
       trigger = function(fire)
         local n = 0
         local timer
         timer = require("timers").new{ interval = 1, callback = function()
           n = n + 1
           if n == 3 then timer:cancel() end
           fire { number = n }
         end }
         return timer
       end,
       actions = { function(ctx, done)
         if ctx.torrent.number == 2 then error("two") end
         done(ctx.torrent.number * 10)
       end, function(ctx) print(ctx.actions[1]) end },
     }
     collectgarbage()`,
  )
  assert.deepEqual({ code, out }, { code: 1, out: '10\n30\n' })
  assert.match(stderr, /script\.lua:14: two\nstack traceback/)
})

test('a workflow that could never run is an error at its line', async (t) => {
  const { code, out } = await runLua(
    t,
    `local workflows = require("workflows")
     local added = require("workflows.triggers.torrent").added
     local function failing(f, ...) local ok, message = pcall(function(...) f(...) end, ...) assert(not ok) print((message:gsub("\\n", " "))) end
     failing(workflows.add)
     failing(workflows.add, { actions = { print } })
     failing(workflows.add, { trigger = added() })
     failing(workflows.add, { trigger = added(), actions = {} })
     failing(workflows.add, { trigger = added(), actions = { print, 5 } })
     failing(workflows.add, { trigger = added(), actions = { print }, filter = "nonsense" })
     failing(workflows.add, { trigger = added(), actions = { print }, filters = "x" })
     failing(require("workflows.triggers.cron"), "* * *")
     failing(require("workflows.triggers.interval"), 0)
     failing(require("workflows.actions.exec"), {})
     failing((require("workflows.actions.http")))
     failing((require("workflows.actions.log")))
     failing(require("workflows.actions.sleep"), "x")
     failing(require("workflows.actions.notify").ntfy, {})
     failing(require("workflows.actions.torrent").remove)`,
  )
  assert.equal(code, 0)
  const lines = out.trimEnd().split('\n')
  assert.equal(lines.length, 15, out)
  for (const line of lines) assert.match(line, /script\.lua:3: workflows\.[a-z.]+[ :]/, line)
  assert.match(lines[5] as string, /filter: .*nonsense|filter: .*column/)
})

test('a script with every package of the second phase ends by itself', async (t) => {
  const daemon = await startDaemon(t)
  const out = await daemon.ok(
    `local left = 4
     local function done() left = left - 1 if left == 0 then print("all") end end
     local timer timer = require("timers").new{ interval = 1, callback = function() timer:cancel() done() end }
     local schedule schedule = require("cron").schedule{ expression = "* * * * * *", callback = function() schedule:cancel() done() end }
     require("process").launch{ file = "/bin/true", done = done }
     require("http.client").request{ url = "http://127.0.0.1:1/", callback = done }
     local connection = require("events").on("torrent_added", print)
     connection:disconnect()`,
    [],
    { cwd: join(daemon.folder) },
  )
  assert.equal(out, 'all')
})

test('a workflow goes on after its own move only: at once where the files are, never after one that failed', async (t) => {
  const daemon = await startDaemon(t)
  const printed = await daemon.ok(
    `${prelude}
     local fs = require("fs")
     local file = assert(io.open("seeded", "wb"))
     file:write(("x"):rep(50000))
     file:close()
     assert(io.open("no-folder", "w")):close()
     local params = AddTorrentParams.new()
     params.ti = assert(TorrentInfo.from_buffer(require("torrents").create{ path = "seeded", piece_size = 16384 }))
     params.save_path = "."
     local torrent = session:add_torrent(params)
     while not torrent:status().is_seeding do require("events").wait("torrent_moved", 0.05) end
     local function once(fire) local timer timer = require("timers").new{ interval = 10, callback = function() timer:cancel() fire(torrent) end } return timer end
     local function place(ctx, done) print("moved", ctx.torrent:status().save_path == fs.normal(arg[1])) done() end
     workflows.add{ trigger = once, actions = {
       actions.torrent.move{ path = "./" },
       say("was there"),
       actions.torrent.move{ path = arg[1] .. "//" },
       place,
       function(ctx)
         local failed
         failed = require("events").on("torrent_move_failed", function(_, folder, message)
           failed:disconnect()
           print("failed", folder == fs.normal("no-folder/x"), message ~= "")
           torrent:move_storage("third")
         end)
         local moved = require("events").on("torrent_moved", function(_, folder)
           print("by hand", folder == fs.normal("third"))
           local timer timer = require("timers").new{ interval = 100, callback = function() timer:cancel() leave() end }
           _G.timer = timer
         end)
         _G.moved, _G.failed = moved, failed
         workflows.add{ trigger = once, actions = { actions.torrent.move{ path = "no-folder/x" }, say("never") } }
       end,
     } }`,
    ['other'],
  )
  assert.equal(printed, 'was there\nmoved\ttrue\nfailed\ttrue\ttrue\nby hand\ttrue')
})
