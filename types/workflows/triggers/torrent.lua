---@meta workflows.triggers.torrent
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Triggers of workflows: something happens to a torrent. The events are those of `events`.
---@class workflows.triggers.torrent
local torrent = {}

---A torrent was added.
---@return fun(fire: fun(torrent: TorrentHandle)): any
function torrent.added() end

---Everything wanted was downloaded, once in the life of a torrent.
---@return fun(fire: fun(torrent: TorrentHandle)): any
function torrent.finished() end

---The files of a torrent were moved.
---@return fun(fire: fun(torrent: TorrentHandle)): any
function torrent.moved() end

---A torrent was paused, by anyone.
---@return fun(fire: fun(torrent: TorrentHandle)): any
function torrent.paused() end

---A torrent was resumed, by anyone.
---@return fun(fire: fun(torrent: TorrentHandle)): any
function torrent.resumed() end

---A torrent was removed: `ctx.torrent` is a table with only `info_hash`, and a PQL filter is skipped.
---@return fun(fire: fun(torrent: TorrentHandle)): any
function torrent.removed() end

return torrent
