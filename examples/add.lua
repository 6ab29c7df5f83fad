-- Adds torrents: files or magnet links, into a folder, with an optional category.
--
--   porla-lua examples/add.lua [-s SESSION] [-c CATEGORY] SAVE_PATH TORRENT...
--
-- Adding what is there already changes nothing. Ends with 1 when something could not be added.

local sessions = require("sessions")
local visible = require("log").visible -- names come from strangers

local function usage()
  io.stderr:write("usage: porla-lua add.lua [-s SESSION] [-c CATEGORY] SAVE_PATH TORRENT...\n")
  os.exit(2)
end

local session_name, category = "default", nil
local words = { table.unpack(arg) }
while words[1] and words[1]:match("^%-[sc]$") do
  local option, value = table.remove(words, 1), table.remove(words, 1)
  if not value then
    usage()
  end
  if option == "-s" then
    session_name = value
  else
    category = value
  end
end
local save_path = table.remove(words, 1)
if not save_path or #words == 0 then
  usage()
end

local session = sessions.get(session_name)
if not session then
  io.stderr:write("no session '", session_name, "'\n")
  os.exit(1)
end

local function params_of(word)
  if word:match("^magnet:") then
    return AddTorrentParams.from_magnet(word)
  end
  local info, message = TorrentInfo.from_file(word)
  if not info then
    return nil, message
  end
  local params = AddTorrentParams.new()
  params.ti = info
  return params
end

local failed = false
for _, word in ipairs(words) do
  local params, message = params_of(word)
  if params then
    params.save_path = save_path
    local torrent = session:add_torrent(params)
    if category then
      torrent:userdata().category = category
    end
    print(torrent:info_hash().v1, visible(torrent:status().name))
  else
    io.stderr:write(visible(word), ": ", visible(message), "\n")
    failed = true
  end
end
os.exit(not failed)
