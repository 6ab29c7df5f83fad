---@meta workflows.triggers.interval
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Trigger of workflows: once for each torrent of every session every so many milliseconds.
---@param milliseconds integer
---@return fun(fire: fun(torrent: TorrentHandle)): any
local function interval(milliseconds) end

return interval
