---@meta porla_events
-- Made by `npm run generate` from the tables of the API. Do not edit.

---What happens in the daemon, as newer versions of Porla have it: the events of `events` with a dot in
---their names, such as `torrent.added`, `torrent.file_error` and `session.stats`.
---@class porla_events
local porla_events = {}

---Calls `callback` for each event of that name from now on, with what `events.on` gives. nil for an
---unknown name, and a warning.
---@param name string
---@param callback function
---@return PoCancellable?
function porla_events.on(name, callback) end

return porla_events
