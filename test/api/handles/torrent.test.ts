// The handle and the status of a torrent, against the real daemon. Nothing here runs: torrents stay paused.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDaemon } from '../../helpers/daemon.ts'
import { writeFiles } from '../../helpers/data.ts'
import { lines } from '../support/paused-torrents.ts'

const hash = (digit: string) => digit.repeat(40)

test('torrents', async (t) => {
  const daemon = await startDaemon(t, { sessions: { other: {} } })

  await t.test('are there as soon as they are added, and added twice are the same', async () => {
    const got = await lines(
      daemon,
      `local a = session:add_torrent(paused("b"))
       print(a, a:is_valid(), a:info_hash().v1, a:info_hash().v2)
       print(a == session:add_torrent(paused("b")), #collect(session:torrents()))
       local other = sessions.get("other"):add_torrent(paused("b"))
       print(a == other, other:status().save_path, a == 1)
       print(session:find_torrent(a:info_hash()) == a, session:find_torrent(("B"):rep(40)) == a)
       print(session:find_torrent(("c"):rep(40)), session:find_torrent(AddTorrentParams.new().info_hash))
       failing(function() session:find_torrent("xyz") end)
       failing(function() session:find_torrent(5) end)
       failing(function() session:add_torrent({}) end)
       failing(function() session:add_torrent(AddTorrentParams.new()) end)
       failing(function() session:torrents("x") end)`,
    )
    assert.deepEqual(got, [
      `TorrentHandle (default/${hash('b')})\ttrue\t${hash('b')}\tnil`,
      'true\t1',
      'false\t/nowhere/b\tfalse',
      'true\ttrue',
      'nil\tnil',
      "bad argument #1 to 'find_torrent' (40 or 64 hex digits expected, got 'xyz')",
      "bad argument #1 to 'find_torrent' (InfoHash or string expected, got number)",
      "bad argument #1 to 'add_torrent' (AddTorrentParams expected, got table)",
      "bad argument #1 to 'add_torrent' (the parameters name no torrent: set ti or info_hash)",
      "unknown field 'x' at column 1: the fields are active_duration, age, category, download_rate, " +
        'finished_duration, name, progress, ratio, save_path, seeding_duration, size, tags, upload_rate',
    ])
  })

  await t.test('are added below the current folder when the path is relative or empty', async () => {
    const got = await lines(
      daemon,
      `for _, path in ipairs{"", "sub/x", "../up", "/abs/"} do
         local p = paused("d")
         p.save_path = path
         local t = session:add_torrent(p)
         print(t:status().save_path)
         session:remove_torrent(t)
       end`,
    )
    assert.deepEqual(got, [daemon.folder, join(daemon.folder, 'sub/x'), join(daemon.folder, '../up'), '/abs'])
  })

  await t.test('tell everything that libtorrent’s status has, typed', async () => {
    const got = await lines(
      daemon,
      `local st = session:find_torrent(("b"):rep(40)):status()
       local function show(...)
         for _, name in ipairs{...} do
           local v = st[name]
           io.write(name, "=", tostring(v), ":", math.type(v) or type(v), " ")
         end
         print()
       end
       show("name", "state", "progress", "is_finished", "is_seeding", "queue_position", "has_metadata", "error", "error_file")
       show("total", "total_done", "total_wanted", "total_wanted_done", "num_pieces", "block_size", "ratio")
       show("connections_limit", "uploads_limit", "num_complete", "num_incomplete", "distributed_copies", "current_tracker")
       show("completed_time", "active_duration", "seed_rank", "moving_storage", "announcing_to_dht")
       print(st.info_hash.v1, st.handle == session:find_torrent(st.info_hash), #st.pieces)
       print(st.torrent_file:name() == "", st.torrent_file:num_files(), st.torrent_file:info_hash() == st.info_hash)
       print(st.handle:torrent_file(), st.added_time > 1700000000, st)
       local names, count = {}, 0
       for name, value in pairs(st.flags) do
         count = count + 1
         if value then names[#names + 1] = name end
       end
       table.sort(names)
       print(type(st.flags), count, table.concat(names, " "))
       failing(function() return st.stat end)
       failing(function() st.progress = 1 end)
       failing(function() st.progres = 1 end)`,
    )
    assert.deepEqual(got, [
      'name=torrent b:string state=downloading_metadata:string progress=0.0:float is_finished=false:boolean ' +
        'is_seeding=false:boolean queue_position=0:integer has_metadata=false:boolean error=nil:nil error_file=nil:nil ',
      'total=0:integer total_done=0:integer total_wanted=0:integer total_wanted_done=0:integer ' +
        'num_pieces=0:integer block_size=0:integer ratio=0.0:float ',
      'connections_limit=-1:integer uploads_limit=-1:integer num_complete=-1:integer num_incomplete=-1:integer ' +
        'distributed_copies=0.0:float current_tracker=:string ',
      'completed_time=0:integer active_duration=0:integer seed_rank=0:integer moving_storage=false:boolean ' +
        'announcing_to_dht=false:boolean ',
      `${hash('b')}\ttrue\t0`,
      'true\t0\ttrue',
      'nil\ttrue\tTorrentStatus (torrent b)',
      'table\t20\tapply_ip_filter paused',
      "no property 'stat' in TorrentStatus; did you mean 'state'?",
      "'progress' of TorrentStatus cannot be written",
      "no property 'progres' in TorrentStatus; did you mean 'progress'?",
    ])
  })

  await t.test('carry what their file says', async () => {
    await writeFiles(daemon.folder, { 'data/one.bin': 70_000, 'data/two.bin': 10 })
    const got = await lines(
      daemon,
      `local bytes = require("torrents").create{path = "data", piece_size = 16384}
       local p = AddTorrentParams.new()
       p.ti = assert(TorrentInfo.from_buffer(bytes))
       p.flags = {paused = true, auto_managed = false}
       local t = session:add_torrent(p)
       print(t:torrent_file():name(), t:torrent_file():info_hash() == p.ti:info_hash(), p.ti:num_pieces())
       local st = t:status()
       print(st.total, st.torrent_file:num_files(), #st.pieces, st.pieces[1], st.pieces[6], st.has_metadata)
       session:remove_torrent(t)`,
    )
    assert.deepEqual(got, ['data\ttrue\t5', '70010\t2\t5\tfalse\tnil\ttrue'])
  })

  await t.test('have a category and tags that are written at once', async () => {
    const got = await lines(
      daemon,
      `local t = session:find_torrent(("b"):rep(40))
       local u, v = t:userdata(), t:userdata()
       print(u.category, u.session, #u.tags)
       u.category = "movies"
       u.tags = {"x", "y", "x"}
       print(v.category, v.tags.x, v.tags.z, #v.tags)
       v.tags:add("z") v.tags:erase("x") v.tags.w = true
       local tags = {}
       for _, tag in pairs(u.tags) do tags[#tags + 1] = tag end
       table.sort(tags)
       print(table.concat(tags, " "), u.tags:has("z"), u.tags:size(), t:userdata().tags == t:userdata().tags)
       local p = paused("e")
       p.userdata.category = "c"
       p.userdata.tags = u.tags
       local mine = p.userdata
       local e = session:add_torrent(p)
       print(mine.session, e:userdata().category, #e:userdata().tags)
       mine.category = nil
       print(e:userdata().category)
       p.info_hash = ("f"):rep(40)
       local f = session:add_torrent(p)
       p.userdata.tags:add("only f")
       print(#f:userdata().tags, #e:userdata().tags, #mine.tags)
       failing(function() u.category = true end)
       failing(function() u.session = "x" end)
       failing(function() u.tags = "x" end)
       failing(function() return u.tag end)
       session:remove_torrent(e) session:remove_torrent(f)`,
    )
    assert.deepEqual(got, [
      'nil\tdefault\t0',
      'movies\tx\tnil\t2',
      'w y z\ttrue\t3\tfalse',
      'nil\tc\t3',
      'c',
      '3\t3\t4',
      "bad value for 'category' of TorrentClientData (string expected, got boolean)",
      "'session' of TorrentClientData cannot be written",
      "bad value for 'tags' of TorrentClientData (table expected, got string)",
      "no property 'tag' in TorrentClientData; did you mean 'tags'?",
    ])
    const next = await lines(daemon, `print(session:find_torrent(("b"):rep(40)):userdata().category)`)
    assert.deepEqual(next, ['movies'])
  })

  await t.test('are told what to do, and answer nothing', async () => {
    const got = await lines(
      daemon,
      `local t = session:find_torrent(("b"):rep(40))
       print(select("#", t:pause()), select("#", t:clear_error()), select("#", t:set_flags{sequential_download = true}))
       print(t:flags().sequential_download, t:flags().paused, t:status().flags.sequential_download)
       t:set_flags{sequential_download = false}
       print(t:flags().sequential_download)
       print(select("#", t:connect_peer("127.0.0.1", 9)), select("#", t:connect_peer("::1", 9)))
       print(select("#", t:force_recheck()), select("#", t:resume()), t:status().flags.paused, select("#", t:pause()))
       failing(function() t:set_flags{sequential = true} end)
       failing(function() t:set_flags{paused = 1} end)
       failing(function() t:set_flags() end)
       failing(function() t:connect_peer("host", 1) end)
       failing(function() t:connect_peer("127.0.0.1", 65536) end)
       failing(function() t:connect_peer("127.0.0.1") end)
       failing(function() t:staus() end)
       failing(function() t:juggle_bytes() end)
       failing(function() t.pause = 1 end)
       failing(function() t.pause(nil) end)
       print(t.pause == t.pause, type(t.pause))`,
    )
    assert.deepEqual(got, [
      '0\t0\t0',
      'true\ttrue\ttrue',
      'false',
      '0\t0',
      '0\t0\tfalse\t0',
      "bad argument #1 to 'set_flags' (unknown field 'sequential')",
      "bad argument #1 to 'set_flags' (field 'paused': boolean expected, got number)",
      "bad argument #1 to 'set_flags' (table expected, got no value)",
      "bad argument #1 to 'connect_peer' (IP address expected, got 'host')",
      "bad argument #2 to 'connect_peer' (1 to 65535 expected, got 65536)",
      "bad argument #2 to 'connect_peer' (integer expected, got no value)",
      "no property 'staus' in TorrentHandle; did you mean 'status'?",
      "no property 'juggle_bytes' in TorrentHandle",
      "'pause' of TorrentHandle cannot be written",
      "bad argument #1 to 'pause' (TorrentHandle expected, got nil)",
      'true\tfunction',
    ])
  })

  await t.test('that were removed have handles that say so', async () => {
    const got = await lines(
      daemon,
      `local t = session:add_torrent(paused("9"))
       local st, again, u = t:status(), session:find_torrent(t:info_hash()), t:userdata()
       failing(function() session:remove_torrent() end)
       failing(function() session:remove_torrent(t, {remove_file = true}) end)
       failing(function() session:remove_torrent(t, {remove_files = "yes"}) end)
       failing(function() sessions.get("other"):remove_torrent(t) end)
       print(select("#", session:remove_torrent(t, {})))
       print(t:is_valid(), again:is_valid(), t:info_hash().v1, t:info_hash().v2, t == again)
       for _, name in ipairs{"status", "pause", "resume", "force_recheck", "torrent_file", "userdata", "flags", "clear_error"} do
         local ok, e = pcall(t[name], t)
         assert(not ok and tostring(e) == "invalid torrent handle used" and e.code == 1, name)
       end
       failing(function() t:set_flags{paused = true} end)
       failing(function() t:connect_peer("127.0.0.1", 1) end)
       failing(function() t:move_storage("/x") end)
       failing(function() t:move_storage("") end)
       failing(function() t:move_storage() end)
       failing(function() session:remove_torrent(t) end)
       failing(function() return u.category end)
       failing(function() u.tags:add("x") end)
       print(st.name, st.handle == t, session:find_torrent(("9"):rep(40)))`,
    )
    assert.deepEqual(got, [
      "bad argument #1 to 'remove_torrent' (TorrentHandle expected, got no value)",
      "bad argument #2 to 'remove_torrent' (unknown field 'remove_file'; did you mean 'remove_files'?)",
      "bad argument #2 to 'remove_torrent' (field 'remove_files': boolean expected, got string)",
      "bad argument #1 to 'remove_torrent' (the torrent is in session 'default', not in 'other')",
      '0',
      'false\tfalse\tnil\tnil\ttrue',
      ...Array.from({ length: 3 }, () => 'invalid torrent handle used'),
      "bad argument #1 to 'move_storage' (path expected, got an empty string)",
      "bad argument #1 to 'move_storage' (string expected, got no value)",
      ...Array.from({ length: 3 }, () => 'invalid torrent handle used'),
      'torrent 9\ttrue\tnil',
    ])
  })
})
