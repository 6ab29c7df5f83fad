-- os: files, environment, times, locale.
local check = require("check")

-- remove and rename.
do
  local path, other = check.file("x"), check.path()
  check.same(os.rename(path, other))(true)
  check.same(io.open(path))(nil, path .. ": No such file or directory", 2)
  check.same(check.contents(other), os.remove(other))("x", true)
  check.same(os.remove(other))(nil, other .. ": No such file or directory", 2)
  check.same(os.rename(other, path))(nil, "No such file or directory", 2)
  assert(os.execute("mkdir " .. path .. " && mkdir " .. path .. "/x"))
  check.same(os.remove(path))(nil, path .. ": Directory not empty", 39)
  check.same(os.remove(path .. "/x"), os.remove(path))(true, true)
  check.same(os.remove(""))(nil, ": No such file or directory", 2)
  check.raises("bad argument #1 to 'os.remove' (string expected, got no value)", os.remove)
  check.raises("bad argument #2 to 'os.rename' (string expected, got no value)", os.rename, "x")
end

-- tmpname makes a file, each time another.
do
  local one, two = check.path(), check.path()
  assert(one ~= two and one:find("^/tmp/lua_%w+$"), one)
  check.same(check.contents(one))("")
end

-- The environment.
check.same(os.getenv("NO_SUCH_VARIABLE"), os.getenv(""), os.getenv("toString"), os.getenv("A=B"))(nil, nil, nil, nil)
check.same(os.getenv("PATH"))(assert(io.popen("printf '%s' \"$PATH\"")):read("a"))
check.raises("bad argument #1 to 'os.getenv' (string expected, got no value)", os.getenv)

-- Clocks.
do
  local before = os.clock()
  check.same(math.type(before), math.type(os.time()))("float", "integer")
  local n = 0
  for i = 1, 3000000 do n = n + i % 7 end
  assert(os.clock() > before and os.clock() < before + 60)
  assert(math.abs(os.time() - assert(io.popen("date +%s")):read("n")) <= 2)
  check.same(os.difftime(10, 3), os.difftime(1, 2))(7.0, -1.0)
  check.raises("bad argument #2 to 'os.difftime' (number expected, got no value)", os.difftime, 1)
end

-- There is the C locale and no other.
check.same(os.setlocale(), os.setlocale(nil, "numeric"), os.setlocale("C"), os.setlocale("POSIX"))("C", "C", "C", "C")
check.same(os.setlocale("xx_XX"), os.setlocale("C", "time"))(nil, "C")
check.raises("bad argument #2 to 'os.setlocale' (invalid option 'x')", os.setlocale, "C", "x")

check.raises("bad argument #1 to 'os.exit' (number expected, got string)", os.exit, "x")
check.raises("bad argument #1 to 'os.exit' (number has no integer representation)", os.exit, 1.5)

check.done()
