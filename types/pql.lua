---@meta pql
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Queries over torrents, such as `size > 10gb and not is:seeding`; docs/pql.md has the language.
---`session:torrents(query)` filters in the daemon, which is faster than going through all.
---@class pql
local pql = {}

---Parses a query. Raises an error that shows the place where it is wrong.
---@param text string
---@return Filter
function pql.parse(text) end

return pql
