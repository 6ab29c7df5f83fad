---@meta porla_presets
-- Made by `npm run generate` from the tables of the API. Do not edit.

---The presets of the configuration; the package `presets` by the name that newer versions of Porla
---give it.
---@class porla_presets
local porla_presets = {}

---The preset of a name; nil when there is none. Raises an error when the file cannot be used.
---@param name string
---@return Preset?
function porla_presets.get(name) end

return porla_presets
