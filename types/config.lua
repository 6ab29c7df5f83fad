---@meta config
-- Made by `npm run generate` from the tables of the API. Do not edit.

---The configuration file as a table, with the keys and values that stand in it; empty when there is no
---file. `require` raises an error when the file cannot be used. A name that is not there is nil.
---@type table<string, any>
local config = {}

return config
