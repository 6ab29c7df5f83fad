local check = require "check"
local pql = require "pql"

local filter = pql.parse "size>1gb  and not is:paused"
check.same(tostring(filter))("size > 1gb and not is:paused")
check.raises(
  "expected a number for 'size', found the end of the text at column 8\nsize > \n       ^",
  pql.parse, "size > "
)
check.raises("bad argument #1 to 'pql.parse' (text in UTF-8 expected, got other bytes)", pql.parse, "\xff")
check.raisesAt("bad argument #1 to 'includes' (TorrentStatus expected, got nil)", function() filter:includes(nil) end)
check.done()
