---@meta presets
-- Made by `npm run generate` from the tables of the API. Do not edit.

---The presets of the configuration file.
---@class presets
local presets = {}

---The preset of a name; nil when there is none. Raises an error when the file cannot be used.
---@param name string
---@return Preset?
function presets.get(name) end

return presets
