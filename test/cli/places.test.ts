// What works without a usable folder for temporary files, and in a current folder that was removed.

import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { listen } from '../helpers/listen.ts'
import { temporaryFolder } from '../helpers/lua.ts'
import { launcher, run } from '../helpers/program.ts'

const files = `
  local p = assert(io.popen("echo read")) print(p:read("a")) print(p:close())
  p = assert(io.popen("cat", "w")) p:write("written\\n") print(p:close())
  local f = assert(io.tmpfile()) f:write("kept") f:seek("set") print(f:read("a")) f:close()
  local name = os.tmpname() print(name ~= nil)
`

test('io.popen and io.tmpfile work without a usable TMPDIR, as in lua', async (t) => {
  const cwd = await temporaryFolder(t)
  await writeFile(join(cwd, 'script.lua'), files)
  await writeFile(join(cwd, 'file'), '')
  const { out: right } = await run('lua5.4', ['script.lua'], { cwd })
  assert.match(right, /^read\n/)
  for (const TMPDIR of [join(cwd, 'none'), join(cwd, 'file'), 'relative', '']) {
    const env = { PATH: process.env.PATH, HOME: cwd, PORLA_LUA_NO_START: '1', TMPDIR }
    const { code, out, stderr } = await run(process.execPath, [launcher, 'script.lua'], { cwd, env })
    assert.equal(stderr, '', TMPDIR)
    assert.equal(out, right, TMPDIR)
    assert.equal(code, 0)
  }
})

/** arg: a folder that is there, a URL, and a name for a torrent of its own. What is printed comes in this order. */
const inRemovedFolder = `
  local there, url, own = arg[1], arg[2], arg[3]
  local function path(name) return there .. "/" .. name end
  local file = assert(io.open(path("x"), "w")) file:write("data") file:close()
  assert(io.tmpfile():write("x"))
  assert(io.popen("echo out"):read("a") == "out\\n" and os.execute("exit 0") and os.getenv("HOME") and os.tmpname())
  assert(dofile(path("module.lua")).name == "module")
  package.path = path("?.lua")
  assert(require("module").name == "module" and loadfile(path("module.lua")))
  local fs, lfs, json, sqlite3 = require "fs", require "lfs", require "json", require "sqlite3"
  assert(fs.exists(path("x")) and fs.abs(path("x")) == path("x") and fs.space(there) and #fs.dir(there) > 0)
  assert(lfs.attributes(path("x"), "size") == 4 and json.encode{1} == "[1]")
  sqlite3.open(":memory:"):close() sqlite3.open(path("db")):close()
  require("log").info("logged")
  assert(require("config").sessions and require("presets").get("none") == nil and require("config.app").db_file)
  assert(io.open(path(own), "w")):write("data of ", own):close()
  local bytes = require("torrents").create{ path = path(own) }
  local ti = assert(TorrentInfo.from_buffer(bytes))
  local session = require("sessions").get("default")
  local params = AddTorrentParams.new()
  params.ti, params.save_path = ti, there
  local torrent = session:add_torrent(params)
  assert(torrent:status().save_path == there)
  torrent:move_storage(path("moved"))
  -- What needs the folder says so.
  print(select(2, pcall(fs.abs, "x")))
  params.save_path = ""
  print(select(2, pcall(session.add_torrent, session, params)))
  print(select(3, io.open("x", "w")), lfs.currentdir())
  function porla.init()
    require("process").launch{ file = "/bin/echo", args = { "launched" }, done = function(code, out)
      io.write(code, " ", out)
      require("http.client").request{ url = url, callback = function(status)
        print(status)
        timer = require("timers").new{ interval = 1, callback = function() timer:cancel() print("timer") end }
      end }
    end }
  end
  function porla.destroy() print("destroyed") end
`

test('in a current folder that was removed, everything works that does not need it', async (t) => {
  const daemon = await startDaemon(t)
  const there = join(daemon.folder, 'there')
  await mkdir(there)
  await writeFile(join(there, 'script.lua'), inRemovedFolder)
  await writeFile(join(there, 'module.lua'), 'return { name = "module" }')
  const url = `http://127.0.0.1:${await listen(
    t,
    createServer((_, response) => response.end()),
  )}/`
  for (const [i, words] of ['', '--timeout 20', '--lock'].entries()) {
    const script = `mkdir gone${i} && cd gone${i} && rmdir ../gone${i} && exec "$0" "$1" ${words} "$2/script.lua" "$2" "$3" own${i}`
    const { code, out, stderr } = await run(
      '/bin/sh',
      ['-c', script, process.execPath, launcher, there, url],
      {
        cwd: daemon.folder,
        env: daemon.env,
      },
    )
    // dash says so of the folder, in commands of lua too.
    const said = stderr.replaceAll(/^sh: 0: getcwd\(\) failed: .*\n/gm, '')
    assert.match(said, /^\S+ INFO {4}logged\n$/, words)
    const lines = out.split('\n')
    for (const line of lines.slice(0, 2)) assert.match(line, /current (folder|directory)/)
    assert.match(lines[2] as string, /^2\tnil/)
    assert.deepEqual(lines.slice(3), ['0 launched', '200', 'timer', 'destroyed', ''])
    assert.equal(code, 0)
  }
  for (const words of [
    'daemon status',
    'call sessions.list',
    '--version',
    '--help',
    '-v',
    "-e 'print(1)'",
    '-',
  ]) {
    const script = `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" ${words}`
    const ended = await run('/bin/sh', ['-c', script, process.execPath, launcher], {
      cwd: daemon.folder,
      env: daemon.env,
    })
    assert.deepEqual([ended.code, ended.stderr], [0, ''], words)
  }
})
