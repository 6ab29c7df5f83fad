-- The twenty flags: given when adding, read back, set later.

local W = ...
local row, equal = W.row, W.equal
W.section("9")

--- A torrent that was added with one flag more.
local function added(name, value)
  return (W.magnet(function(p) p.flags = { paused = true, auto_managed = false, [name] = value == nil or value } end))
end

--- A flag that can be given, set and cleared, and reads so.
local function settable(name)
  row(name, "TorrentFlags." .. name, function()
    equal(AddTorrentParams.new().flags[name], false, name)
    equal(added(name):flags()[name], true)
    local th = W.magnet()
    equal(th:flags()[name], false)
    th:set_flags{ [name] = true }
    equal(th:flags()[name], true)
    equal(th:status().flags[name], true)
    th:set_flags{ [name] = false }
    equal(th:flags()[name], false)
  end)
end

--- A flag that says how a torrent is to be added, or that this engine does not know: it reads false.
local function silent(name, default)
  row(name, "TorrentFlags." .. name, function()
    equal(AddTorrentParams.new().flags[name], default or false, name)
    local th = added(name)
    equal(th:flags()[name], false)
    th:set_flags{ [name] = true }
    equal(th:flags()[name], false)
  end)
end

row("seed_mode", "TorrentFlags.seed_mode", function()
  local ti = W.make("trusted", { ["a.bin"] = 40000 })
  local th = W.add(W.default, ti, W.folder .. "/source", function(p)
    p.flags = { seed_mode = true, paused = true, auto_managed = false }
  end)
  equal(th:flags().seed_mode, true)
  W.eventually("its files are long enough", function() return th:status().is_seeding end)
  equal(th:flags().seed_mode, true)
  th:set_flags{ seed_mode = false }
  equal(th:flags().seed_mode, false)
  th:set_flags{ seed_mode = true }
  equal(th:flags().seed_mode, false)
  W.default:remove_torrent(th)
end)
settable("upload_mode")
silent("share_mode")
row("apply_ip_filter", "TorrentFlags.apply_ip_filter", function()
  equal(AddTorrentParams.new().flags.apply_ip_filter, true)
  local th = W.magnet()
  equal(th:flags().apply_ip_filter, true)
  th:set_flags{ apply_ip_filter = false }
  equal(th:flags().apply_ip_filter, false)
  equal(added("apply_ip_filter", false):flags().apply_ip_filter, false)
end)
row("paused", "TorrentFlags.paused", function()
  local th = W.magnet()
  equal(th:flags().paused, true)
  th:set_flags{ paused = false }
  equal(th:flags().paused, false)
  th:set_flags{ paused = true }
  equal(th:flags().paused, true)
  equal(added("paused", false):flags().paused, false)
end)
row("auto_managed", "TorrentFlags.auto_managed", function()
  local th = W.magnet()
  equal(th:flags().auto_managed, false)
  th:set_flags{ auto_managed = true }
  equal(th:flags().auto_managed, true)
  W.eventually("the queue starts it", function() return not th:flags().paused end)
  th:set_flags{ auto_managed = false, paused = true }
  equal(th:flags().auto_managed, false)
  equal(th:flags().paused, true)
end)
row("duplicate_is_error", "TorrentFlags.duplicate_is_error", function()
  equal(AddTorrentParams.new().flags.duplicate_is_error, false)
  local th, p = W.magnet()
  assert(W.default:add_torrent(p) == th)
  p.flags = { duplicate_is_error = true }
  W.fails("already", function() W.default:add_torrent(p) end)
  equal(th:flags().duplicate_is_error, false)
end)
silent("update_subscribe", true)
silent("super_seeding")
settable("sequential_download")
row("stop_when_ready", "TorrentFlags.stop_when_ready", function()
  local th = W.add(W.default, W.make("stops", { ["a.bin"] = 40000 }), W.folder .. "/source", function(p)
    p.flags = { stop_when_ready = true }
  end)
  W.eventually("it was checked and stopped", function()
    local st = th:status()
    return st.is_seeding and st.flags.paused and not st.flags.auto_managed
  end)
  equal(th:flags().stop_when_ready, false)
end)
row("override_trackers", "TorrentFlags.override_trackers", function()
  equal(AddTorrentParams.new().flags.override_trackers, false)
  local flag = { override_trackers = true, paused = true, auto_managed = false }
  local th = W.add(W.default, W.ti, W.folder .. "/elsewhere", function(p) p.trackers, p.flags = { "http://127.0.0.1:1/own" }, flag end)
  equal(#th:trackers(), 1)
  equal(th:trackers()[1].url, "http://127.0.0.1:1/own")
  equal(th:flags().override_trackers, false)
  W.default:remove_torrent(th)
end)
silent("override_web_seeds")
silent("need_save_resume", true)
settable("disable_dht")
settable("disable_lsd")
settable("disable_pex")
silent("no_verify_files")
row("default_dont_download", "TorrentFlags.default_dont_download", function()
  local th = W.still({ ["a.bin"] = 10, ["b.bin"] = 20 }, function(p)
    p.file_priorities = { 1 }
    p.flags = { default_dont_download = true, paused = true, auto_managed = false }
  end)
  W.list(th:file_priorities(), { 1, 0 })
  equal(th:flags().default_dont_download, false)
end)
silent("i2p_torrent")
