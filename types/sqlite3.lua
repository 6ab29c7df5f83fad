---@meta sqlite3
-- Made by `npm run generate` from the tables of the API. Do not edit.

---SQLite databases on this machine. A transaction that reads first and writes later should start with
---`begin immediate`: after a plain `begin`, another program may write in between, and the write then
---fails at once with "database is locked", whatever the time that statements wait.
---@class sqlite3
local sqlite3 = {}

---Opens a database file and makes it when it is missing; ":memory:" has none. Where another program
---keeps it locked, statements wait up to 5 seconds. Raises an error when it cannot be opened.
---@param path string
---@return Database
function sqlite3.open(path) end

---Done.
sqlite3.OK = 0

---Not done.
sqlite3.ERROR = 1

---There is a row.
sqlite3.ROW = 100

---There are no more rows.
sqlite3.DONE = 101

return sqlite3
