-- Brings the settings of a session in line with a file, and says what it changed.
--
--   porla-lua examples/settings.lua [-s SESSION] [-n] FILE
--
-- FILE is JSON (an object) or, with another ending than .json, a Lua file that returns a table: names of settings and
-- their values. With -n nothing is changed. Prints name, old and new value of each difference. One wrong name or value,
-- and nothing is applied: it ends with 1.

local json, sessions = require("json"), require("sessions")

local function fail(...)
  io.stderr:write(table.concat{ ... }, "\n")
  os.exit(1)
end

local words, session_name, dry = { table.unpack(arg) }, "default", false
while words[1] == "-s" or words[1] == "-n" do
  if table.remove(words, 1) == "-n" then
    dry = true
  else
    session_name = table.remove(words, 1)
  end
end
if #words ~= 1 or not session_name then
  io.stderr:write("usage: porla-lua settings.lua [-s SESSION] [-n] FILE\n")
  os.exit(2)
end

local function load_settings(path)
  local file = assert(io.open(path, "rb"))
  local text = assert(file:read("a")) -- nil for a folder
  file:close()
  if path:match("%.json$") then
    return json.decode(text)
  end
  -- A file of settings, not a program: it sees nothing.
  return assert(load(text, "@" .. path, "t", {}))()
end

local ok, wanted = pcall(load_settings, words[1])
if not ok then
  -- without the place in this script, and with the name of the file once
  local message = tostring(wanted):gsub("^[^:]+:%d+: ", "")
  fail(words[1], ": ", message:sub(1, #words[1] + 2) == words[1] .. ": " and message:sub(#words[1] + 3) or message)
end
if type(wanted) ~= "table" then
  fail(words[1], ": a table of settings expected, got a ", type(wanted))
end
local session = sessions.get(session_name)
if not session then
  fail("no session '", session_name, "'")
end

local pack, names, failed = session:settings(), {}, false
for name in pairs(wanted) do
  names[#names + 1] = tostring(name)
end
table.sort(names)

local changes = {}
for _, name in ipairs(names) do
  local old
  local fits, message = pcall(function()
    old = pack[name]
    pack[name] = wanted[name]
  end)
  if not fits then
    failed = true
    -- without the place in this script, which is not where the mistake is
    io.stderr:write(words[1], ": ", (tostring(message):gsub("^[^:]+:%d+: ", "")), "\n")
  elseif old ~= pack[name] then
    changes[#changes + 1] = { name, tostring(old), tostring(pack[name]) }
  end
end
if failed then
  os.exit(1)
end
if not dry and #changes > 0 then
  session:apply_settings(pack)
end
for _, change in ipairs(changes) do
  print(table.unpack(change))
end
