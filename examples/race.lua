-- Gets peers for new torrents quickly: asks their trackers again and again until somebody is connected.
--
--   porla-lua examples/race.lua [-c CATEGORY] [-i SECONDS] [-n TRIES] [-x TORRENTS]
--
-- Goes on until Ctrl-C, or until it has dealt with -x torrents. Each torrent is asked for every SECONDS (default 2), at
-- most TRIES times (default 30). Prints the info hash, the number of peers (0: given up) and the tries for each one.

local events, timers = require("events"), require("timers")

local function usage()
  io.stderr:write("usage: porla-lua race.lua [-c CATEGORY] [-i SECONDS] [-n TRIES] [-x TORRENTS]\n")
  os.exit(2)
end

local options, words = { i = "2", n = "30" }, { table.unpack(arg) }
while words[1] and words[1]:match("^%-[cinx]$") do
  options[table.remove(words, 1):sub(2)] = table.remove(words, 1) or usage()
end
local interval, tries = tonumber(options.i), math.tointeger(tonumber(options.n))
local left = math.huge
if options.x then
  left = math.tointeger(tonumber(options.x))
end
if #words > 0 or not (interval and interval > 0) or not (tries and tries > 0) or not (left and left > 0) then
  usage()
end

-- What the torrents are waiting for; a timer that nobody holds stops.
local racing = {}
local connection

--- The torrent needs nothing more from us.
local function settle(key, peers, tried)
  print(key, peers, tried)
  if racing[key] then
    racing[key]:cancel()
    racing[key] = nil
  end
  left = left - 1
  if left == 0 then
    os.exit(0)
  end
end

local function race(torrent)
  if options.c and torrent:userdata().category ~= options.c then
    return
  end
  local key, tried = torrent:info_hash().v1, 0
  racing[key] = timers.new{
    interval = math.ceil(interval * 1000),
    callback = function()
      if not torrent:is_valid() then
        return settle(key, 0, tried) -- removed meanwhile
      end
      local status = torrent:status()
      if status.num_peers > 0 or status.is_seeding then
        settle(key, status.num_peers, tried)
      elseif tried == tries then
        settle(key, 0, tried)
      else
        tried = tried + 1
        torrent:force_reannounce()
      end
    end,
  }
end

connection = events.on("torrent_added", race)
