-- What errors of the disk look like to a script.

local W = ...
local events = require("events")
local row, equal = W.row, W.equal
W.section("errors")

--- Waits for the next error of a file of this torrent; returns path and message.
local function file_error(th)
  local deadline = os.time() + 10
  repeat
    local torrent, path, message = events.wait("torrent_file_error", 1)
    if torrent == th then return path, message end
  until os.time() > deadline
  error("no torrent_file_error", 2)
end

--- A torrent that cannot be checked, since its save path is a file.
local function unreadable(name)
  W.write(name, "a file")
  local th = W.add(W.default, W.make(name .. "s", { ["a.bin"] = 100 }), W.folder .. "/" .. name)
  W.eventually("it has an error", function() return th:status().error end)
  return th
end

row("Save path not writable while downloading", "", function()
  local ti = W.make("walled", { ["a.bin"] = 400000 }, { trackers = { W.tracker } })
  local seed = W.add(W.seeding, ti, W.folder .. "/source")
  W.eventually("it is announced", function() return seed:status().current_tracker ~= "" end)
  W.limit_files("downloads", "200000")
  local th = W.add(W.downloads, ti, W.folder .. "/target", function(p) p.flags = { sequential_download = true } end)
  local path, message = file_error(th)
  equal(path, W.folder .. "/target/walled/a.bin")
  assert(message:find("file too large", 1, true), message)
  local st = W.eventually("it asks for nothing more", function()
    local now = th:status()
    return now.flags.upload_mode and now
  end)
  equal(st.flags.paused, false)
  equal(st.state, "downloading")
  assert(st.progress > 0 and st.progress < 1, st.progress)
  W.limit_files("downloads", "unlimited")
  th:clear_error()
  W.eventually("it completes after the repair", function() return th:status().is_seeding end)
  W.downloads:remove_torrent(th, { remove_files = true })
  W.seeding:remove_torrent(seed)
end)

row("File unreadable, or save path is a file, at check time", "", function()
  local th = unreadable("unreadable")
  local st = th:status()
  equal(st.state, "checking_files")
  equal(st.flags.paused, true)
  assert(st.error_file:find("/unreadable/", 1, true))
  os.remove(W.folder .. "/unreadable")
  -- decided otherwise than libtorrent, where it stays paused: it starts again
  th:clear_error()
  W.eventually("it runs", function() return th:status().state == "downloading" and not th:flags().paused end)
  W.default:remove_torrent(th)
end)

row("File of a seed deleted", "", function()
  local ti = W.make("bereft", { ["a.bin"] = 40000, ["b.bin"] = 40000 }, { trackers = { W.tracker } })
  local seed = W.add(W.seeding, ti, W.folder .. "/source")
  W.eventually("it is announced", function() return seed:status().current_tracker ~= "" end)
  -- with file_pool_size 1 the file that was hashed last is open, the other one is not
  os.remove(W.folder .. "/source/bereft/a.bin")
  equal(seed:status().state, "seeding")
  local th = W.add(W.downloads, ti, W.folder .. "/target")
  local path = file_error(seed)
  equal(path, W.folder .. "/source/bereft/a.bin")
  -- decided otherwise than libtorrent, which goes on as a seed of what is not there
  local st = seed:status()
  equal(st.state, "checking_resume_data")
  equal(st.is_seeding, false)
  equal(seed:flags().paused, true)
  W.downloads:remove_torrent(th, { remove_files = true })
  seed:force_recheck()
  W.eventually("a check finds what is left", function()
    local st = seed:status()
    return st.state == "downloading" and st.num_pieces > 0 and st.num_pieces < 4
  end)
  W.seeding:remove_torrent(seed)
end)

row("Auto managed torrent with an error", "", function()
  local th = unreadable("managed")
  equal(th:flags().auto_managed, true)
  W.default:apply_settings(W.default:settings())
  W.magnet():queue_position_top() -- lets the queue run
  events.wait("metadata_received", 0.3)
  equal(th:flags().paused, true)
  assert(th:status().error)
  os.remove(W.folder .. "/managed")
  th:resume()
  W.eventually("it runs", function() return not th:status().error and not th:flags().paused end)
  W.default:remove_torrent(th)
end)

row("Over webtorrent", "", function()
  local th = unreadable("kept")
  th:userdata().category = "kept"
  equal(th:is_valid(), true)
  equal(th:status().name, "kepts")
  equal(th:userdata().category, "kept")
  W.integer(th:queue_position(), 0)
  assert(W.default:find_torrent(th:info_hash()) == th)
  W.default:remove_torrent(th)
end)
