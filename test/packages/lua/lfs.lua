local check = require "check"
local lfs = require "lfs"

local start = assert(lfs.currentdir())
local folder = check.path()
os.remove(folder)
check.same(lfs.mkdir(folder))(true)
check.same(lfs.mkdir(folder))(nil, "File exists", 17)
check.same(lfs.rmdir(folder .. "/none"))(nil, "No such file or directory", 2)

-- The current folder is the whole program's.
check.same(lfs.chdir(folder))(true)
local now = lfs.currentdir()
check.same(now:sub(-#folder:match("[^/]+$")))(folder:match("[^/]+$"))
local f = assert(io.open("file.txt", "w"))
f:write("12345")
f:close()
check.same(check.contents(folder .. "/file.txt"))("12345")
local p = assert(io.popen("cat file.txt"))
check.same(p:read("a"))("12345")
p:close()
assert(io.open("mod.lua", "w")):write("return 'found'"):close()
package.path = "./?.lua;" .. package.path
check.same((require "mod"))("found")
check.same(lfs.chdir("none"))(nil, "Unable to change working directory to 'none'\nNo such file or directory\n")

-- attributes
local a = assert(lfs.attributes("file.txt"))
check.same(a.mode, a.size, a.nlink, math.type(a.ino), math.type(a.blocks))("file", 5, 1, "integer", "integer")
check.same(a.permissions:match("^[r-][w-][x-][r-][w-][x-][r-][w-][x-]$"))(a.permissions)
check.same(a.target)(nil)
check.same(lfs.attributes("file.txt", "size"), lfs.attributes(".", "mode"))(5, "directory")
local given = {old = 1}
check.same(lfs.attributes("file.txt", given) == given, given.size, given.old)(true, 5, 1)
check.same(lfs.attributes("none"))(nil, "cannot obtain information from file 'none': No such file or directory", 2)
check.same(lfs.attributes("none", "size"))(nil, "cannot obtain information from file 'none': No such file or directory", 2)
check.raises("invalid attribute name 'sise'", lfs.attributes, "file.txt", "sise")
check.raises("invalid attribute name 'target'", lfs.attributes, "file.txt", "target")

-- times
check.same(lfs.touch("file.txt", 100, 200))(true)
check.same(lfs.attributes("file.txt", "access"), lfs.attributes("file.txt", "modification"))(100, 200)
check.same(lfs.touch("file.txt", 300))(true)
check.same(lfs.attributes("file.txt", "access"), lfs.attributes("file.txt", "modification"))(300, 300)
check.same(lfs.touch("file.txt"))(true)
assert(math.abs(lfs.attributes("file.txt", "modification") - os.time()) < 5)
check.same(lfs.touch("none"))(nil, "No such file or directory", 2)

-- links
check.same(lfs.link("file.txt", "hard"))(true)
check.same(lfs.attributes("hard", "nlink"))(2)
check.same(lfs.link("file.txt", "soft", true))(true)
check.same(lfs.attributes("soft", "mode"), lfs.symlinkattributes("soft", "mode"))("file", "link")
check.same(lfs.symlinkattributes("soft").target, lfs.symlinkattributes("soft", "target"))("file.txt", "file.txt")
check.same(lfs.symlinkattributes("hard", "target"))(nil)
check.same(lfs.link("file.txt", "hard"))(nil, "File exists", 17)

-- dir
local names = {}
for name in lfs.dir(".") do names[#names + 1] = name end
table.sort(names)
check.same(table.concat(names, " "))(". .. file.txt hard mod.lua soft")
local step, object = lfs.dir(".")
check.same(type(step), step(object), object:next())("function", ".", "..")
object:close()
object:close()
check.raises("bad argument #1 to '?' (closed directory)", step, object)
for _ in lfs.dir(".") do break end
check.raises("cannot open none: No such file or directory", lfs.dir, "none")
check.raises("cannot open file.txt: Not a directory", lfs.dir, "file.txt")

-- locks
local lock = assert(lfs.lock_dir("."))
check.same(lfs.lock_dir("."))(nil, "File exists")
lfs.chdir("/")
lock:free()
lfs.chdir(folder)
lock = assert(lfs.lock_dir("."))
lock = nil
collectgarbage()
assert(lfs.lock_dir(".")):free()
check.same(lfs.lock_dir("none"))(nil, "No such file or directory")
check.same(lfs.setmode(io.stdout, "text"))(true, "binary")
check.same(select("#", lfs.lock(io.stdout, "w")), (lfs.lock(io.stdout, "w")))(3, nil)
check.same((lfs.unlock(io.stdout)))(nil)
check.raises("bad argument #1 to 'lfs.lock' (file expected, got number)", lfs.lock, 1, "w")
check.raises("bad argument #2 to 'lfs.setmode' (invalid option 'x')", lfs.setmode, io.stdout, "x")
check.same(lfs._VERSION)("LuaFileSystem 1.8.0")

for _, name in ipairs{"file.txt", "hard", "mod.lua", "soft"} do assert(os.remove(name)) end
assert(lfs.chdir(start))
check.same(lfs.rmdir(folder))(true)
check.done()
