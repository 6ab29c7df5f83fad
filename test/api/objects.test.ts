// What scripts do with objects before any daemon is asked.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { bencode } from '../../src/metainfo/index.ts'
import { failing, luaFolder } from './support/lua.ts'

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

test('a misspelt name is an error that suggests the right one, everywhere', async (t) => {
  const lua = await luaFolder(t)
  const lines = await lua.lines(`${failing}
    local p = AddTorrentParams.new()
    failing(function() return p.sav_path end)
    failing(function() p.sav_path = "x" end)
    failing(function() p:neww() end)
    failing(function() p.userdata = nil end)
    failing(function() return p[1] end)
    failing(function() return p.userdata.categry end)
    failing(function() p.userdata.session = "x" end)
    failing(function() return p.info_hash.v3 end)
    failing(function() return p.flags.pausd end)
    failing(function() p.flags = {pausd = true} end)
    failing(function() p.flags.paused = 1 end)
    failing(function() return AddTorrentParams.neu end)
    failing(function() return TorrentInfo.from_fil end)
    failing(function() return require("sessions").gett end)
    failing(function() return require("torrents").creat end)
    failing(function() return FileStorage() end)
    failing(AddTorrentParams)
    failing(function() p.ti = {} end)
    failing(function() p.save_path = true end)
    failing(function() p.save_path = "\\xff" end)
    failing(function() p.max_uploads = -2 end)
    failing(function() p.info_hash = "123" end)
    failing(function() return getmetatable(p).__index end)`)
  assert.deepEqual(lines, [
    "no property 'sav_path' in AddTorrentParams; did you mean 'save_path'?",
    "no property 'sav_path' in AddTorrentParams; did you mean 'save_path'?",
    "no property 'neww' in AddTorrentParams",
    "'userdata' of AddTorrentParams cannot be written",
    "no property '1' in AddTorrentParams",
    "no property 'categry' in TorrentClientData; did you mean 'category'?",
    "'session' of TorrentClientData cannot be written",
    "no property 'v3' in InfoHash; did you mean 'v1'?",
    "no property 'pausd' in TorrentFlags; did you mean 'paused'?",
    "bad value for 'flags' of AddTorrentParams (unknown field 'pausd'; did you mean 'paused'?)",
    "bad value for 'paused' of TorrentFlags (boolean expected, got number)",
    "no function 'neu' in AddTorrentParams; did you mean 'new'?",
    "no function 'from_fil' in TorrentInfo; did you mean 'from_file'?",
    "no function 'gett' in sessions; did you mean 'get'?",
    "no function 'creat' in torrents; did you mean 'create'?",
    'FileStorage cannot be called: it has no constructor',
    'AddTorrentParams cannot be called: use AddTorrentParams.new, AddTorrentParams.from_magnet',
    "bad value for 'ti' of AddTorrentParams (TorrentInfo expected, got table)",
    "bad value for 'save_path' of AddTorrentParams (string expected, got boolean)",
    "bad value for 'save_path' of AddTorrentParams (text in UTF-8 expected, got other bytes)",
    "bad value for 'max_uploads' of AddTorrentParams (-1 to 2147483647 expected, got -2)",
    "bad value for 'info_hash' of AddTorrentParams (InfoHash, or 40 or 64 hex digits expected)",
    'attempt to index a boolean value',
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

test('TorrentInfo tells what the bytes say, and what is wrong with bad ones', async (t) => {
  const lua = await luaFolder(t)
  const info = {
    name: 'top',
    'piece length': 16384,
    pieces: Buffer.alloc(40, 7),
    private: 1,
    files: [
      { length: 16384, path: ['a', 'ü:?.bin'] },
      { length: 5, path: ['b'] },
    ],
  }
  const torrent = bencode({
    announce: 'http://one/announce',
    'announce-list': [['http://one/announce', 'http://two/announce'], ['udp://three:1']],
    comment: 'hello',
    'created by': 'me',
    info,
  })
  await writeFile(join(lua.path, 'good.torrent'), torrent)
  await writeFile(join(lua.path, 'bad.torrent'), 'garbage')
  const lines = await lua.lines(`${failing}
    local ti, problem = TorrentInfo.from_file("good.torrent")
    print(problem, ti:name(), ti:comment(), ti:creator(), ti:priv(), ti:num_files(), ti:num_pieces(), ti:total_size())
    local file = assert(io.open("good.torrent", "rb"))
    local same = assert(TorrentInfo.from_buffer(file:read("a")))
    file:close()
    print(ti:info_hash() == same:info_hash(), #ti:info_hash().v1, ti:info_hash().v2)
    local trackers = ti:trackers()
    print(type(trackers), #trackers)
    for _, e in ipairs(trackers) do
      print(e.url, e.tier, e.trackerid == "", e.fail_limit, e.source, e.verified, #e.endpoints)
    end
    local fs = ti:files()
    print(fs:file_name(0), fs:file_path(0), fs:file_size(0), fs:file_path(1), fs:num_files(), #fs)
    failing(fs.file_name, fs, 2)
    failing(function() fs:file_path(-1) end)
    failing(function() fs:file_path("x") end)
    failing(function() fs.file_path(ti, 0) end)
    failing(function() ti.name() end)
    failing(function() return ti:nam() end)
    print(TorrentInfo.from_file("bad.torrent"))
    print(TorrentInfo.from_file("nothing.torrent"))
    print(TorrentInfo.from_file("."))
    print(TorrentInfo.from_buffer(""))
    failing(TorrentInfo.from_buffer, nil)
    print(ti, ti == ti)`)
  assert.deepEqual(lines, [
    'nil\ttop\thello\tme\ttrue\t2\t2\t16389',
    'true\t40\tnil',
    'table\t3',
    'http://one/announce\t0\ttrue\t0\t1\tfalse\t0',
    'http://two/announce\t0\ttrue\t0\t1\tfalse\t0',
    'udp://three:1\t1\ttrue\t0\t1\tfalse\t0',
    'ü:?.bin\ttop/a/ü:?.bin\t16384\ttop/b\t2\t2',
    "bad argument #2 to '?' (file index 2 is out of range: there are 2 files, from 0)",
    "bad argument #1 to 'file_path' (file index -1 is out of range: there are 2 files, from 0)",
    "bad argument #1 to 'file_path' (number expected, got string)",
    "bad argument #1 to 'file_path' (FileStorage expected, got TorrentInfo)",
    "bad argument #1 to 'name' (TorrentInfo expected, got no value)",
    "no property 'nam' in TorrentInfo; did you mean 'name'?",
    'nil\texpected value (list, dict, int or string) in bencoded string',
    'nil\tNo such file or directory',
    'nil\tIs a directory',
    'nil\tunexpected end of file in bencoded string',
    "bad argument #1 to '?' (string expected, got nil)",
    'TorrentInfo (top)\ttrue',
  ])
})

test('the globals are there before anything is required, and scripts may use their own names', async (t) => {
  const lua = await luaFolder(t)
  const lines = await lua.lines(`
    for _, name in ipairs{"AddTorrentParams", "FileStorage", "SettingsPack", "TorrentInfo", "porla"} do
      print(name, type(_G[name]))
    end
    print(_G["lt.TorrentHandle"], getmetatable(_G), package.loaded.sessions, sessions)
    function porla.init() return "mine" end
    print(porla.init(), require("sessions") == require("sessions"))`)
  assert.deepEqual(lines, [
    'AddTorrentParams\ttable',
    'FileStorage\ttable',
    'SettingsPack\ttable',
    'TorrentInfo\ttable',
    'porla\ttable',
    'nil\tnil\tnil\tnil',
    'mine\ttrue',
  ])
})
