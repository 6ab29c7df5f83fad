-- Numbers at the border of 64 bits, and what goes on after "not enough memory".
local check = require "check"

local file = assert(io.tmpfile())
check.same(file:seek("set", math.maxinteger))(nil, "Invalid argument", 22)
check.raises("not enough memory", file.read, file, math.maxinteger)
check.same(file:write "still open" == file)(true)

-- A file that is larger than the memory.
local path = check.path()
local large = assert(io.open(path, "w"))
large:seek("set", 3 * 2 ^ 30)
large:write "x"
large:close()
large = assert(io.open(path))
check.raises("not enough memory", large.read, large, "a")
check.same(#("z"):rep(1024 * 1024))(1024 * 1024)
large:close()
check.raises("not enough memory", loadfile, path)
check.same(TorrentInfo.from_file(path))(nil, "metadata too large (3221225473 bytes, a torrent file has at most 49545216)")

print "done"
