---@meta porla_sessions
-- Made by `npm run generate` from the tables of the API. Do not edit.

---The sessions of the daemon, as newer versions of Porla have them; `sessions` does the same and more.
---@class porla_sessions
local porla_sessions = {}

---How many sessions there are.
---@return integer
function porla_sessions.count() end

---The session `default`; nil when the configuration has none of that name.
---@return PoSessionHandle?
function porla_sessions.default() end

---The session of that name; nil when there is none. Sessions have no numbers here.
---@param name string
---@return PoSessionHandle?
function porla_sessions.get(name) end

---For `for session in sessions.list() do`: all sessions by name, in byte order.
---@return fun(): PoSessionHandle?
function porla_sessions.list() end

---The counters that the event `session_stats` brings: name to place, from 0, so that
---`stats[sessions.metrics()[name] + 1]` is the value; `stats[name]` is the same. What libtorrent
---counts too has its name, such as `net.recv_bytes`; places differ, and what this engine cannot count
---is not there.
---@return table<string, integer>
function porla_sessions.metrics() end

return porla_sessions
