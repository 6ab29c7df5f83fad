---@meta workflows.actions.http
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Action of workflows: sends a request as `http.client`. Each value may be a function of `ctx`. Gives
---`status_code` and `content`.
---@param options {url: string|function, method?: string|function, headers?: table, body?: string|function}
---@return fun(ctx: table, done: fun(result: any))
local function http(options) end

return http
