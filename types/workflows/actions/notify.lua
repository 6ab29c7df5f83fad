---@meta workflows.actions.notify
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Actions of workflows that tell people. Each value may be a function of `ctx`; a refusal is a
---warning.
---@class workflows.actions.notify
local notify = {}

---Sends a message to a web hook of Discord.
---@param options {url: string|function, message: string|function}
---@return fun(ctx: table, done: fun(result: any))
function notify.discord(options) end

---Publishes a message with ntfy, at `https://ntfy.sh` unless `server` says otherwise.
---@param options {topic: string|function, message: string|function, server?: string}
---@return fun(ctx: table, done: fun(result: any))
function notify.ntfy(options) end

return notify
