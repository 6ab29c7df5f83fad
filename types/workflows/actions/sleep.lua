---@meta workflows.actions.sleep
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Action of workflows: waits before the next one.
---@param milliseconds integer
---@return fun(ctx: table, done: fun(result: any))
local function sleep(milliseconds) end

return sleep
