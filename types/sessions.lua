---@meta sessions
-- Made by `npm run generate` from the tables of the API. Do not edit.

---The sessions of the daemon.
---@class sessions
local sessions = {}

---The session of that name; nil when there is none.
---@param name string
---@return Session?
function sessions.get(name) end

---For `for session in sessions.list() do`: all sessions by name, in byte order.
---@return fun(): Session?
function sessions.list() end

---The counters that the event `session_stats` brings: name to place, from 0, so that
---`stats[sessions.metrics()[name] + 1]` is the value; `stats[name]` is the same. What libtorrent
---counts too has its name, such as `net.recv_bytes`; places differ, and what this engine cannot count
---is not there.
---@return table<string, integer>
function sessions.metrics() end

return sessions
