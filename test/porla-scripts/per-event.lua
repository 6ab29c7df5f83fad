-- Runs a program for each torrent that is added or removed. [scripts.per-event]: program, count.
local config, events, process = require "config", require "events", require "process"

local left = config.count
local handlers = {}

local function run(...)
  process.launch{
    file = config.program,
    args = { ... },
    done = function(code, out, err)
      print(code, (out:gsub("\n$", "")), (err:gsub("\n$", "")))
      left = left - 1
      if left == 0 then
        for _, handler in ipairs(handlers) do handler:disconnect() end
      end
    end,
  }
end

handlers[1] = events.on("torrent_added", function(torrent)
  local status = torrent:status()
  run("added", status.name, status.save_path)
end)
handlers[2] = events.on("torrent_removed", function(hash) run("removed", hash.v1) end)
print("ready")
