-- Adds the torrent files of a folder, once each: what was added is remembered in a database of the script's own.
-- [scripts.monitor] of the configuration: folder, save_path, database, category, interval (ms).
local config, fs, log = require "config", require "fs", require "log"
local sessions, sqlite3, timers = require "sessions", require "sqlite3", require "timers"

local db, timer

--- Runs one statement; returns the code of its first step.
local function query(sql, ...)
  local statement = db:prepare(sql)
  for i, value in ipairs { ... } do statement:bind(i, value) end
  local code = statement:step()
  statement:finalize()
  return code
end

local function seen(name)
  return query("select 1 from history where name = ?", name) == sqlite3.ROW
end

local function add(path)
  local name = path:match("[^/]+$")
  if fs.ext(path) ~= ".torrent" or seen(name) then return end
  local info, message = TorrentInfo.from_file(path)
  if not info then
    log.warning(name .. ": " .. message)
    return
  end
  local params = AddTorrentParams.new()
  params.ti = info
  params.save_path = config.save_path
  params.userdata.category = config.category
  sessions.get("default"):add_torrent(params)
  query("insert into history values (?, ?)", name, info:info_hash().v1)
  print("added", info:name())
end

local function look()
  for _, path in ipairs(fs.dir(config.folder)) do add(path) end
end

function porla.init()
  db = sqlite3.open(config.database)
  db:exec("create table if not exists history (name text primary key, hash text)")
  look()
  print("watching")
  timer = timers.new{ interval = config.interval, callback = look }
end

function porla.destroy()
  timer:cancel()
  db:close()
  print("closed")
end
