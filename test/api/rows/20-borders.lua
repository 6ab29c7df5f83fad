-- Torrent files and magnet links at the borders, as TorrentInfo, in the parameters, and in a torrent that was added.

local W = ...
local row, equal, fails = W.row, W.equal, W.fails
W.section("borders")

local function file(name) return assert(TorrentInfo.from_file(W.folder .. "/" .. name .. ".torrent")) end
--- The first and the last file of the world's torrents, in whole pieces: 19, and 14 of which the last is short.
local part_wanted = (19 + 13) * 16384 + 577
--- Adds to `default`, still; calls with the handle, and removes it.
local function added(what, f)
  local th
  if type(what) == "userdata" and pcall(function() return what.save_path end) then
    what.save_path, what.flags = W.folder .. "/borders", { paused = true, auto_managed = false }
    th = W.default:add_torrent(what)
  else
    th = W.add(W.default, what, W.folder .. "/borders", function(p) p.flags = { paused = true, auto_managed = false } end)
  end
  f(th)
  W.default:remove_torrent(th)
end

row("info hash from the original bytes, keys in any order", "", function()
  local expected = W.read(W.folder .. "/unsorted.sha1")
  local ti = file("unsorted")
  equal(ti:info_hash().v1, expected)
  equal(ti:name(), "unsorted")
  added(ti, function(th)
    equal(th:info_hash().v1, expected)
    equal(th:status().info_hash.v1, expected)
    equal(th:torrent_file():info_hash().v1, expected)
    assert(W.default:find_torrent(expected) == th)
  end)
end)

row("hybrid", "", function()
  local ti = file("hybrid")
  local hash = ti:info_hash()
  assert(#hash.v1 == 40 and #hash.v2 == 64)
  added(ti, function(th)
    assert(th:info_hash() == hash)
    assert(W.default:find_torrent(hash.v1) == th and W.default:find_torrent(hash.v2) == th)
    assert(W.default:find_torrent(hash) == th)
    -- pad files: in the torrent file's size, not in the status's
    equal(th:torrent_file():total_size(), 49152)
    equal(th:status().total, 20005)
    equal(th:torrent_file():num_files(), 5)
  end)
end)

row("v2 only", "", function()
  local ti = file("v2")
  equal(ti:info_hash().v1, nil)
  equal(ti:name(), "t")
  fails("v2%-only", function() W.add(W.default, ti, "/nowhere") end)
  local p = AddTorrentParams.from_magnet("magnet:?xt=urn:btmh:1220" .. ti:info_hash().v2)
  assert(p.info_hash == ti:info_hash())
  p.save_path = "/nowhere"
  fails("v2%-only", function() W.default:add_torrent(p) end)
end)

row("name.utf-8 and path.utf-8", "", function()
  local ti = file("utf8")
  equal(ti:name(), "größe")
  equal(ti:files():file_path(0), "größe/ö/ß.bin")
  equal(ti:files():file_name(0), "ß.bin")
  added(ti, function(th)
    equal(th:status().name, "größe")
    equal(th:torrent_file():files():file_path(0), "größe/ö/ß.bin")
  end)
end)

row("private", "", function()
  local ti = file("private")
  equal(ti:priv(), true)
  added(ti, function(th) equal(th:torrent_file():priv(), true) end)
end)

row("web seeds (BEP 19), as a string and as a list", "", function()
  added(file("one-seed"), function(th) W.list(th:url_seeds(), { "http://127.0.0.1:1/one/" }) end)
  added(file("two-seeds"), function(th)
    W.list(th:url_seeds(), { "http://127.0.0.1:1/a/", "http://127.0.0.1:1/b/" })
    W.list(th:torrent_file():trackers(), {})
  end)
end)

row("a magnet link's tr, ws, x.pe and so, in the torrent that is added", "", function()
  local p = AddTorrentParams.from_magnet("magnet:?xt=urn:btih:" .. ("5e"):rep(20) .. "&dn=from%20a%20link" ..
    "&tr=http%3A%2F%2F127.0.0.1%3A1%2Fa&tr=udp%3A%2F%2F127.0.0.2%3A1&ws=http%3A%2F%2F127.0.0.1%3A1%2Fw%2F" ..
    "&x.pe=127.0.0.1:9&x.pe=[::1]:9&so=0,2-3")
  W.list(p.peers, { "127.0.0.1:9", "[::1]:9" })
  W.list(p.file_priorities, { 4, 0, 4, 4 })
  added(p, function(th)
    equal(th:status().name, "from a link")
    local trackers = th:trackers()
    equal(#trackers, 2)
    for i, entry in ipairs(trackers) do
      equal(entry.tier, i - 1)
      equal(entry.source, 4)
    end
    equal(trackers[2].url, "udp://127.0.0.2:1")
    W.list(th:url_seeds(), { "http://127.0.0.1:1/w/" })
    W.list(th:file_priorities(), { 4, 0, 4, 4 })
  end)
end)

row("a magnet link is followed: the metadata from x.pe, then the files of so", "", function()
  local address, port = W.seed:trackers()[1].endpoints[1]:local_endpoint()
  local p = AddTorrentParams.from_magnet(("magnet:?xt=urn:btih:%s&x.pe=%s:%d&so=0,2"):format(
    W.ti:info_hash().v1, address, port))
  p.save_path = W.folder .. "/linked"
  local th = W.default:add_torrent(p)
  equal(th:status().state, "downloading_metadata")
  equal(th:status().has_metadata, false)
  local st = W.eventually("what is wanted is there", function() return th:status().state == "finished" and th:status() end)
  equal(st.name, "whole")
  equal(st.has_metadata, true)
  W.list(th:file_priorities(), { 4, 0, 4 })
  equal(st.total_wanted_done, part_wanted)
  equal(th:torrent_file():num_files(), 3)
  equal(W.read(W.folder .. "/linked/whole/a.bin"), W.read(W.folder .. "/source/whole/a.bin"))
  W.default:remove_torrent(th)
end)
