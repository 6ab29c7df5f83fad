---@meta workflows.actions.exec
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Action of workflows: runs a program as `process.launch`. Each value may be a function of `ctx`.
---Gives `exit_code`, `std_out` and `std_err`.
---@param options {file: string|function, args?: any[]}
---@return fun(ctx: table, done: fun(result: any))
local function exec(options) end

return exec
