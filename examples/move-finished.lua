-- Moves the files of torrents that are complete to the folder of their category.
--
--   porla-lua examples/move-finished.lua [--now] CATEGORY=FOLDER...
--
-- `*=FOLDER` is for categories that are not named, and for torrents without one. Goes on until Ctrl-C; with --now it
-- deals with what is finished at this moment, waits until it has moved, and ends. Prints info hash and new folder of
-- each torrent. Ends with 1 when something could not be moved.

local events, fs, sessions = require("events"), require("fs"), require("sessions")
local visible = require("log").visible -- paths may hold anything

local function usage()
  io.stderr:write("usage: porla-lua move-finished.lua [--now] CATEGORY=FOLDER...\n")
  os.exit(2)
end

local words = { table.unpack(arg) }
local now = words[1] == "--now"
if now then
  table.remove(words, 1)
end
local folders = {}
for _, word in ipairs(words) do
  local category, folder = word:match("^([^=]+)=(.+)$")
  if not category then
    usage()
  end
  folders[category] = fs.normal(folder)
end
if not next(folders) then
  usage()
end

local function folder_of(torrent)
  return folders[torrent:userdata().category or "*"] or folders["*"]
end

--- Begins a move, unless the torrent has no folder or is in it already; says whether it did.
local function move(torrent)
  local folder = folder_of(torrent)
  if not folder or fs.normal(torrent:status().save_path) == folder then
    return false
  end
  torrent:move_storage(folder)
  return true
end

local function failed(torrent, folder, message)
  io.stderr:write(torrent:info_hash().v1, ": could not be moved to ", visible(folder), ": ", visible(message), "\n")
end

if now then
  local ok = true
  local moving = {}
  for session in sessions.list() do
    for torrent in session:torrents("is:finished or is:seeding") do
      if move(torrent) then
        moving[#moving + 1] = torrent
      end
    end
  end
  for _, torrent in ipairs(moving) do
    while torrent:status().moving_storage do
      events.wait("torrent_moved", 1)
    end
    local path = torrent:status().save_path
    if fs.normal(path) == folder_of(torrent) then
      print(torrent:info_hash().v1, path)
    else
      ok = false
    end
  end
  if not ok then
    local torrent, folder, message = events.wait("torrent_move_failed", 0)
    while torrent do
      failed(torrent, folder, message)
      torrent, folder, message = events.wait("torrent_move_failed", 0)
    end
  end
  os.exit(ok)
end

-- All have to be kept: a connection that nobody holds hears nothing.
local finished = events.on("torrent_finished", move)
local unmoved = events.on("torrent_move_failed", failed)
local moved = events.on("torrent_moved", function(torrent)
  print(torrent:info_hash().v1, torrent:status().save_path)
end)
