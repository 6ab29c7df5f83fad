---@meta json
-- Made by `npm run generate` from the tables of the API. Do not edit.

---JSON text from and to Lua values.
---@class json
local json = {}

---The JSON text of a value, without spaces. An empty table is `[]`; a table with `[1]` is a list and
---must have no holes; in any other table all keys must be strings. Integers and floats stay what they
---are and floats read back exactly (Porla keeps 14 digits only). Objects of the API are what `pairs`
---of them gives, caught errors of the daemon their message; other metatables are not asked. Raises an
---error that says where, for a table in itself, strings that are not UTF-8, nan, infinities and other
---types.
---@param value any
---@return string
function json.encode(value) end

---The value of a JSON text. null becomes nil, so it leaves a hole in a list and no key in a record.
---Whole numbers are integers as far as Lua has them, others floats; the last of equal keys counts.
---Raises an error with line and column of what is wrong.
---@param text string
---@return any
function json.decode(text) end

---The version that Porla’s package has, whose rules these are.
json._version = "0.1.2"

return json
