---@meta porla_runtime
-- Made by `npm run generate` from the tables of the API. Do not edit.

---What runs the script: `version` is porla-lua’s, `args["state-dir"]` the state folder, there or not.
---Other arguments of Porla are nil.
---@type {version: string, args: table<string, string>}
local porla_runtime = {}

return porla_runtime
