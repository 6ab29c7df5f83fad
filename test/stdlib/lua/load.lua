-- loadfile and dofile.
local check = require("check")

local function both(code)
  local path = check.file(code)
  return path, loadfile(path)
end

-- First lines, byte order marks, line numbers.
local line = "return require('debug').getinfo(1, 'l').currentline"
for _, start in ipairs({ "", "\xef\xbb\xbf" }) do
  check.same(dofile((both(start .. line))))(1)
  check.same(dofile((both(start .. "#!/usr/bin/env lua\n" .. line))))(2)
  check.same(dofile((both(start .. "# only"))))()
  check.same(dofile((both(start))))()
end
check.same(dofile((both("#\n\n\n" .. line))))(4)

-- Names and errors.
do
  local path = both("x = = 1")
  check.same(loadfile(path))(nil, path .. ":1: unexpected symbol near '='")
  check.raises(path .. ":1: unexpected symbol near '='", dofile, path)
  path = check.file("error('boom')")
  check.raises(path .. ":1: boom", dofile, path)
  path = check.file("return require('debug').getinfo(1, 'S').source")
  check.same(dofile(path))("@" .. path)
  check.same(loadfile("/nonexistent"))(nil, "cannot open /nonexistent: No such file or directory")
  check.same(loadfile("/"))(nil, "cannot read /: Is a directory")
  check.raises("cannot open /nonexistent: No such file or directory", dofile, "/nonexistent")
  check.raises("bad argument #1 to 'loadfile' (string expected, got table)", loadfile, {})
  check.raises("bad argument #1 to 'dofile' (string expected, got table)", dofile, {})
  check.raises("bad argument #2 to 'loadfile' (string expected, got table)", loadfile, path, {})
end

-- Error values pass as they are.
do
  local value = {}
  Value = value
  local ok, found = pcall(dofile, check.file("error(Value)"))
  check.same(ok, found)(false, value)
end

-- Arguments and results.
check.same(loadfile(check.file("return select('#', ...), ...")) (1, nil))(2, 1, nil)
check.same(dofile(check.file("return 1, nil, nil")))(1, nil, nil)
check.same(dofile(check.file("return select('#', ...)")))(0)

-- Modes and environments.
do
  local path = check.file("return X")
  check.same(loadfile(path, "t", { X = 9 })())(9)
  check.same(loadfile(path, "bt")())(nil)
  check.same(loadfile(path, "b"))(nil, "attempt to load a text chunk (mode is 'b')")
  check.same(pcall(loadfile(path, "t", nil)))(false, path .. ":1: attempt to index a nil value (upvalue '_ENV')")
  local binary = string.dump(function() return 42 end)
  check.same(loadfile(check.file(binary))())(42)
  check.same(loadfile(check.file("#!lua\n" .. binary), "b")())(42)
  check.same(loadfile(check.file(binary), "t"))(nil, "attempt to load a binary chunk (mode is 't')")
  -- A function without upvalues takes no environment.
  check.same(loadfile(check.file(binary), "b", {})())(42)
end

-- A file can yield.
do
  local co = coroutine.wrap(dofile)
  local path = check.file("local x = coroutine.yield(1) coroutine.yield(x) return 3, 4")
  check.same(co(path))(1)
  check.same(co(2))(2)
  check.same(co())(3, 4)
end

-- A large file of all bytes.
do
  local bytes = {}
  for i = 0, 255 do bytes[i + 1] = string.char(i) end
  local text = table.concat(bytes):rep(2000):gsub("%]==%]", "]=]")
  text = text:gsub("\r\n?", "\n"):gsub("\n\r", "\n")
  check.same(dofile(check.file("return [==[\n" .. text .. "]==]")) == text)(true)
end

check.done()
