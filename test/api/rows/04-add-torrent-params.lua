-- AddTorrentParams: each field, and what becomes of it in the torrent that is added.

local W = ...
local row, equal, fails = W.row, W.equal, W.fails
W.section("4")

row("AddTorrentParams.new()", "AddTorrentParams.new", function()
  local p, q = AddTorrentParams.new(), AddTorrentParams.new()
  p.userdata.category = "mine"
  equal(q.userdata.category, nil)
end)

row("AddTorrentParams.from_magnet()", "AddTorrentParams.from_magnet url_seeds peers", function()
  local p, problem = AddTorrentParams.from_magnet("magnet:?xt=urn:btih:" .. ("AB"):rep(20) ..
    "&dn=a%20name&tr=http%3A%2F%2Fone%2Fannounce&tr=udp%3A%2F%2Ftwo%3A1&ws=http%3A%2F%2Fweb%2F&x.pe=127.0.0.1:9")
  equal(problem, nil)
  equal(p.name, "a name")
  equal(p.info_hash.v1, ("ab"):rep(20))
  W.list(p.trackers, { "http://one/announce", "udp://two:1" })
  W.list(p.tracker_tiers, { 0, 1 })
  W.list(p.url_seeds, { "http://web/" })
  W.list(p.peers, { "127.0.0.1:9" })
  local function refused(uri, why)
    local none, message = AddTorrentParams.from_magnet(uri)
    equal(none, nil)
    equal(message, why)
  end
  refused("magnet:?dn=x", "missing info-hash from URI")
  refused("http://x", "unsupported URL protocol")
end)

row(".ti", "AddTorrentParams.ti", function()
  local p = AddTorrentParams.new()
  equal(p.ti, nil)
  p.ti = W.part_ti
  p.info_hash, p.save_path, p.flags = ("9"):rep(40), "/nowhere", { paused = true, auto_managed = false }
  assert(p.ti:info_hash() == W.part_ti:info_hash())
  -- measured: libtorrent refuses another hash beside the metadata
  local ok, message = pcall(W.default.add_torrent, W.default, p)
  assert(not ok and tostring(message):find("mismatching info-hash", 1, true), tostring(message))
  p.info_hash = W.part_ti:info_hash()
  local th = W.default:add_torrent(p)
  assert(th:info_hash() == W.part_ti:info_hash())
  W.default:remove_torrent(th)
end)

row(".info_hash", "AddTorrentParams.info_hash", function()
  local p = AddTorrentParams.new()
  equal(p.info_hash.v1, nil)
  equal(p.info_hash.v2, nil)
  p.info_hash = W.ti:info_hash()
  assert(p.info_hash == W.ti:info_hash())
  local th = W.magnet(function(params) params.info_hash = ("7"):rep(40) end)
  equal(th:info_hash().v1, ("7"):rep(40))
end)

row(".save_path", "AddTorrentParams.save_path", function()
  equal(AddTorrentParams.new().save_path, "")
  local th = W.magnet(function(p) p.save_path = "some/where" end)
  equal(th:status().save_path, require("lfs").currentdir() .. "/some/where")
end)

row(".name", "AddTorrentParams.name", function()
  equal(AddTorrentParams.new().name, "")
  equal(W.magnet(function(p) p.name = "given" end):status().name, "given")
  equal(W.magnet(function(p) p.name = "" end):status().name, "")
  local th = W.still({ ["one.bin"] = 10 }, function(p) p.name = "given" end)
  equal(th:status().name, th:torrent_file():name())
end)

--- Tier and address of each tracker; the order inside a tier is that of chance.
local function shown(th)
  local list = {}
  for i, entry in ipairs(th:trackers()) do list[i] = entry.tier .. entry.url end
  table.sort(list)
  return table.concat(list, " ")
end

row(".trackers", "AddTorrentParams.trackers", function()
  local p = AddTorrentParams.new()
  equal(#p.trackers, 0)
  p.trackers = { "http://127.0.0.1:1/a", "http://127.0.0.1:1/b" }
  p.trackers:add("http://127.0.0.1:1/a")
  W.list(p.trackers, { "http://127.0.0.1:1/a", "http://127.0.0.1:1/b", "http://127.0.0.1:1/a" })
  -- exact doubles are dropped; those of the file come along
  local th = W.magnet(function(params) params.trackers = p.trackers end)
  equal(shown(th), "0http://127.0.0.1:1/a 0http://127.0.0.1:1/b")
  local still = W.add(W.default, TorrentInfo.from_file(W.folder .. "/private.torrent"), W.folder .. "/elsewhere", function(params)
    params.trackers = { "http://127.0.0.1:1/a", "http://127.0.0.1:1/own" }
    params.flags = { paused = true, auto_managed = false }
  end)
  equal(#still:trackers(), 4)
  W.default:remove_torrent(still)
end)

row(".tracker_tiers", "AddTorrentParams.tracker_tiers", function()
  local p = AddTorrentParams.new()
  equal(#p.tracker_tiers, 0)
  p.tracker_tiers = { 0, 1 }
  W.list(p.tracker_tiers, { 0, 1 })
  W.integer(p.tracker_tiers[2])
  local th = W.magnet(function(params)
    params.trackers = { "http://127.0.0.1:1/late", "http://127.0.0.1:1/early" }
    params.tracker_tiers = { 3, 1 }
  end)
  equal(shown(th), "1http://127.0.0.1:1/early 3http://127.0.0.1:1/late")
end)

row(".trackerid", "AddTorrentParams.trackerid", function()
  local p = AddTorrentParams.new()
  equal(p.trackerid, "")
  p.trackerid = "mine"
  equal(p.trackerid, "mine")
  -- rows.test.ts looks at what the tracker was told
  local th = W.magnet(function(params)
    params.trackerid, params.trackers, params.flags = "mine", { W.tracker }, { paused = false, auto_managed = false }
  end)
  W.eventually("it is announced", function() return th:status().current_tracker == W.tracker end)
  W.default:remove_torrent(th)
end)

row(".file_priorities", "AddTorrentParams.file_priorities", function()
  equal(#AddTorrentParams.new().file_priorities, 0)
  local th = W.still({ ["a.bin"] = 10, ["b.bin"] = 20, ["c.bin"] = 30 }, function(p) p.file_priorities = { 0, 7 } end)
  W.list(th:file_priorities(), { 0, 7, 4 })
  equal(th:status().total_wanted, 60)
end)

row(".download_limit, .upload_limit", "AddTorrentParams.download_limit upload_limit", function()
  equal(AddTorrentParams.new().download_limit, -1)
  equal(AddTorrentParams.new().upload_limit, -1)
  local th = W.magnet(function(p) p.download_limit, p.upload_limit = 1000, 2000 end)
  equal(th:download_limit(), 1000)
  equal(th:upload_limit(), 2000)
  equal(W.magnet(function(p) p.download_limit = 0 end):download_limit(), -1)
end)

row(".max_connections", "AddTorrentParams.max_connections", function()
  equal(AddTorrentParams.new().max_connections, -1)
  equal(W.magnet(function(p) p.max_connections = 9 end):max_connections(), 9)
  equal(W.magnet(function(p) p.max_connections = 0 end):max_connections(), 16777215)
end)

row(".max_uploads", "AddTorrentParams.max_uploads", function()
  equal(AddTorrentParams.new().max_uploads, -1)
  equal(W.magnet(function(p) p.max_uploads = 3 end):max_uploads(), 3)
  equal(W.magnet():max_uploads(), 16777215)
end)

row(".userdata", "AddTorrentParams.userdata", function()
  local mine
  local th = W.magnet(function(p)
    mine = p.userdata
    mine.category, mine.tags = "c", { "one" }
    equal(mine.session, nil)
  end)
  equal(th:userdata().category, "c")
  equal(th:userdata().tags.one, "one")
  equal(mine.session, nil)
  mine.tags:add("two")
  equal(th:userdata().tags.two, nil)
end)

row("flags, storage mode", "AddTorrentParams.flags", function()
  local flags = AddTorrentParams.new().flags
  for name in ("paused auto_managed update_subscribe apply_ip_filter need_save_resume"):gmatch("%S+") do
    equal(flags[name], true, name)
  end
  local th = W.magnet(function(p) p.flags = { paused = true, auto_managed = false, sequential_download = true } end)
  equal(th:flags().paused, true)
  equal(th:flags().auto_managed, false)
  equal(th:flags().sequential_download, true)
end)

W.section("own")

row("p:make_magnet_uri()", "AddTorrentParams.make_magnet_uri", function()
  local p = AddTorrentParams.new()
  W.equal(p:make_magnet_uri(), "")
  local link = "magnet:?xt=urn:btih:" .. ("12"):rep(20) .. "&dn=a%20b&tr=udp%3a%2f%2f127.0.0.1%3a1&x.pe=127.0.0.1:5&so=0,2-3"
  W.equal(AddTorrentParams.from_magnet(link):make_magnet_uri(), link)
  p.ti = W.ti
  W.equal(p:make_magnet_uri(), "magnet:?xt=urn:btih:" .. W.ti:info_hash().v1)
end)
