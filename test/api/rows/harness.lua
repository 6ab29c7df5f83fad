-- What the rows are written with, and what runs them. Every file of rows is called with one table, `W`: the world
-- (world.lua) and these functions.
--
--   lua harness.lua FOLDER TRACKER FILE...
--
-- Prints tab-separated lines: `row`, section, name, members, file:line for each row; then `ok` or `not ok`, section,
-- name, and what failed.

local events = require("events")
local here = arg[0]:match("^(.*)/") or "."
local W = { folder = arg[1], tracker = arg[2] }
local rows, section = {}, nil

--- Begins a section: the number of its heading in the reference, or a word for those that it does not have.
function W.section(name) section = name end

--- A row: its name as in the reference, the documented members that it is about ("Class.member other", separated by
--- spaces; the class is that of the one before when it is left out), and what has to be true of them.
function W.row(name, members, check)
  local full, class = {}, nil
  for member in members:gmatch("%S+") do
    class = member:match("^(.+)%.[^.]+$") or class
    full[#full + 1] = class .. "." .. member:match("[^.]+$")
  end
  rows[#rows + 1] = { section = section, name = name, members = full, check = check }
end

--- Raises unless both are the same, of the same kind: 1 and 1.0 are not.
function W.equal(found, expected, what)
  if found == expected and math.type(found) == math.type(expected) then return end
  local function show(v) return type(v) == "string" and ("%q"):format(v) or tostring(v) end
  error((what and what .. ": " or "") .. show(expected) .. " expected, got " .. show(found), 2)
end

--- Raises unless the list has these items in this order.
function W.list(found, expected)
  local shown = {}
  for i = 1, #found do shown[i] = tostring(found[i]) end
  W.equal(table.concat(shown, " "), table.concat(expected, " "))
end

--- Raises unless the function raises an error whose message fits the pattern.
function W.fails(pattern, f, ...)
  local ok, message = pcall(f, ...)
  if ok then error("no error was raised", 2) end
  if not tostring(message):find(pattern) then error("another error: " .. tostring(message), 2) end
end

--- Raises unless the call gives no value at all.
function W.nothing(...) if select("#", ...) ~= 0 then error("a value was returned", 2) end end

--- Raises unless it is an integer, and from..to if given.
function W.integer(v, from, to)
  if math.type(v) ~= "integer" then error("integer expected, got " .. tostring(v), 2) end
  if from and (v < from or v > (to or math.maxinteger)) then
    error(("%d is not from %s to %s"):format(v, from, to), 2)
  end
end

--- Waits until the function gives something true, and returns it.
function W.eventually(what, f, seconds)
  local deadline = os.time() + (seconds or 10)
  repeat
    local value = f()
    if value then return value end
    events.wait("metadata_received", 0.02)
  until os.time() > deadline
  error("not within the time: " .. what, 2)
end

function W.count(iterator, ...)
  local n = 0
  for _ in iterator, ... do n = n + 1 end
  return n
end

--- Whether the row's own text names the member, so that none is claimed in passing.
local function names(check, member)
  local info = debug.getinfo(check, "S")
  local n, last = 0, member:match("[^.]+$")
  for i = 1, math.huge do
    local upvalue, value = debug.getupvalue(check, i)
    if not upvalue then break end
    if upvalue == "name" and value == last then return true end
  end
  for line in io.lines(info.source:sub(2)) do
    n = n + 1
    if n >= info.linedefined and n <= info.lastlinedefined and line:find("%f[%w_]" .. last .. "%f[^%w_]") then
      return true
    end
  end
end

assert(loadfile(here .. "/world.lua"))(W)
for i = 3, #arg do assert(loadfile(arg[i]))(W) end
local function say(...)
  io.write(table.concat({ ... }, "\t"), "\n")
  io.flush() -- what is known is shown even if a row never ends
end
local deadline = os.time() + 80
for _, row in ipairs(rows) do say("row", row.section, row.name, table.concat(row.members, " ")) end
for _, row in ipairs(rows) do
  -- One broken thing can make many rows wait: what is known then is worth more than the rest.
  if os.time() > deadline then break end
  local ok, problem = xpcall(row.check, function(e) return debug.traceback(tostring(e), 2) end)
  for _, member in ipairs(row.members) do
    if ok and not names(row.check, member) then ok, problem = false, "the check does not name " .. member end
  end
  if not ok and W.state then problem = problem .. "\n" .. W.state() end
  say(ok and "ok" or "not ok", row.section, row.name, ok and "" or (problem:gsub("[\t\n]+", " | ")))
end
os.exit(0)
