-- Events, through `events.wait`, which gives what a handler would get.

local W = ...
local events = require("events")
local row, equal = W.row, W.equal
W.section("events")

--- Waits for an event of which `fits` is true of what comes with it; returns that.
local function heard(name, fits)
  local deadline = os.time() + 10
  repeat
    local got = table.pack(events.wait(name, 1))
    if got[1] ~= nil and fits(table.unpack(got, 1, got.n)) then return table.unpack(got, 1, got.n) end
  until os.time() > deadline
  error("not heard: " .. name, 2)
end
local function of(th)
  return function(torrent) return torrent == th end
end

row("torrent_added", "", function()
  local th = W.magnet()
  local torrent, more = heard("torrent_added", of(th))
  assert(torrent:is_valid() and more == nil)
end)
row("torrent_resumed and torrent_paused", "", function()
  local th = W.magnet()
  th:resume()
  heard("torrent_resumed", of(th))
  th:pause()
  heard("torrent_paused", of(th))
end)
row("torrent_removed", "", function()
  local th = W.magnet()
  local hash = th:info_hash()
  W.default:remove_torrent(th)
  local got = heard("torrent_removed", function(info_hash) return info_hash == hash end)
  equal(got.v1, hash.v1)
end)
row("torrent_moved", "", function()
  local th = W.still{ ["a.bin"] = 10 }
  th:move_storage(W.folder .. "/moved/away")
  heard("torrent_moved", of(th))
  equal(th:status().save_path, W.folder .. "/moved/away")
end)
row("torrent_finished: once, and not when a check finds everything", "", function()
  local seen = {}
  heard("torrent_finished", function(torrent)
    local key = torrent:userdata().session .. torrent:status().name
    equal(seen[key], nil)
    seen[key] = true
    return seen.downloadswhole and seen.downloadspart
  end)
  equal(seen.seedingwhole, nil)
end)
row("torrent_file_error", "", function()
  W.write("no-folder", "a file")
  local th = W.add(W.default, W.make("errs", { ["a.bin"] = 100 }), W.folder .. "/no-folder")
  local _, path, message = heard("torrent_file_error", of(th))
  assert(path:find("/no-folder/", 1, true) and #message > 0)
  W.default:remove_torrent(th)
end)
row("session_stats", "", function()
  local name, stats = heard("session_stats", function(name) return name == "downloads" end)
  equal(name, "downloads")
  equal(type(stats), "table")
end)
