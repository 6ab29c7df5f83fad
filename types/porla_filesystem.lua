---@meta porla_filesystem
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Files, as newer versions of Porla have them; `fs` and `lfs` do more.
---@class porla_filesystem
local porla_filesystem = {}

---Whether there is something at a path; false for a link to nothing.
---@param path string
---@return boolean
function porla_filesystem.exists(path) end

---Makes a folder and those above it that are missing: true, false when it was there already, or nil
---and a message.
---@param path string
---@return boolean?
---@return string?
function porla_filesystem.create_directories(path) end

return porla_filesystem
