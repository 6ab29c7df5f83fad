-- The whole journey in one script: make some data, create a torrent of it, seed it in one session, download it in
-- another by magnet link, compare every byte, and show what both sessions hold.
--
--   npm start                                    runs it with a private daemon that has the two sessions
--   porla-lua examples/quickstart.lua FOLDER     runs it in FOLDER, with sessions `seeding` and `downloads`

local sessions = require("sessions")
local torrents = require("torrents")

local folder = arg[1] or error("usage: porla-lua quickstart.lua FOLDER")
local live = os.execute("test -t 1") -- is somebody watching, or does this go into a pipe?

local function shell_quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function make_folder(path)
  assert(os.execute("mkdir -p " .. shell_quote(path)))
end

local function sleep(seconds)
  os.execute("sleep " .. seconds)
end

local function write_file(path, data)
  local file = assert(io.open(path, "wb"))
  assert(file:write(data))
  assert(file:close())
end

local function read_file(path)
  local file = assert(io.open(path, "rb"))
  local data = file:read("a")
  file:close()
  return data
end

local function human(bytes)
  return string.format("%.1f MiB", bytes / 2 ^ 20)
end

-- 1. Data: several files and folders, every byte value, names as people have them. ---------------------------------

local source = folder .. "/source"
local target = folder .. "/target"
local name = "quickstart"

-- A block of all 256 byte values, mixed by a small generator so that no two pieces are alike.
local function block(seed, size)
  local state, words = seed, {}
  for i = 1, size // 8 do
    state = state * 6364136223846793005 + 1442695040888963407
    words[i] = string.pack("<i8", state)
  end
  return table.concat(words)
end

local all_bytes = {}
for byte = 0, 255 do
  all_bytes[byte + 1] = string.char(byte)
end
all_bytes = table.concat(all_bytes)

local files = {
  { "README.txt", "Made by quickstart.lua.\n" },
  { "all bytes.bin", all_bytes:rep(1000) },
  { "video/part 1.bin", block(1, 2 ^ 20):rep(16) .. block(11, 2 ^ 20) },
  { "video/part 2.bin", block(2, 2 ^ 20):rep(12) .. block(12, 2 ^ 20) },
  { "extras/Übersicht der Stücke.bin", block(3, 2 ^ 20):rep(4) },
  { "extras/empty", "" },
}

make_folder(source .. "/" .. name .. "/video")
make_folder(source .. "/" .. name .. "/extras")
make_folder(target)
local size = 0
for _, file in ipairs(files) do
  write_file(source .. "/" .. name .. "/" .. file[1], file[2])
  size = size + #file[2]
end
print(string.format("made %s in %d files", human(size), #files))

-- 2. A torrent of it, seeded by the first session. -----------------------------------------------------------------

local torrent_file = torrents.create({ path = source .. "/" .. name, comment = "porla-lua quickstart" })
local info = assert(TorrentInfo.from_buffer(torrent_file))
print(string.format("created a torrent of %d pieces, %s", info:num_pieces(), info:info_hash().v1))

local seeding = sessions.get("seeding") or error("the daemon has no session 'seeding'; see npm start")
local downloads = sessions.get("downloads") or error("the daemon has no session 'downloads'; see npm start")

local params = AddTorrentParams.new()
params.ti = info
params.save_path = source
local seed = seeding:add_torrent(params)
seed:userdata().category = "quickstart"

local function wait_until(what, seconds, condition)
  local deadline = os.time() + seconds
  while not condition() do
    if os.time() > deadline then
      error("gave up waiting until " .. what)
    end
    sleep(0.2)
  end
end

wait_until("the data is checked", 60, function()
  return seed:status().is_seeding
end)

-- 3. The second session knows only a magnet link, with the first session as its peer. ------------------------------

local address = seeding:settings().listen_interfaces
local magnet = string.format("magnet:?xt=urn:btih:%s&dn=%s&x.pe=%s", info:info_hash().v1, name, address)
print(magnet)

local wanted = assert(AddTorrentParams.from_magnet(magnet))
wanted.save_path = target
local download = downloads:add_torrent(wanted)
download:userdata().tags = { "example", "from magnet" }

local function show(status)
  local line = string.format(
    "%-20s %5.1f %%  %10s  %8s/s  %d peer(s)",
    status.state,
    status.progress * 100,
    human(status.total_done),
    human(status.download_payload_rate),
    status.num_peers
  )
  if live then
    io.write("\r", line, "\27[K")
    io.flush()
  else
    print(line)
  end
end

local last
wait_until("the download is complete", 300, function()
  local status = download:status()
  if status.error then
    error("download failed: " .. status.error)
  end
  -- In a pipe a line only when something has changed, so that logs stay short.
  local now = string.format("%s %.3f", status.state, status.progress)
  if live or now ~= last then
    show(status)
    last = now
  end
  return status.is_seeding
end)
if live then
  print()
end

-- 4. Byte for byte. ------------------------------------------------------------------------------------------------

for _, file in ipairs(files) do
  local copy = read_file(target .. "/" .. name .. "/" .. file[1])
  assert(copy == file[2], file[1] .. " differs")
end
print(string.format("all %d files are equal, byte for byte", #files))

-- 5. What the sessions hold now. -----------------------------------------------------------------------------------

print()
print(string.format("%-10s  %-12s  %-8s  %9s  %11s  %11s", "SESSION", "NAME", "STATE", "PROGRESS", "DOWN", "UP"))
for session in sessions.list() do
  for torrent in session:torrents() do
    local status = torrent:status()
    print(
      string.format(
        "%-10s  %-12s  %-8s  %7.1f %%  %11s  %11s",
        session.name,
        require("log").visible(status.name),
        status.state,
        status.progress * 100,
        human(status.all_time_download),
        human(status.all_time_upload)
      )
    )
  end
end
