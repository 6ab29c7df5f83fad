// Limits, files, queue and peers of a torrent, as scripts see them. Nothing here runs.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startDaemon } from '../../helpers/daemon.ts'
import { writeFiles } from '../../helpers/data.ts'
import { prelude } from '../support/paused-torrents.ts'

const scripts = `${prelude}
local function show(list) print(#list, table.concat(list, " ")) end
`

test('a torrent is controlled', async (t) => {
  const daemon = await startDaemon(t)
  const lines = async (code: string) => (await daemon.ok(scripts + code)).split('\n')
  await writeFiles(daemon.folder, { 'data/a.bin': 70_000, 'data/b.bin': 10, 'data/c.bin': 30_000 })
  await daemon.ok(
    `${prelude} local p = paused("f")
     p.ti = assert(TorrentInfo.from_buffer(require("torrents").create{path = "data", piece_size = 16384}))
     p.info_hash = p.ti:info_hash()
     p.save_path = "elsewhere"
     session:add_torrent(p)
     session:add_torrent(paused("a"))`,
  )
  const handles = `
    local magnet, torrent = session:find_torrent(("a"):rep(40))
    for th in session:torrents() do if th ~= magnet then torrent = th end end
  `

  await t.test('by limits that are read as libtorrent reads them', async () => {
    const got = await lines(
      `${handles}
       local names = {"download_limit", "upload_limit", "max_connections", "max_uploads"}
       local function all()
         local values = {}
         for i, name in ipairs(names) do
           values[i] = torrent[name](torrent)
           assert(math.type(values[i]) == "integer")
         end
         print(table.concat(values, " "), torrent:status().connections_limit, torrent:status().uploads_limit)
       end
       all()
       for i, name in ipairs(names) do print(select("#", torrent["set_" .. name](torrent, i * 1000.0))) end
       all()
       for i, name in ipairs(names) do torrent["set_" .. name](torrent, 1 - i) end
       all()
       torrent:set_max_connections(1) torrent:set_max_uploads(16777215)
       all()
       failing(function() torrent:set_download_limit() end)
       failing(function() torrent:set_upload_limit("x") end)
       failing(function() torrent:set_max_uploads(1.5) end)
       failing(function() torrent:set_max_connections(1 << 31) end)
       failing(function() return torrent.download_limits end)`,
    )
    assert.deepEqual(got, [
      '-1 -1 16777215 16777215\t-1\t-1',
      ...['0', '0', '0', '0'],
      '1000 2000 3000 4000\t3000\t4000',
      '-1 -1 16777215 16777215\t-1\t-1',
      '-1 -1 1 16777215\t1\t-1',
      "bad argument #1 to 'set_download_limit' (integer expected, got no value)",
      "bad argument #1 to 'set_upload_limit' (integer expected, got string)",
      "bad argument #1 to 'set_max_uploads' (number has no integer representation)",
      "bad argument #1 to 'set_max_connections' (-2147483648 to 2147483647 expected, got 2147483648)",
      "no property 'download_limits' in TorrentHandle; did you mean 'download_limit'?",
    ])
  })

  await t.test('by priorities of its files', async () => {
    const got = await lines(
      `${handles}
       show(torrent:file_priorities())
       print(select("#", torrent:prioritize_files({0, 9})))
       show(torrent:file_priorities())
       print(torrent:status().total_wanted, torrent:status().progress)
       torrent:prioritize_files({0, 0, 0, 0, 0})
       print(torrent:status().state, torrent:status().progress, torrent:queue_position(), torrent:status().is_finished)
       local p = AddTorrentParams.new()
       p.file_priorities = {7, 1}
       torrent:prioritize_files(p.file_priorities)
       show(torrent:file_priorities())
       torrent:prioritize_files(torrent:file_priorities())
       print(torrent:status().state, math.type(torrent:file_priorities()[1]))
       torrent:prioritize_files({})
       show(torrent:file_priorities())
       show(magnet:file_priorities())
       magnet:prioritize_files({-1, 0})
       show(magnet:file_priorities())
       failing(function() torrent:prioritize_files() end)
       failing(function() torrent:prioritize_files({4, "x"}) end)
       failing(function() torrent:prioritize_files({4, 0.5}) end)`,
    )
    assert.deepEqual(got, [
      '3\t4 4 4',
      '0',
      '3\t0 7 4',
      '34474\t0.0',
      'finished\t1.0\t-1\ttrue',
      '3\t7 1 4',
      'downloading\tinteger',
      '3\t4 4 4',
      '0\t',
      '2\t7 0',
      "bad argument #1 to 'prioritize_files' (table expected, got no value)",
      "bad argument #1 to 'prioritize_files' (integer expected, got string at [2])",
      "bad argument #1 to 'prioritize_files' (number has no integer representation at [2])",
    ])
  })

  await t.test('and tells what of files and pieces is there', async () => {
    const got = await lines(
      `${handles}
       show(torrent:file_progress())
       show(magnet:file_progress())
       print(torrent:have_piece(0), torrent:have_piece(6), magnet:have_piece(0), magnet:have_piece(99))
       failing(function() torrent:have_piece(7) end)
       failing(function() torrent:have_piece(-1) end)
       failing(function() torrent:have_piece("x") end)
       print(select("#", torrent:flush_cache()), select("#", torrent:clear_peers()))`,
    )
    assert.deepEqual(got, [
      '3\t0 0 0',
      '0\t',
      'false\tfalse\tfalse\tfalse',
      "bad argument #1 to 'have_piece' (piece 7 is out of range: there are 7 pieces, from 0)",
      "bad argument #1 to 'have_piece' (piece -1 is out of range: there are 7 pieces, from 0)",
      "bad argument #1 to 'have_piece' (integer expected, got string)",
      '0\t0',
    ])
  })

  await t.test('by its place in the queue', async () => {
    const got = await lines(
      `${handles}
       session:remove_torrent(torrent)
       local a, b, c = magnet, session:add_torrent(paused("1")), session:add_torrent(paused("2"))
       local function places() print(a:queue_position(), b:queue_position(), c:queue_position(), c:status().queue_position) end
       places()
       print(select("#", c:queue_position_top()), math.type(c:queue_position()))
       places()
       c:queue_position_down() places()
       c:queue_position_up() places()
       c:queue_position_up() places()
       c:queue_position_bottom() places()
       c:queue_position_down() places()
       a:queue_position_bottom() places()
       -- what a page said is old after a move
       for th in session:torrents() do
         th:queue_position_top()
         assert(th:queue_position() == 0 and th:status().queue_position == 0)
       end
       places()
       session:remove_torrent(b)
       for _, name in ipairs{"queue_position", "queue_position_top", "queue_position_up", "queue_position_down",
         "queue_position_bottom", "clear_peers", "flush_cache", "file_progress", "file_priorities", "download_limit",
         "upload_limit", "max_connections", "max_uploads"} do
         failing(b[name], b)
       end
       for _, name in ipairs{"have_piece", "set_download_limit", "set_upload_limit", "set_max_connections",
         "set_max_uploads"} do
         failing(b[name], b, 0)
       end
       failing(b.prioritize_files, b, {})`,
    )
    assert.deepEqual(got, [
      '0\t1\t2\t2',
      '0\tinteger',
      ...['1\t2\t0\t0', '0\t2\t1\t1', '1\t2\t0\t0', '1\t2\t0\t0', '0\t1\t2\t2', '0\t1\t2\t2', '2\t0\t1\t1'],
      '0\t2\t1\t1',
      ...Array.from({ length: 19 }, () => 'invalid torrent handle used'),
    ])
  })
})
