-- Asks the trackers of new torrents again and again until a peer is there, and marks those that never got one.
-- [scripts.racing]: filter (PQL), interval (ms), max_tries, failed_tag.
local events, pql, timers = require "events", require "pql", require "timers"
local config = require "config"

local races = {}
local added

local function finish(torrent, text)
  local name = torrent:status().name
  races[name].timer:cancel()
  races[name] = nil
  print(text, name)
end

local function try(torrent, race)
  if torrent:status().num_peers > 0 then return finish(torrent, "won") end
  if race.tries >= config.max_tries then
    torrent:userdata().tags:add(config.failed_tag)
    return finish(torrent, "lost")
  end
  torrent:force_reannounce(0, -1, { ignore_min_interval = true })
  race.tries = race.tries + 1
end

function porla.init()
  local filter = pql.parse(config.filter)
  added = events.on("torrent_added", function(torrent)
    local status = torrent:status()
    if not filter:includes(status) then return end
    local race = { tries = 0 }
    race.timer = timers.new{ interval = config.interval, callback = function() try(torrent, race) end }
    races[status.name] = race
    print("racing", status.name)
  end)
  print("ready")
end

function porla.destroy()
  for _, race in pairs(races) do race.timer:cancel() end
  added:disconnect()
  print("stopped")
end
