---@meta workflows.actions.log
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Action of workflows: writes a line of level info, which may be a function of `ctx`.
---@param message string|function
---@return fun(ctx: table, done: fun(result: any))
local function log(message) end

return log
