---@meta workflows.actions.torrent
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Actions of workflows on the torrent itself. Each goes on when the event that tells of it has come.
---@class workflows.actions.torrent
local torrent = {}

---Pauses the torrent; goes on at once when it is paused already.
---@return fun(ctx: table, done: fun(result: any))
function torrent.pause() end

---Resumes the torrent; goes on at once when it is not paused.
---@return fun(ctx: table, done: fun(result: any))
function torrent.resume() end

---Moves the files. A move that fails ends the workflow for that torrent.
---@param options {path: string|function}
---@return fun(ctx: table, done: fun(result: any))
function torrent.move(options) end

---Removes the torrent, with `remove_files` its files too. The table is needed.
---@param options {remove_files?: boolean}
---@return fun(ctx: table, done: fun(result: any))
function torrent.remove(options) end

return torrent
