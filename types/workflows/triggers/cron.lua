---@meta workflows.triggers.cron
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Trigger of workflows: once for each torrent of every session at the times of a cron expression, see
---`cron`.
---@param expression string
---@return fun(fire: fun(torrent: TorrentHandle)): any
local function cron(expression) end

return cron
