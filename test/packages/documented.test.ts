// What the reference and the typings say exists in the real program, with the kind and type they say, and nothing else
// does.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ApiModule, ClassDescription } from '../../src/cli/lua/api/describe.ts'
import { apiClasses, apiModules } from '../../src/cli/lua/api/index.ts'
import { absentPackages, packageModules } from '../../src/cli/lua/packages/index.ts'
import { startDaemon } from '../helpers/daemon.ts'
import { listen } from '../helpers/listen.ts'

const modules = [...apiModules, ...packageModules()]
const classes = [...new Set([...apiClasses, ...modules.flatMap((module) => module.classes ?? [])])]

/** How a script comes to an object of a class; `session` and `torrent` are there, and the module `lfs` and so on. */
const objects: Readonly<Record<string, string>> = {
  Session: 'session',
  TorrentHandle: 'torrent',
  TorrentStatus: 'torrent:status()',
  TorrentInfo: 'info',
  FileStorage: 'info:files()',
  InfoHash: 'torrent:info_hash()',
  TorrentClientData: 'torrent:userdata()',
  Tags: 'torrent:userdata().tags',
  AddTorrentParams: 'AddTorrentParams.new()',
  TorrentFlags: 'AddTorrentParams.new().flags',
  List: 'AddTorrentParams.new().trackers',
  SettingsPack: 'session:settings()',
  AnnounceEntry: 'info:trackers()[1]',
  AnnounceEndpoint: 'soon(function() return torrent:trackers()[1].endpoints[1] end)',
  AnnounceInfoHash: 'soon(function() return torrent:trackers()[1].endpoints[1] end).info_hashes[1]',
  PeerInfo: 'soon(function() return torrent:peer_info()[1] end)',
  'porla.Error': 'select(2, pcall(session.torrents, session, "("))',
  HttpHeaders: 'headers',
  Filter: 'require("pql").parse("size > 1")',
  Preset: 'require("presets").get("p")',
  Database: 'require("sqlite3").open(":memory:")',
  Statement: 'require("sqlite3").open(":memory:"):prepare("select 1")',
  Directory: 'select(2, require("lfs").dir("."))',
  DirectoryLock: 'require("lfs").lock_dir(".")',
  SignalConnection: 'require("events").on("torrent_added", print)',
  Timer: 'require("timers").new{interval = 1000000, callback = print}',
  PoCancellable: 'require("porla_timers").interval(1000000, print)',
  PoSessionHandle: 'require("porla_sessions").default()',
  PoTorrentsHandle: 'require("porla_sessions").default():torrents()',
  Schedule: 'require("cron").schedule{expression = "0 0 0 1 1 *", callback = print}',
}

const quote = (text: string) => JSON.stringify(text)

function moduleChecks(module: ApiModule): string {
  const name = quote(module.name)
  if (module.callable) return `kind(${name}, require(${name}), "function")`
  if (module.data) return `kind(${name}, require(${name}), "table")`
  const members = module.members.map(({ name, ...member }) => {
    const type = member.kind === 'constant' ? typeof member.value : 'function'
    return `[${quote(name)}] = ${quote(type)}`
  })
  return `members(${name}, require(${name}), {${members.join(', ')}})`
}

function classChecks(cls: ClassDescription): string[] {
  const lines: string[] = []
  const statics = cls.members.filter(({ kind }) => kind === 'static')
  if (cls.global) {
    const list = statics.map(({ name }) => `[${quote(name)}] = "function"`)
    lines.push(`members(${quote(cls.name)}, ${cls.name}, {${list.join(', ')}})`)
  } else assert.deepEqual(statics, [], `${cls.name} is no global: its static members cannot be reached`)
  const object = objects[cls.name]
  assert.ok(object, `say in this test how a script comes to an object of ${cls.name}`)
  lines.push(`do local object = ${object}`)
  lines.push(`kind(${quote(cls.name)}, object, "userdata")`)
  lines.push(`check(getmetatable(object) == false, ${quote(`${cls.name}: the metatable is open`)})`)
  for (const member of cls.members) {
    const where = quote(`${cls.name}.${member.name}`)
    if (member.kind === 'method') lines.push(`kind(${where}, object.${member.name}, "function")`)
    else if (member.kind === 'property') {
      lines.push(`typed(${where}, object.${member.name}, ${quote(member.type)})`)
    }
  }
  lines.push(`plain(${quote(cls.name)}, object)`)
  // Members come from a closed list; every other name is refused, or nil of a set of tags.
  lines.push(`unknown(${quote(cls.name)}, pcall(function() return object.undocumented end))`)
  lines.push('end')
  return lines
}

const script = `
local problems = 0
function check(ok, what) if not ok then problems = problems + 1 print(what) end end
function kind(where, value, expected)
  check(type(value) == expected, where .. " is a " .. type(value) .. ", documented: " .. expected)
end
function members(where, found, documented)
  kind(where, found, "table")
  for name, expected in pairs(documented) do kind(where .. "." .. name, rawget(found, name), expected) end
  for name in next, found do check(documented[name], where .. "." .. name .. " is not documented") end
end
function unknown(where, there, value) check(not there or value == nil, where .. " has any name") end
local simple = {string = "string", boolean = "boolean", table = "table"}
function typed(where, value, documented)
  if documented:sub(-1) == "?" then
    if value == nil then return end
    documented = documented:sub(1, -2)
  end
  local found = type(value)
  if documented == "integer" then check(math.type(value) == "integer", where .. " is no integer")
  elseif documented == "number" then check(math.type(value) == "float", where .. " is no float")
  elseif documented:find("[]", 1, true) or documented:find("^table<") then
    check(found == "table" or found == "userdata", where .. " is a " .. found)
  elseif simple[documented] then check(found == documented, where .. " is a " .. found .. ", documented: " .. documented)
  else check(found == "userdata", where .. " is a " .. found .. ", documented: " .. documented) end
end

-- Objects give plain data, to pairs and to JSON.
local json = require("json")
local function isPlain(where, value)
  local found = type(value)
  if found == "table" then for k, v in next, value do isPlain(where .. "." .. tostring(k), v) end
  else check(found == "string" or found == "number" or found == "boolean", where .. " is a " .. found) end
end
function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for k, v in pairs(a) do if not same(v, b[k]) then return false, k end end
  for k in pairs(b) do if a[k] == nil then return false, k end end
  return true
end
function plain(where, object)
  local copy = {}
  local ok, message = pcall(function() for k, v in pairs(object) do copy[k] = v end end)
  check(ok, where .. ": " .. tostring(message))
  isPlain(where, copy)
  local ok, text = pcall(json.encode, object)
  check(ok, where .. ": " .. tostring(text))
  if not ok or where == "porla.Error" then return copy end
  local equal, key = same(json.decode(text), copy)
  check(equal, where .. ": JSON differs from pairs at " .. tostring(key) .. ": " .. text)
  check(json.encode({ object }) == "[" .. text .. "]" and json.encode({ a = { b = object } }) == '{"a":{"b":' .. text .. "}}",
    where .. ": JSON differs inside tables")
  return copy
end

local global = {}
for name in ([[_G _VERSION arg assert check collectgarbage coroutine debug dofile error getmetatable io ipairs kind load
  loadfile math members next os package pairs plain same pcall porla print rawequal rawget rawlen rawset require select
  setmetatable string table tonumber tostring type typed unknown utf8 warn xpcall]]):gmatch("%S+") do global[name] = true end
for _, name in ipairs{${classes
  .filter((cls) => cls.global)
  .map(({ name }) => quote(name))
  .join(', ')}} do global[name] = true end
for name in pairs(_G) do check(global[name], "the global " .. name .. " is not documented") end

local modules = {}
for _, name in ipairs{${modules.map(({ name }) => quote(name)).join(', ')}} do modules[name] = true end
for _, name in ipairs{${Object.keys(absentPackages).map(quote).join(', ')}} do
  local ok, message = pcall(require, name)
  check(not ok and message:find("'" .. name .. "' does not exist in porla-lua; instead: ", 1, true), name)
  modules[name] = true
end
for name in pairs(package.preload) do check(modules[name], "the module " .. name .. " is not documented") end

-- Some objects come to callbacks only.
require("http.client").request{url = arg[2], callback = function(_, _, headers)
local session = require("sessions").get("default")
local f = assert(io.open("file", "w"))
f:write(("x"):rep(100000))
f:close()
local bytes = require("torrents").create{path = "file", trackers = {"http://127.0.0.1:1/announce"}}
local info = TorrentInfo.from_buffer(bytes)
local params = AddTorrentParams.new()
params.ti, params.save_path = info, require("fs").abs(".")
local torrent = session:add_torrent(params)
torrent:connect_peer("127.0.0.1", tonumber(arg[1]))
-- Trackers and peers are met once the file is checked.
local events = require("events")
local function soon(find)
  for _ = 1, 200 do
    local found = find()
    if found then return found end
    events.wait("torrent_added", 0.05)
  end
  return nil
end
-- What is in it, of some.
local status = torrent:status()
local copy = plain("status", status)
for _, name in ipairs { "name", "total", "info_hash", "flags", "pieces", "ratio" } do check(copy[name] ~= nil, "no " .. name) end
check(copy.handle == nil and copy.torrent_file == nil and copy.name == status.name and copy.info_hash.v1 == status.info_hash.v1, "status")
check(plain("torrent", torrent).info_hash.v1 == status.info_hash.v1, "torrent")
local data = plain("info", info)
check(data.num_files == 1 and data.files[1].path == "file" and data.files[1].size == 100000 and data.total_size == 100000
  and data.trackers[1].url == "http://127.0.0.1:1/announce", "info")
params.trackers:add("http://127.0.0.1:1/x")
data = plain("params", params)
check(data.trackers[1] == "http://127.0.0.1:1/x" and data.ti.name == "file" and data.flags.paused ~= nil and #data.userdata.tags == 0, "params")
torrent:userdata().tags:add("t")
check(plain("userdata", torrent:userdata()).tags[1] == "t" and json.encode(torrent:userdata().tags) == '["t"]', "tags")
check(plain("settings", session:settings()).enable_dht == false, "settings")
check(json.encode(session) == '{"name":"default"}', "session")
-- Closed ones, and those that are for nothing any more.
do
  local sqlite3, lfs = require("sqlite3"), require("lfs")
  local db = sqlite3.open(":memory:")
  local statement = db:prepare("select 1")
  statement:finalize() plain("closed statement", statement)
  db:close() plain("closed database", db)
  local _, folder = lfs.dir(".")
  folder:close() plain("closed folder", folder)
  local lock = lfs.lock_dir(".")
  lock:free() plain("freed lock", lock)
  local timer = require("timers").new{interval = 1000000, callback = print}
  timer:cancel() plain("cancelled timer", timer)
  local other = AddTorrentParams.from_magnet("magnet:?xt=urn:btih:" .. ("1"):rep(40))
  other.save_path = "/nowhere"
  local gone = session:add_torrent(other)
  local status, userdata = gone:status(), gone:userdata()
  session:remove_torrent(gone)
  plain("removed torrent", gone) plain("status of a removed torrent", status)
  local ok, message = pcall(pairs, userdata)
  check(not ok and tostring(message):find("invalid torrent handle used"), "data of a removed torrent")
end
${modules.map(moduleChecks).join('\n')}
${classes.flatMap(classChecks).join('\n')}
print(problems)
-- What was made may keep a script alive.
os.exit(0)
end}
`

test('every documented member is there, and nothing else', async (t) => {
  const daemon = await startDaemon(t)
  const path = join(daemon.folder, 'config.json')
  const config = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify({ ...config, presets: { p: { category: 'c' } } }))
  // A peer that takes the call and says nothing.
  const silent = createServer((socket) => socket.on('error', () => {}))
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.after(() => silent.close())
  const { port } = silent.address() as AddressInfo
  const web = await listen(
    t,
    createHttpServer((_, response) => response.end()),
  )
  assert.equal(await daemon.ok(script, [String(port), `http://127.0.0.1:${web}/`]), '0')
})
