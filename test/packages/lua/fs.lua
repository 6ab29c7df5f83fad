local check = require "check"
local fs = require "fs"
local lfs = require "lfs"

local here = assert(lfs.currentdir())
check.same(fs.abs("x/../y"))(here .. "/x/../y")
check.same(fs.abs("/a//b"))("/a//b")
check.same(fs.abs(""))(here)
for _, spelling in ipairs{"/a/b", "/a//b", "//a/b/", "/a/./b/.", "/a/x/../b"} do check.same(fs.normal(spelling))("/a/b") end
check.same(fs.normal("x/"))(here .. "/x")
check.same(fs.normal("./x"))(here .. "/x")

for path, ext in pairs{
  ["a/b.tar.gz"] = ".gz", a = "", [".bashrc"] = "", ["a."] = ".", ["x.d/y"] = "", ["."] = "", [".."] = "",
  ["x/.a.b"] = ".b", ["..."] = ".",
} do
  check.same(path, fs.ext(path))(path, ext)
end

local folder = check.path()
os.remove(folder)
assert(lfs.mkdir(folder))
check.same(fs.exists(folder), fs.exists(folder .. "/none"))(true, false)
check.same(#fs.dir(folder))(0)
local odd = folder .. "/odd \xff"
assert(io.open(odd, "w")):close()
assert(lfs.mkdir(folder .. "/sub"))
assert(lfs.link("nowhere", folder .. "/link", true))
local names = fs.dir(folder .. "/")
table.sort(names)
check.same(table.unpack(names))(folder .. "/link", odd, folder .. "/sub")
check.same(fs.exists(odd), fs.exists(folder .. "/link"))(true, false)

local space = fs.space(folder)
for _, name in ipairs{"available", "capacity", "free"} do check.same(math.type(space[name]))("integer") end
assert(space.capacity >= space.free and space.free >= space.available and space.available > 0)
check.same(fs.space("/nowhere"))(nil, "cannot see the space of '/nowhere': No such file or directory")
check.raises("cannot read the folder '/nowhere': No such file or directory", fs.dir, "/nowhere")
check.raises("bad argument #1 to 'fs.exists' (file name contains a NUL byte)", fs.exists, "a\0b")
check.raisesAt("no function 'exist' in fs; did you mean 'exists'?", function() return fs.exist end)

os.remove(odd)
os.remove(folder .. "/link")
lfs.rmdir(folder .. "/sub")
assert(lfs.rmdir(folder))
check.done()
