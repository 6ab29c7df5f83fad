-- Files as values: default files, types, closing, garbage collection, what scripts can see of the library.
local check = require("check")

local function keys(t)
  local names = {}
  for name in pairs(t) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, " ")
end
check.same(keys(io))("close flush input lines open output popen read stderr stdin stdout tmpfile type write")
check.same(keys(os))("clock date difftime execute exit getenv remove rename setlocale time tmpname")
local meta = getmetatable(io.stdout)
check.same(keys(meta), meta.__name)("__close __gc __index __name __tostring", "FILE*")
check.same(keys(meta.__index))("close flush lines read seek setvbuf write")

-- Default files.
do
  local path = check.file("in1\nin2\nin3\nin4")
  check.same(io.input(path))(io.input())
  check.same(io.read(), io.read("L"))("in1", "in2\n")
  local found = {}
  for line in io.lines() do found[#found + 1] = line end
  check.same(table.concat(found, ","), io.read())("in3,in4", nil)
  check.same(select("#", io.lines()))(1)
  check.same(io.close(io.input()))(true)
  check.raises("default input file is closed", io.read)
  check.raises("attempt to use a closed file", io.lines)
  check.same(io.type(io.input()))("closed file")
  check.raises("cannot open file '/nonexistent' (No such file or directory)", io.input, "/nonexistent")
  check.raises("bad argument #1 to 'io.input' (FILE* expected, got table)", io.input, {})
  check.same(io.input(io.stdin))(io.stdin)

  local out = check.path()
  check.same(io.output(out))(io.output())
  check.same(io.write("hello"))(io.output())
  check.same(io.flush(), check.contents(out))(true, "hello")
  check.same(io.close())(true)
  check.raises("default output file is closed", io.write, "x")
  check.raises("default output file is closed", io.flush)
  check.raises("attempt to use a closed file", io.close)
  check.raises("cannot open file '/nonexistent/x' (No such file or directory)", io.output, "/nonexistent/x")
  check.same(io.output(io.stdout))(io.stdout)
end

-- A default file that nothing else holds stays alive.
do
  local out = check.path()
  io.output(out)
  collectgarbage()
  collectgarbage()
  check.same(io.write("kept"), io.close(io.output()))(io.output(), true)
  io.output(io.stdout)
  check.same(check.contents(out))("kept")
end

-- Standard files cannot be closed, by no way.
check.same(io.stdin:close())(nil, "cannot close standard file")
check.same(io.close(io.stderr))(nil, "cannot close standard file")
meta.__gc(io.stdout)
do local _ <close> = io.stdout end
check.same(io.type(io.stdout))("file")

-- Closed files.
do
  local f = assert(io.open(check.file("x")))
  check.same(tostring(f):match("^file %(0x%x+%)$") ~= nil)(true)
  check.same(f:close())(true)
  check.same(tostring(f), io.type(f))("file (closed)", "closed file")
  for _, method in ipairs({ "read", "write", "close", "seek", "flush", "setvbuf", "lines" }) do
    check.raises("attempt to use a closed file", f[method], f)
  end
  meta.__gc(f)
  local kept
  do
    local g <close> = assert(io.open(check.file("x")))
    kept = g
  end
  check.same(io.type(kept))("closed file")
end

-- io.type and wrong arguments.
check.same(io.type(1), io.type({}), io.type(nil))(nil, nil, nil)
check.raises("bad argument #1 to 'io.type' (value expected)", io.type)
check.raises("bad argument #1 to 'io.open' (string expected, got no value)", io.open)
check.raises("bad argument #1 to '?' (FILE* expected, got no value)", meta.__index.close)
check.raises("bad argument #1 to '?' (FILE* expected, got no value)", meta.__gc)
check.raises("bad argument #1 to '?' (FILE* expected, got table)", meta.__gc, {})
check.raises("bad argument #1 to 'io.close' (FILE* expected, got number)", io.close, 3)
check.raisesAt("bad argument #1 to 'read' (FILE* expected, got no value)", function() io.stdin.read() end)
check.raisesAt("bad argument #1 to 'write' (FILE* expected, got table)", function() io.stdout.write({}, "x") end)
check.raisesAt("calling 'write' on bad self (FILE* expected, got table)", function()
  local t = setmetatable({}, { __index = meta.__index })
  t:write("x")
end)
check.raisesAt("bad argument #1 to 'seek' (invalid option 'bad')", function() io.stdin:seek("bad") end)
check.raisesAt("bad argument #2 to 'seek' (number expected, got string)", function() io.stdin:seek("set", "x") end)
check.raisesAt("bad argument #1 to 'setvbuf' (string expected, got no value)", function() io.stdout:setvbuf() end)
check.raisesAt("attempt to call a nil value (method 'nope')", function() io.stdout:nope() end)

-- What the system says.
check.same(io.open("/nonexistent"))(nil, "/nonexistent: No such file or directory", 2)
check.same(io.open("/etc/passwd/x"))(nil, "/etc/passwd/x: Not a directory", 20)
check.same(io.open("/", "w"))(nil, "/: Is a directory", 21)
check.same(io.open(""))(nil, ": No such file or directory", 2)
check.same(io.open(("x"):rep(300)))(nil, ("x"):rep(300) .. ": File name too long", 36)
check.same(io.open(123456))(nil, "123456: No such file or directory", 2)

-- Names are bytes, not text.
do
  local path = check.path() .. "\xff\xfe\x80"
  local f = assert(io.open(path, "w"))
  f:write("bytes")
  f:close()
  check.same(check.contents(path), os.remove(path))("bytes", true)
  check.same(io.open(path))(nil, path .. ": No such file or directory", 2)
end

-- Files that are lost are flushed and closed; there is no end of them.
do
  local path = check.path()
  assert(io.open(path, "w")):write("lost")
  collectgarbage()
  collectgarbage()
  check.same(check.contents(path))("lost")
  for _ = 1, 3000 do assert(io.open("/dev/null")) end
end

-- A temporary file has no name.
do
  local f <close> = assert(io.tmpfile())
  check.same(f:write("tmp\0x"), f:seek("set"), f:read("a"))(f, 0, "tmp\0x")
end

check.done()
