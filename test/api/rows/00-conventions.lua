-- What holds everywhere.

local W = ...
local row, equal, fails = W.row, W.equal, W.fails
W.section("0")

row("Lua", "", function()
  equal(_VERSION, "Lua 5.4")
  for name in ("base io os package string table math utf8 coroutine debug"):gmatch("%S+") do
    assert(name == "base" or type(_G[name]) == "table", name)
  end
end)

row("Calls", "TorrentHandle.info_hash", function()
  equal(W.seed:info_hash().v1, W.ti:info_hash().v1)
  fails("TorrentHandle expected", function() W.seed.info_hash() end)
  for name, class in pairs{ from_file = TorrentInfo, from_buffer = TorrentInfo, new = AddTorrentParams,
    from_magnet = AddTorrentParams, default = SettingsPack, min_memory_usage = SettingsPack,
    high_performance_seed = SettingsPack } do
    equal(type(class[name]), "function", name)
  end
end)

row("Globals", "", function()
  for name in ("AddTorrentParams FileStorage SettingsPack TorrentInfo porla"):gmatch("%S+") do
    equal(type(_G[name]), "table", name)
  end
end)

row("Constructing", "AddTorrentParams.new", function()
  assert(AddTorrentParams.new())
  fails("cannot be called", AddTorrentParams)
  fails("no function 'new' in SettingsPack", function() return SettingsPack.new end)
  fails("no function 'new' in TorrentInfo", function() return TorrentInfo.new end)
end)

row("Unknown property, read", "", function()
  fails("did you mean 'state'", function() return W.seed:status().stat end)
  fails("no property 'nothing_such'", function() return W.seed.nothing_such end)
  fails("no property", function() return AddTorrentParams.new().nothing_such end)
end)

row("Unknown property, write", "", function()
  fails("no property 'sav_path'", function() AddTorrentParams.new().sav_path = "x" end)
  fails("no property", function() W.seed.nothing_such = 1 end)
end)

row("Read-only property, write", "Session.name TorrentStatus.progress TorrentClientData.session AddTorrentParams.userdata",
  function()
    fails("cannot be written", function() W.default.name = "x" end)
    fails("cannot be written", function() W.seed:status().progress = 1 end)
    fails("cannot be written", function() W.seed:userdata().session = "x" end)
    fails("cannot be written", function() AddTorrentParams.new().userdata = W.seed:userdata() end)
  end)

row("Wrong argument type", "", function()
  fails("bad argument #1 to 'set_upload_limit' %(integer expected, got string%)", function()
    W.seed:set_upload_limit("x")
  end)
  fails("bad argument #1", function() W.default:apply_settings{} end)
  fails("bad argument #1", function() W.default:find_torrent(5) end)
  fails("bad value for 'file_priorities'", function() AddTorrentParams.new().file_priorities = { "x" } end)
  -- text and numbers are converted as by Lua itself
  equal(require("sessions").get(5), nil)
  W.seed:set_upload_limit("0")
end)

row("Numbers", "TorrentStatus.ratio distributed_copies progress total_done", function()
  local st = W.done:status()
  for _, name in ipairs{ "progress", "distributed_copies", "ratio" } do equal(math.type(st[name]), "float", name) end
  for _, name in ipairs{ "total_done", "num_pieces", "upload_rate", "added_time", "seed_rank" } do
    equal(math.type(st[name]), "integer", name)
  end
  fails("no integer representation", W.seed.set_upload_limit, W.seed, 1500.5)
end)

row("Success of setters and actions", "", function()
  local th = W.magnet()
  W.nothing(th:pause())
  W.nothing(th:set_flags{ sequential_download = true })
  W.nothing(th:set_upload_limit(0))
  W.nothing(th:userdata().tags:add("x"))
  W.nothing(W.default:apply_settings(W.default:settings()))
  W.nothing(W.default:remove_torrent(th, {}))
end)

row('"list" below', "List.add", function()
  local p = AddTorrentParams.new()
  p.trackers = { "http://a/announce", "http://b/announce" }
  local list = p.trackers
  W.nothing(list:add("http://c/announce"))
  equal(#list, 3)
  equal(list[1], "http://a/announce")
  equal(list[3], "http://c/announce")
  equal(list[0], nil)
  equal(list[4], nil)
  for _, iterate in ipairs{ pairs, ipairs } do
    local seen = {}
    for i, url in iterate(list) do seen[i] = url end
    W.list(seen, { "http://a/announce", "http://b/announce", "http://c/announce" })
  end
end)

row('"map" below', "TorrentHandle.flags", function()
  local flags = W.seed:flags()
  equal(flags.auto_managed, true)
  equal(flags.nothing_such, nil)
  equal(W.count(pairs(flags)), 20)
end)

row("Equality", "", function()
  local seed = W.seeding:find_torrent(W.ti:info_hash())
  assert(seed == W.seed and seed ~= W.part_seed and seed ~= W.done)
  assert(seed:info_hash() == W.ti:info_hash() and seed:info_hash() ~= W.part_ti:info_hash())
  assert(require("sessions").get("seeding") == W.seeding and W.seeding ~= W.default)
  assert(W.done:queue_position() == W.seed:queue_position())
end)

row("Invalid handle", "TorrentHandle.is_valid info_hash status", function()
  local th = W.magnet()
  local again = W.default:find_torrent(th:info_hash())
  W.default:remove_torrent(th)
  equal(th:is_valid(), false)
  equal(again:is_valid(), false)
  equal(th:info_hash().v1, nil)
  equal(th:info_hash().v2, nil)
  equal(tostring(th:info_hash()), "[" .. ("0"):rep(40) .. "," .. ("0"):rep(64) .. "]")
  for _, name in ipairs{ "status", "pause", "resume", "flags", "userdata", "queue_position", "clear_peers" } do
    fails("^invalid torrent handle used$", th[name], th)
  end
end)

row("Asynchrony", "Session.torrents find_torrent add_torrent", function()
  local before = W.count(W.default:torrents())
  local th = W.magnet()
  equal(th:is_valid(), true)
  assert(W.default:find_torrent(th:info_hash()) == th)
  equal(W.count(W.default:torrents()), before + 1)
  assert(W.default:add_torrent((select(2, W.magnet()))))
end)
