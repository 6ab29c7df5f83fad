-- The package `sessions` and Session.

local W = ...
local sessions = require("sessions")
local row, equal, fails = W.row, W.equal, W.fails

W.section("1")

row("sessions.get()", "sessions.get", function()
  equal(sessions.get("downloads").name, "downloads")
  equal(sessions.get("default").name, "default")
  equal(sessions.get("nope"), nil)
  equal(sessions.get("Default"), nil)
end)

row("sessions.list()", "sessions.list", function()
  local names = {}
  local list = sessions.list()
  for s in list do names[#names + 1] = s.name end
  W.list(names, { "default", "downloads", "seeding" })
  equal(list(), nil)
  equal(W.count(sessions.list()), 3)
end)

row("sessions.metrics()", "sessions.metrics", function()
  local metrics = sessions.metrics()
  local n = 0
  for name, place in pairs(metrics) do
    equal(type(name), "string")
    W.integer(place, 0, 1000)
    n = n + 1
  end
  for _, name in ipairs{ "net.sent_payload_bytes", "net.recv_bytes", "peer.num_peers_connected",
    "ses.num_downloading_torrents", "ses.num_seeding_torrents" } do
    W.integer(metrics[name], 0, n - 1)
  end
end)

W.section("2")

row("session.name", "Session.name", function()
  equal(W.default.name, "default")
  equal(W.seeding.name, "seeding")
end)

row("session:apply_settings()", "Session.apply_settings", function()
  local pack = W.default:settings()
  local slots = pack.active_seeds
  pack.active_seeds = 7
  W.nothing(W.default:apply_settings(pack))
  equal(W.default:settings().active_seeds, 7)
  equal(W.default:settings().active_limit, pack.active_limit)
  equal(W.downloads:settings().active_seeds, slots)
  pack.active_seeds = slots
  W.default:apply_settings(pack)
  equal(W.default:settings().active_seeds, slots)
end)

row("session:settings()", "Session.settings", function()
  local pack = W.default:settings()
  equal(pack.listen_interfaces, "127.0.0.1:0")
  equal(pack.enable_dht, false)
  pack.active_downloads = pack.active_downloads + 1
  equal(W.default:settings().active_downloads, pack.active_downloads - 1)
end)

row("session:find_torrent()", "Session.find_torrent", function()
  assert(W.seeding:find_torrent(W.ti:info_hash()) == W.seed)
  assert(W.seeding:find_torrent(W.ti:info_hash().v1) == W.seed)
  equal(W.default:find_torrent(W.ti:info_hash()), nil)
end)

row("session:torrents()", "Session.torrents", function()
  local hashes, expected = {}, {}
  local all = W.downloads:torrents()
  for th in all do hashes[#hashes + 1] = th:info_hash().v1 end
  for i, th in ipairs{ W.done, W.part, W.slow } do expected[i] = th:info_hash().v1 end
  table.sort(expected)
  W.list(hashes, expected)
  equal(all(), nil)
  local removed = {}
  for _ = 1, 3 do removed[(W.magnet()):info_hash().v1] = true end
  for th in W.default:torrents() do
    if removed[th:info_hash().v1] then W.default:remove_torrent(th) end
  end
  for th in W.default:torrents() do assert(not removed[th:info_hash().v1]) end
  equal(W.downloads:torrents('is:seeding and name = "whole"')(), W.done)
end)

row("session:add_torrent()", "Session.add_torrent", function()
  local th, p = W.magnet(function(p) p.trackers = { "http://127.0.0.1:1/a" } end)
  equal(th:status().name, p.name)
  -- the parameters are a template: nothing is shared afterwards
  p.userdata.category = "mine"
  equal(th:userdata().category, nil)
  local again = AddTorrentParams.new()
  again.info_hash, again.save_path = th:info_hash(), "/elsewhere"
  assert(W.default:add_torrent(again) == th)
  equal(th:status().save_path, W.folder .. "/magnets")
  local other = W.downloads:add_torrent(again)
  assert(other ~= th and other:is_valid())
  equal(other:status().save_path, "/elsewhere")
  W.downloads:remove_torrent(other)
  equal(th:is_valid(), true)
  fails("name no torrent", function() W.default:add_torrent(AddTorrentParams.new()) end)
  local here = AddTorrentParams.new()
  here.info_hash, here.flags = ("c"):rep(40), { paused = true, auto_managed = false }
  equal(W.default:add_torrent(here):status().save_path, require("lfs").currentdir())
end)

W.section("own")

row("session:pause()", "Session.pause is_paused resume", function()
  equal(W.default:is_paused(), false)
  local th = W.magnet()
  th:resume()
  W.nothing(W.default:pause())
  equal(W.default:is_paused(), true)
  equal(W.downloads:is_paused(), false)
  equal(th:status().flags.paused, false)
  equal(th:status().announcing_to_trackers, false)
  W.nothing(W.default:resume())
  equal(W.default:is_paused(), false)
end)

row("session:listen_port()", "Session.listen_port", function()
  W.integer(W.seeding:listen_port(), 1, 65535)
  assert(W.seeding:listen_port() ~= W.downloads:listen_port())
end)

W.section("2")

row("session:remove_torrent()", "Session.remove_torrent", function()
  local function there(path) return require("fs").exists(path) end
  local ti = W.make("removed", { ["x/y.bin"] = 20000, ["z.bin"] = 5 })
  local folder = W.folder .. "/source"
  local function add()
    local th = W.add(W.default, ti, folder)
    W.eventually("it seeds", function() return th:status().is_seeding end)
    return th
  end
  local th = add()
  W.nothing(W.default:remove_torrent(th))
  equal(th:is_valid(), false)
  assert(there(folder .. "/removed/x/y.bin"))
  W.write("source/removed/foreign.txt", "mine")
  W.default:remove_torrent(add(), { remove_files = true })
  W.eventually("its files are gone", function() return not there(folder .. "/removed/x") end)
  assert(not there(folder .. "/removed/z.bin"))
  equal(W.read(folder .. "/removed/foreign.txt"), "mine")
  fails("bad argument #1", function() W.default:remove_torrent() end)
end)
