-- What the tests written in Lua share.
local check = {}

local function show(values)
  local parts = {}
  for i = 1, values.n do
    local value = values[i]
    parts[i] = type(value) == "string" and string.format("%q", value) or tostring(value)
    if math.type(value) == "float" then parts[i] = parts[i] .. " (float)" end
  end
  return "(" .. table.concat(parts, ", ") .. ")"
end

--- Compares what a call gave with what is expected, types of numbers included:
--- `check.same(io.type(f))("file")`.
function check.same(...)
  local found = table.pack(...)
  return function(...)
    local expected = table.pack(...)
    local same = found.n == expected.n
    for i = 1, found.n do
      same = same and rawequal(found[i], expected[i]) and math.type(found[i]) == math.type(expected[i])
    end
    if not same then error("expected " .. show(expected) .. ", got " .. show(found), 2) end
  end
end

--- Calls a function that must raise exactly this message, position and all.
function check.raises(message, fn, ...)
  local ok, found = pcall(fn, ...)
  if ok then error("expected an error: " .. message, 2) end
  if found ~= message then error("expected the error " .. message .. "\n  got " .. tostring(found), 2) end
end

--- As `raises` for an error that starts with a position, whatever it is.
function check.raisesAt(message, fn, ...)
  local ok, found = pcall(fn, ...)
  if ok then error("expected an error: " .. message, 2) end
  local text = tostring(found):gsub("^[^:]*:%d+: ", "")
  if text ~= message then error("expected the error " .. message .. "\n  got " .. tostring(found), 2) end
end

local made = {}

--- A path of its own for a new file, which is removed at the end.
function check.path()
  local path = os.tmpname()
  made[#made + 1] = path
  return path
end

--- Makes a file of these bytes and gives its path.
function check.file(bytes)
  local path = check.path()
  local f = assert(io.open(path, "wb"))
  assert(f:write(bytes))
  assert(f:close())
  return path
end

--- The bytes of a file.
function check.contents(path)
  local f <close> = assert(io.open(path, "rb"))
  return f:read("a")
end

--- Says that all went well; the last call of every test.
function check.done()
  for _, path in ipairs(made) do os.remove(path) end
  io.write("done\n")
end

return check
