-- file:lines and io.lines: formats, closing at the end, errors.
local check = require("check")

local path = check.file("a\nb\nc")

local function collect(...)
  local found = {}
  for a, b in ... do found[#found + 1] = b and a .. "|" .. b or a end
  return table.concat(found, ",")
end
check.same(collect(io.lines(path)))("a,b,c")
check.same(collect(io.lines(path, "L")))("a\n,b\n,c")
check.same(collect(io.lines(path, 1, "l")))("a|,b|,c")
check.same(collect(io.lines(path, 2)))("a\n,b\n,c")

-- The four values for the generic for, the last of which closes the file.
do
  local next, state, control, file = io.lines(path)
  check.same(type(next), state, control, io.type(file))("function", nil, nil, "file")
  check.same(next())("a")
  check.same(next(), next())("b", "c")
  check.same(next())()
  check.same(io.type(file))("closed file")
  check.raisesAt("file is already closed", next)
end

-- Leaving the loop early closes it too, also by an error.
do
  local file = select(4, io.lines(path))
  for _ in io.lines, path do break end
  local kept
  for line in (function()
    local next, state, control, closing = io.lines(path)
    kept = closing
    return next, state, control, closing
  end)() do
    check.same(line)("a")
    break
  end
  check.same(io.type(kept))("closed file")
  pcall(function()
    for _ in (function()
      local next, state, control, closing = io.lines(path)
      kept = closing
      return next, state, control, closing
    end)() do
      error("leave")
    end
  end)
  check.same(io.type(kept))("closed file")
  file:close()
end

-- file:lines leaves its file open.
do
  local f = assert(io.open(path))
  check.same(collect(f:lines()))("a,b,c")
  check.same(io.type(f), f:read())("file", nil)
  f:seek("set")
  local next = f:lines()
  check.same(next())("a")
  f:close()
  check.raisesAt("file is already closed", next)
end

-- Errors.
check.raises("cannot open file '/nonexistent' (No such file or directory)", io.lines, "/nonexistent")
check.raises("bad argument #1 to 'io.lines' (string expected, got table)", io.lines, {})
check.raisesAt("bad argument #2 to 'for iterator' (invalid format)", function()
  for _ in io.lines(path, "x") do end
end)
check.raisesAt("bad argument #2 to 'for iterator' (string expected, got nil)", function()
  for _ in io.lines(path, nil) do end
end)
do
  local many = {}
  for i = 1, 251 do many[i] = 1 end
  check.raises("bad argument #252 to 'io.lines' (too many arguments)", io.lines, path, table.unpack(many))
  local next, _, _, f = io.lines(path, table.unpack(many, 1, 250))
  check.same(next())("a", "\n", "b", "\n", "c", nil)
  f:close()
  local writing <close> = assert(io.open(check.path(), "w"))
  check.raisesAt("Bad file descriptor", function() for _ in writing:lines() do end end)
  check.raisesAt("Bad file descriptor", function() for _ in writing:lines("n") do end end)
  local folder <close> = assert(io.open("/"))
  check.raisesAt("Is a directory", function() for _ in folder:lines() do end end)
end

-- A million lines, in the main chunk and in a coroutine.
do
  local big = check.file(("0123456789\n"):rep(1000000))
  local count, bytes = 0, 0
  local co = coroutine.wrap(function() for line in io.lines(big) do coroutine.yield(line) end end)
  for line in io.lines(big) do count, bytes = count + 1, bytes + #line end
  check.same(count, bytes)(1000000, 10000000)
  for _ = 1, 1000 do check.same(co())("0123456789") end
end

check.done()
