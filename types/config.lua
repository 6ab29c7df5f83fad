---@meta config
-- Made by `npm run generate` from the tables of the API. Do not edit.

---The configuration as a table: the keys of `[scripts.NAME]`, NAME being the file name of the script
---without `.lua` (none for standard input and `-e`); the keys at the top of the file, `sessions`,
---`presets` and `scripts` among them; and each table of `scripts` by its name. Of equal names the
---first of these counts. Dates are text. Empty when there is no file; a name that is not there is nil.
---`require` raises an error when the file cannot be used.
---@type table<string, any>
local config = {}

return config
