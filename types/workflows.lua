---@meta workflows
-- Made by `npm run generate` from the tables of the API. Do not edit.

---What is done with torrents when something happens. A trigger is a function that gets `fire` and
---calls it with each torrent; it returns what has to be kept. An action is a function of `ctx` and
---`done`: `ctx.torrent` is the torrent, `ctx.actions[i]` what action i gave `done`. Own ones may be
---mixed in.
---@class workflows
local workflows = {}

---Runs `actions` one after another for each torrent of `trigger` that `filter` lets through: a PQL
---text, or a function of `ctx` that returns a boolean. The script goes on for as long as the trigger
---is alive. Raises an error for a missing trigger or missing actions (Porla only logs it).
---@param workflow {trigger: function, filter?: string|function, actions: function[]}
function workflows.add(workflow) end

return workflows
