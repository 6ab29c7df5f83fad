-- require and package over the real disk.
local check = require("check")

local folder = check.path()
os.remove(folder)
assert(os.execute("mkdir -p " .. folder .. "/a/c"))
local function module(name, code)
  local f <close> = assert(io.open(folder .. "/" .. name, "w"))
  assert(f:write(code))
end
local path = folder .. "/?.lua;" .. folder .. "/?/init.lua"
package.path, package.cpath = path, folder .. "/?.so"

check.same(package.config)("/\n;\n?\n!\n-\n")
check.same(#package.searchers)(4)

-- What the module gets and gives.
module("one.lua", "return { ... }")
do
  local value, extra = require("one")
  check.same(value[1], value[2], extra)("one", folder .. "/one.lua", folder .. "/one.lua")
  check.same(require("one"), select("#", require("one")))(value, 1)
end
module("none.lua", "X = 1")
check.same(require("none"))(true, folder .. "/none.lua")
module("false.lua", "return false")
check.same(require("false"))(false, folder .. "/false.lua")
module("a/b.lua", "return (...)")
check.same(require("a.b"))("a.b", folder .. "/a/b.lua")
module("a/c/init.lua", "return select(2, ...)")
check.same(require("a.c"))(folder .. "/a/c/init.lua", folder .. "/a/c/init.lua")
package.preload.early = function(...) return select("#", ...) .. select(2, ...) end
check.same(require("early"))("2:preload:", ":preload:")

-- Failures.
module("bad.lua", "x = = 2")
check.raises("error loading module 'bad' from file '" .. folder .. "/bad.lua':\n\t"
  .. folder .. "/bad.lua:1: unexpected symbol near '='", require, "bad")
module("fails.lua", "error('oops')")
check.raises(folder .. "/fails.lua:1: oops", require, "fails")
check.raises("module 'x.y' not found:\n\tno field package.preload['x.y']"
  .. "\n\tno file '" .. folder .. "/x/y.lua'\n\tno file '" .. folder .. "/x/y/init.lua'"
  .. "\n\tno file '" .. folder .. "/x/y.so'\n\tno file '" .. folder .. "/x.so'", require, "x.y")
check.raises("bad argument #1 to 'require' (string expected, got no value)", require)

-- C modules: found, but they cannot be loaded.
local noC = "C modules cannot be loaded in porla-lua; look for one written in Lua only"
module("native.so", "\x7fELF")
check.raises("error loading module 'native' from file '" .. folder .. "/native.so':\n\t" .. noC, require, "native")
check.raises("error loading module 'native.sub' from file '" .. folder .. "/native.so':\n\t" .. noC,
  require, "native.sub")
check.same(package.loadlib(folder .. "/native.so", "*"))(nil, noC, "absent")
module("native.lua", "return 'in Lua'")
check.same(require("native"))("in Lua", folder .. "/native.lua")

-- searchpath.
check.same(package.searchpath("a.b", path))(folder .. "/a/b.lua")
check.same(package.searchpath("a-b", path, "-"))(folder .. "/a/b.lua")
check.same(package.searchpath("a.b", "?;?.?;x", ".", "|"))(nil, "no file 'a|b'\n\tno file 'a|b.a|b'\n\tno file 'x'")
check.same(package.searchpath("a.b", "/?/none", "", "x"))(nil, "no file '/a.b/none'")
check.same(package.searchpath("a%b", "?", "%", "%%1"))(nil, "no file 'a%%1b'")
check.same(package.searchpath("q", ""))(nil, "no file ''")

-- The searchers read the package table of the moment.
check.same(select(2, package.searchers[2]("one")))(folder .. "/one.lua")
check.same(package.searchers[2]("nope"))("no file '" .. folder .. "/nope.lua'\n\tno file '" .. folder .. "/nope/init.lua'")
check.same(package.searchers[4]("nope"))()
package.path = nil
check.raises("'package.path' must be a string", require, "zz")
package.path, package.cpath = path, nil
check.raises("'package.cpath' must be a string", require, "zz")
package.path, package.cpath = "", ""
check.raises("module 'zz' not found:\n\tno field package.preload['zz']\n\tno file ''\n\tno file ''", require, "zz")
package.searchers = nil
check.raises("'package.searchers' must be a table", require, "zz")

assert(os.execute("rm -r " .. folder))
check.done()
