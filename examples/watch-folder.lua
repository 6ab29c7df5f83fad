-- Adds the torrent files that appear in a folder, and moves each into `done` (or `failed`) inside it.
--
--   porla-lua examples/watch-folder.lua [-s SESSION] [-c CATEGORY] [-w SECONDS] WATCH_FOLDER SAVE_PATH
--
-- Looks once, as from cron; with -w it stays and looks every so many seconds. A file that is still being written is
-- left for the next look: one that cannot be read counts as failed when nobody has touched it for a minute. Prints
-- the info hash and the name of each torrent. Ends with 1 when a file failed.

local fs, lfs = require("fs"), require("lfs")
local sessions, timers = require("sessions"), require("timers")
local visible = require("log").visible -- names come from strangers

local function usage()
  io.stderr:write("usage: porla-lua watch-folder.lua [-s SESSION] [-c CATEGORY] [-w SECONDS] WATCH_FOLDER SAVE_PATH\n")
  os.exit(2)
end

local options, words = {}, { table.unpack(arg) }
while words[1] and words[1]:match("^%-[scw]$") do
  options[table.remove(words, 1):sub(2)] = table.remove(words, 1) or usage()
end
local folder, save_path = table.unpack(words)
local seconds = options.w and tonumber(options.w)
if #words ~= 2 or (options.w and not (seconds and seconds > 0)) then
  usage()
end

local session = sessions.get(options.s or "default")
if not session then
  io.stderr:write("no session '", options.s, "'\n")
  os.exit(1)
end

local patience = 60 -- seconds since the last write after which an unreadable file is a bad one
local failed = false

local function read(path)
  local file, message = io.open(path, "rb")
  if not file then
    return nil, message
  end
  local bytes = file:read("a")
  file:close()
  return bytes
end

--- Moves a file into a folder beside it, under a name that is free there.
local function put_away(path, into)
  lfs.mkdir(folder .. "/" .. into)
  local target = folder .. "/" .. into .. "/" .. path:match("[^/]+$")
  local free, n = target, 1
  while fs.exists(free) do
    n = n + 1
    free = target .. "." .. n
  end
  assert(os.rename(path, free))
end

local function add(path)
  local bytes = assert(read(path))
  local info, message = TorrentInfo.from_buffer(bytes)
  if not info then
    local modified = lfs.attributes(path, "modification") or os.time()
    if os.time() - modified < patience then
      return -- perhaps it is not complete yet
    end
    error(message, 0)
  end
  local params = AddTorrentParams.new()
  params.ti = info
  params.save_path = save_path
  params.userdata.category = options.c
  local torrent = session:add_torrent(params)
  put_away(path, "done")
  print(torrent:info_hash().v1, visible(info:name()))
end

local function look()
  for _, path in ipairs(fs.dir(folder)) do
    if fs.ext(path) == ".torrent" and lfs.attributes(path, "mode") == "file" then
      local ok, message = pcall(add, path)
      if not ok then
        failed = true
        io.stderr:write(visible(path), ": ", visible(tostring(message)), "\n")
        put_away(path, "failed")
      end
    end
  end
end

local ok, message = pcall(look)
if not ok then
  io.stderr:write(tostring(message), "\n")
  os.exit(1)
end
if not seconds then
  os.exit(not failed)
end

-- The script goes on for as long as the timer is alive. A folder that is away for a while is no reason to stop.
local timer = timers.new{ interval = math.ceil(seconds * 1000), callback = look }
