---@meta config.app
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Where the program keeps its things: `db_file` is the path of the daemon’s database, there or not.
---@type {db_file: string}
local app = {}

return app
