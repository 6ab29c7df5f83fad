---@meta torrents
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Torrents apart from any session.
---@class torrents
local torrents = {}

---The bytes of a new torrent file for a file or folder on disk: all that is in it, hidden and empty
---files too, in byte order of their names. `piece_size` in bytes, a power of two from 16384;
---`trackers` a list with a tier each, or a list of tiers. Raises an error that names the file that
---cannot be read.
---@param options {path: string, piece_size?: integer, trackers?: string[]|string[][], comment?: string, private?: boolean, creator?: string, web_seeds?: string[]}
---@return string
function torrents.create(options) end

return torrents
