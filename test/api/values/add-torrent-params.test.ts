// AddTorrentParams before any daemon is asked: defaults, lists, magnet links, userdata.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failing, luaFolder } from '../support/lua.ts'

const hash = '0123456789abcdef0123456789abcdef01234567'

test('AddTorrentParams start with libtorrent’s defaults, as integers and empty lists', async (t) => {
  const lua = await luaFolder(t)
  const lines = await lua.lines(`
    local p = AddTorrentParams.new()
    for _, name in ipairs{"save_path", "name", "trackerid", "download_limit", "upload_limit", "max_connections",
      "max_uploads", "ti"} do print(name, p[name], math.type(p[name])) end
    for _, name in ipairs{"trackers", "tracker_tiers", "file_priorities", "url_seeds", "peers"} do
      print(name, #p[name], type(p[name]))
    end
    print(p.info_hash.v1, p.info_hash.v2, p.userdata.category, p.userdata.session, #p.userdata.tags)
    print(p.flags.paused, p.flags.auto_managed, p.flags.sequential_download)
    print(AddTorrentParams.new().userdata ~= nil, AddTorrentParams.new().save_path == "")`)
  assert.deepEqual(lines, [
    ...['save_path\t\tnil', 'name\t\tnil', 'trackerid\t\tnil'],
    ...['download_limit\t-1\tinteger', 'upload_limit\t-1\tinteger'],
    ...['max_connections\t-1\tinteger', 'max_uploads\t-1\tinteger', 'ti\tnil\tnil'],
    ...['trackers', 'tracker_tiers', 'file_priorities', 'url_seeds', 'peers'].map((n) => `${n}\t0\tuserdata`),
    'nil\tnil\tnil\tnil\t0',
    'true\ttrue\tfalse',
    'true\ttrue',
  ])
})

test('lists read and write like sequences, and belong to their object', async (t) => {
  const lua = await luaFolder(t)
  const lines = await lua.lines(`${failing}
    local p = AddTorrentParams.new()
    local list = p.trackers
    p.trackers = {"a", "b"}
    list:add("c")
    p.trackers[#p.trackers + 1] = "d"
    p.trackers[1] = "A"
    for i, v in ipairs(p.trackers) do io.write(i, v, " ") end
    for i, v in pairs(list) do io.write(i, v, " ") end
    print(#p.trackers, p.trackers[0], p.trackers[5], p.trackers[1.0])
    list[#list] = nil
    print(#list)
    local q = AddTorrentParams.new()
    q.trackers = p.trackers
    p.trackers:add("more")
    print(#q.trackers, #p.trackers)
    p.trackers = p.trackers
    print(#p.trackers)
    p.file_priorities = {0, 7, 4.0}
    print(p.file_priorities[3], math.type(p.file_priorities[3]))
    failing(function() p.file_priorities = {4, 8} end)
    failing(function() p.file_priorities = {"x"} end)
    failing(function() p.file_priorities = {1.5} end)
    failing(function() p.trackers = {true} end)
    failing(function() p.trackers = "a" end)
    failing(function() p.trackers = nil end)
    failing(function() list[9] = "x" end)
    failing(function() list[1] = nil end)
    failing(function() list.x = "x" end)
    failing(function() list:add(true) end)
    failing(function() list:ad("x") end)
    failing(function() q.file_priorities = p.trackers end)
    print(#p.file_priorities, #list)`)
  assert.deepEqual(lines, [
    '1A 2b 3c 4d 1A 2b 3c 4d 4\tnil\tnil\tA',
    '3',
    '3\t4',
    '4',
    '4\tinteger',
    "bad value for 'file_priorities' of AddTorrentParams (0 to 7 expected, got 8 at [2])",
    "bad value for 'file_priorities' of AddTorrentParams (integer expected, got string at [1])",
    "bad value for 'file_priorities' of AddTorrentParams (number has no integer representation at [1])",
    "bad value for 'trackers' of AddTorrentParams (string expected, got boolean at [1])",
    "bad value for 'trackers' of AddTorrentParams (table expected, got string)",
    "bad value for 'trackers' of AddTorrentParams (table expected, got nil)",
    'index 9 is out of range: the list has 4 items',
    "bad value for '1' of List (string expected, got nil)",
    "no property 'x' in List",
    "bad argument #1 to 'add' (string expected, got boolean)",
    "no property 'ad' in List; did you mean 'add'?",
    "bad value for 'file_priorities' of AddTorrentParams (integer expected, got string at [1])",
    '3\t4',
  ])
})

test('a magnet link fills hash, name, trackers, tiers and peers', async (t) => {
  const lua = await luaFolder(t)
  const magnet =
    `magnet:?xt=urn:btih:${hash.toUpperCase()}&dn=a%20b&tr=http%3A%2F%2Fone%2Fannounce&tr=udp%3A%2F%2Ftwo%3A1` +
    '&ws=http%3A%2F%2Fseed%2F&x.pe=127.0.0.1:6881'
  const lines = await lua.lines(`${failing}
    local p, problem = AddTorrentParams.from_magnet(${JSON.stringify(magnet)})
    print(problem, p.name, p.info_hash.v1, p.info_hash.v2)
    print(#p.trackers, p.trackers[1], p.trackers[2], p.tracker_tiers[1], p.tracker_tiers[2])
    print(p.url_seeds[1], p.peers[1], p.ti)
    print(p.info_hash)
    local q = AddTorrentParams.new()
    q.info_hash = p.info_hash
    print(q.info_hash == p.info_hash, q.info_hash == AddTorrentParams.new().info_hash, q.info_hash == 1)
    q.info_hash = ("AB"):rep(32)
    print(q.info_hash.v1, q.info_hash.v2)
    print(AddTorrentParams.from_magnet("http://x"))
    print(AddTorrentParams.from_magnet("magnet:?dn=x"))
    local some = AddTorrentParams.from_magnet(${JSON.stringify(`magnet:?xt=urn:btih:${hash}&so=1,3`)})
    print(#some.file_priorities, some.file_priorities[1], some.file_priorities[2], some.flags.default_dont_download)
    print(p.flags.default_dont_download)
    failing(AddTorrentParams.from_magnet)`)
  assert.deepEqual(lines, [
    `nil\ta b\t${hash}\tnil`,
    '2\thttp://one/announce\tudp://two:1\t0\t1',
    'http://seed/\t127.0.0.1:6881\tnil',
    `[${hash},${'0'.repeat(64)}]`,
    'true\tfalse\tfalse',
    `nil\t${'ab'.repeat(32)}`,
    'nil\tunsupported URL protocol',
    'nil\tmissing info-hash from URI',
    '4\t0\t4\ttrue',
    'false',
    "bad argument #1 to '?' (string expected, got no value)",
  ])
})

test('the userdata of parameters is a category and a set of tags', async (t) => {
  const lua = await luaFolder(t)
  const lines = await lua.lines(`${failing}
    local u = AddTorrentParams.new().userdata
    u.category = ""
    print(u.category == "")
    u.category = nil
    print(u.category)
    u.tags = {"foo", "bar", "foo"}
    print(#u.tags, u.tags.foo, u.tags.nope, u.tags:find("bar"), u.tags:get("x"), u.tags:has("foo"))
    u.tags:add("foo") u.tags:add("add") u.tags:erase("nope")
    u.tags.x = false
    u.tags.bar = nil
    local seen = {}
    for i, tag in pairs(u.tags) do seen[#seen + 1] = i .. tag end
    for i, tag in ipairs(u.tags) do seen[#seen + 1] = i .. tag end
    print(table.concat(seen, " "))
    print(type(u.tags.add), u.tags:get("add"), u.tags:size(), u.tags:empty(), u.tags[1], u.tags[9])
    local v = AddTorrentParams.new().userdata
    v.tags = u.tags
    u.tags:clear()
    print(#v.tags, #u.tags, u.tags:empty(), u.tags == u.tags)
    v.tags = {foo = true}
    print(#v.tags)
    failing(function() v.tags = nil end)
    failing(function() v.tags = "abc" end)
    failing(function() v.tags = {true, 2} end)
    failing(function() v.tags:add() end)
    failing(function() v.tags:add(true) end)
    failing(function() v.tags[1] = "x" end)
    failing(function() v.category = true end)
    print(v)`)
  assert.deepEqual(lines, [
    'true',
    'nil',
    '2\tfoo\tnil\tbar\tnil\ttrue',
    '1foo 2add 3x 1foo 2add 3x',
    'function\tadd\t3\tfalse\tfoo\tnil',
    '3\t0\ttrue\tfalse',
    '0',
    "bad value for 'tags' of TorrentClientData (table expected, got nil)",
    "bad value for 'tags' of TorrentClientData (table expected, got string)",
    "bad value for 'tags' of TorrentClientData (string expected, got boolean at [1])",
    "bad argument #1 to 'add' (string expected, got no value)",
    "bad argument #1 to 'add' (string expected, got boolean)",
    "no property '1' in Tags",
    "bad value for 'category' of TorrentClientData (string expected, got boolean)",
    'TorrentClientData (not added)',
  ])
})
