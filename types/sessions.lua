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

return sessions
