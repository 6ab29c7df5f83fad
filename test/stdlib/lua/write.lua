-- file:write, flush, setvbuf, seek, and the modes of io.open.
local check = require("check")

-- Numbers are written by "%d" and "%.14g": not as tostring gives them.
do
  local path = check.path()
  local f = assert(io.open(path, "w"))
  check.same(f:write(1, " ", -5, " ", 1.0, " ", 2.5, " ", -0.0, " ", 2 ^ 53, " ", 1e100))(f)
  check.same(f:write(" ", math.maxinteger, " ", math.mininteger, " ", 9007199254740992, " ", 10, " ", 99))(f)
  check.same(f:write(" ", math.huge, " ", 1e15, " ", 1e14, " ", 0.1))(f)
  check.same(f:write())(f)
  check.same(f:close())(true)
  check.same(check.contents(path))(
    "1 -5 1 2.5 -0 9.007199254741e+15 1e+100 9223372036854775807 -9223372036854775808 "
      .. "9007199254740992 10 99 inf 1e+15 1e+14 0.1"
  )
end

-- Every byte, in pieces of every size around that of the buffer.
do
  local bytes = {}
  for i = 0, 255 do bytes[i + 1] = string.char(i) end
  local all = table.concat(bytes)
  for _, size in ipairs({ 1, 255, 256, 65535, 65536, 65537, 200000 }) do
    local piece = all:rep(size // 256 + 1):sub(1, size)
    local path = check.path()
    local f = assert(io.open(path, "wb"))
    local count = math.max(1, 300000 // math.max(size, 256))
    for _ = 1, count do assert(f:write(piece)) end
    assert(f:close())
    assert(check.contents(path) == piece:rep(count), size)
  end
end

do
  local f <close> = assert(io.open(check.path(), "w"))
  check.raisesAt("bad argument #1 to 'write' (string expected, got table)", function() f:write({}) end)
  check.raisesAt("bad argument #2 to 'write' (string expected, got nil)", function() f:write("ok", nil) end)
end

-- A file for reading cannot be written.
do
  local f <close> = assert(io.open(check.file("abc")))
  check.same(f:write("x"))(nil, "Bad file descriptor", 9)
  check.same(f:write(""))(f)
  check.same(f:write("a", "b"))(nil, "Bad file descriptor", 9)
  check.same(f:flush())(true)
end

-- Modes: what they do to a file of "abcdef", and where they start.
local modes = {
  { "r", 0, "ab", nil, "abcdef" },
  { "r+", 0, "ab", true, "abXYef" },
  { "w", 0, nil, true, "XY" },
  { "w+", 0, false, true, "XY" },
  { "a", 6, nil, true, "abcdefXY" },
  { "a+", 0, "ab", true, "abcdefXY" },
  { "rb", 0, "ab", nil, "abcdef" },
  { "r+b", 0, "ab", true, "abXYef" },
  { "r+bb", 0, "ab", true, "abXYef" },
}
for _, case in ipairs(modes) do
  local mode, start, first, writable, result = table.unpack(case, 1, 5)
  local path = check.file("abcdef")
  local f = assert(io.open(path, mode))
  check.same(f:seek())(start)
  if first then check.same(f:read(2))(first) elseif first == false then check.same(f:read(2))(nil) end
  if writable then check.same(f:write("XY"))(f) else check.same(f:write("XY"))(nil, "Bad file descriptor", 9) end
  check.same(f:close())(true)
  check.same(check.contents(path))(result)
end
for _, mode in ipairs({ "", "b", "rw", "+r", "rwa", "w+x", "R", "r ", "rb+" }) do
  check.raises("bad argument #2 to 'io.open' (invalid mode)", io.open, "/nonexistent", mode)
end

-- Reading and writing on one handle, in turn and without a seek between.
do
  local path = check.file("0123456789")
  local f = assert(io.open(path, "r+"))
  check.same(f:read(3))("012")
  check.same(f:write("ab"))(f)
  check.same(f:read(2))("56")
  check.same(f:seek("cur"))(7)
  check.same(f:seek("set", -1))(nil, "Invalid argument", 22)
  check.same(f:seek("cur", -100))(nil, "Invalid argument", 22)
  check.same(f:seek())(7)
  check.same(f:seek("end", 2))(12)
  check.same(f:write("!"))(f)
  check.same(f:seek("set"))(0)
  check.same(f:read("a"))("012ab56789\0\0!")
  check.same(f:seek("set", "3"), f:read(1))(3, "a")
  check.same(f:seek(nil, 2))(6)
  check.same(f:close())(true)
end

-- In append mode writing is at the end, wherever reading is.
do
  local path = check.file("abc")
  local f <close> = assert(io.open(path, "a+"))
  check.same(f:read(1))("a")
  check.same(f:write("D"))(f)
  check.same(f:seek())(4)
  check.same(f:seek("set", 1), f:read(1))(1, "b")
  check.same(f:write("E"), f:seek("set"), f:read("a"))(f, 0, "abcDE")
end

-- What another reader sees, by the kind of buffering.
do
  local path = check.file("")
  local f <close> = assert(io.open(path, "w"))
  local seen <close> = assert(io.open(path))
  check.same(f:setvbuf("full", 10))(true)
  f:write("12345")
  check.same(seen:read("a"))("")
  f:write("678901")
  check.same(seen:read("a"))("")
  check.same(f:flush(), seen:read("a"), f:setvbuf("line"))(true, "12345678901", true)
  f:write("ab")
  check.same(seen:read("a"))("")
  f:write("c\n")
  check.same(seen:read("a"))("abc\n")
  check.same(f:setvbuf("no"))(true)
  f:write("n")
  check.same(seen:read("a"))("n")
end

-- A full disk shows where the bytes leave the buffer.
do
  local f = assert(io.open("/dev/full", "w"))
  check.same(f:write("x"))(f)
  check.same(f:flush())(nil, "No space left on device", 28)
  f:close()
  f = assert(io.open("/dev/full", "w"))
  check.same(f:write("x"), f:close())(f, nil, "No space left on device", 28)
  check.same(io.type(f))("closed file")
  f = assert(io.open("/dev/full", "w"))
  f:setvbuf("no")
  check.same(f:write("x"))(nil, "No space left on device", 28)
  check.same(f:close())(true)
end

-- Nothing to seek in.
check.same(assert(io.popen("true")):seek())(nil, "Illegal seek", 29)
check.same(assert(io.open("/dev/null")):seek("end"))(0)

check.done()
