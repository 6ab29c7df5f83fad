-- The world of the rows: what is there before the first of them runs. `seeding` has everything, `downloads` gets it over
-- the tracker; in `default` torrents stand still.

local W = ...
local sessions, torrents = require("sessions"), require("torrents")
local lfs = require("lfs")
W.default, W.seeding, W.downloads = sessions.get("default"), sessions.get("seeding"), sessions.get("downloads")

--- A folder below the test's.
function W.path(name)
  local path = W.folder
  for part in name:gmatch("[^/]+") do
    path = path .. "/" .. part
    lfs.mkdir(path)
  end
  return path
end

--- Writes a file, and the folders above it.
function W.write(path, content)
  W.path((path:match("^(.*)/") or ""))
  local file = assert(io.open(W.folder .. "/" .. path, "wb"))
  assert(file:write(content))
  assert(file:close())
end

function W.read(path)
  local file = assert(io.open(path, "rb"))
  local content = file:read("a")
  file:close()
  return content
end

--- So many bytes, other ones at each call.
function W.bytes(size)
  local parts = {}
  for i = 1, (size + 7) // 8 do parts[i] = string.pack("j", math.random(0)) end
  return table.concat(parts):sub(1, size)
end

--- Writes files below source/NAME, name to size, and makes a torrent of them.
function W.make(name, files, options)
  for file, size in pairs(files) do W.write("source/" .. name .. "/" .. file, W.bytes(size)) end
  local request = { path = W.folder .. "/source/" .. name, piece_size = 16384 }
  for key, value in pairs(options or {}) do request[key] = value end
  return assert(TorrentInfo.from_buffer(torrents.create(request)))
end

--- Adds to a session; `set` changes the parameters.
function W.add(session, ti, save_path, set)
  local p = AddTorrentParams.new()
  p.ti, p.save_path = ti, save_path
  if set then set(p) end
  return session:add_torrent(p)
end

local serial = 0
--- A torrent without metadata that stands still in `default`; `set` changes its parameters.
function W.magnet(set)
  serial = serial + 1
  local p = AddTorrentParams.new()
  p.info_hash = ("%040x"):format(0xA000 + serial)
  p.name, p.save_path = "magnet " .. serial, W.folder .. "/magnets"
  p.flags = { paused = true, auto_managed = false }
  if set then set(p) end
  return W.default:add_torrent(p), p
end

--- A torrent with metadata that stands still in `default`, and has no files yet.
function W.still(files, set)
  serial = serial + 1
  return W.add(W.default, W.make("still" .. serial, files), W.folder .. "/still", function(p)
    p.flags = { paused = true, auto_managed = false }
    if set then set(p) end
  end)
end

function W.stands(th, state) return th:status().state == state end

--- Lets the engine of a session write files up to this size only: bytes, or "unlimited".
function W.limit_files(session, size)
  local call = assert(io.popen(os.getenv("PROGRAM") .. " call daemon.status"))
  local status = require("json").decode(call:read("a"))
  call:close()
  for _, found in ipairs(status.sessions) do
    if found.name == session then
      assert(os.execute(("prlimit --pid %d --fsize=%s:unlimited"):format(found.engine.pid, size)))
    end
  end
end

-- Three torrents that seed, each with a second copy that comes over the tracker: one is complete, one lacks the file
-- in its middle, one takes all day.
local tracked = { trackers = { W.tracker }, comment = "for the rows", creator = "world.lua" }
local target = W.folder .. "/target"
W.sizes = { ["a.bin"] = 300000, ["b.bin"] = 500000, ["sub/c.bin"] = 200001 }
W.ti = W.make("whole", W.sizes, tracked)
W.part_ti = W.make("part", W.sizes, tracked)
W.slow_ti = W.make("slow", { ["large.bin"] = 4000000 }, tracked)
local function seed(ti) return W.add(W.seeding, ti, W.folder .. "/source") end
W.seed, W.part_seed, W.slow_seed = seed(W.ti), seed(W.part_ti), seed(W.slow_ti)
for _, th in ipairs{ W.seed, W.part_seed, W.slow_seed } do
  W.eventually("it is announced", function() return th:status().current_tracker == W.tracker end)
end
W.done = W.add(W.downloads, W.ti, target)
W.part = W.add(W.downloads, W.part_ti, target, function(p) p.file_priorities = { 4, 0, 4 } end)
W.slow = W.add(W.downloads, W.slow_ti, target, function(p) p.download_limit = 60000 end)
W.eventually("it was downloaded", function() return W.stands(W.done, "seeding") end)
W.eventually("two of three files were downloaded", function() return W.stands(W.part, "finished") end)
W.eventually("the slow one runs", function() return W.slow:status().total_payload_download > 0 end)

--- How the two ends of the slow transfer are, for the message of a row that fails.
function W.state()
  local lines = {}
  for _, name in ipairs{ "slow", "slow_seed" } do
    local st = W[name]:status()
    local shown = { name, st.state, st.flags.paused and "paused" or "runs", tostring(st.error) }
    for _, key in ipairs{ "num_peers", "num_connections", "list_peers", "connect_candidates", "total_done" } do
      shown[#shown + 1] = key .. "=" .. st[key]
    end
    lines[#lines + 1] = table.concat(shown, " ")
  end
  return table.concat(lines, "\n")
end
