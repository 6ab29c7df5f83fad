-- file:read: formats, counts and numerals.
local check = require("check")

local function open(bytes) return assert(io.open(check.file(bytes))) end

-- What read("n") makes of a text, number by number, and what it leaves after the first that fails.
local numerals = {
  { "123 456", { 123, 456 }, "" },
  { "0x1F 0x", { 31 }, "" },
  { "1e5 1e", { 1e5 }, "" },
  { "-0x10p2 .5 5. .", { -64.0, 0.5, 5.0 }, "" },
  { "+7 -3 + 5", { 7, -3 }, " 5" },
  { "0x.8p1 0xp1", { 1.0 }, "p1" },
  { "nan", {}, "nan" },
  { "1e+ 5", {}, " 5" },
  { "1e-2 1E+3", { 0.01, 1000.0 }, "" },
  { "00012 0x00ff", { 12, 255 }, "" },
  { "9223372036854775807 9223372036854775808", { math.maxinteger, 9223372036854775808.0 }, "" },
  { "-9223372036854775808 0xffffffffffffffff", { math.mininteger, -1 }, "" },
  { "  \n\t\v\f\r 7", { 7 }, "" },
  { "12abc", { 12 }, "abc" },
  { "1.2.3", { 1.2, 0.3 }, "" },
  { "--5", {}, "-5" },
  { "1_000", { 1 }, "_000" },
  { "5\0 6", { 5 }, "\0 6" },
  { "\0 5", {}, "\0 5" },
  { ("1"):rep(201) .. "x2", {}, "1x2" },
  { ("0"):rep(199) .. "1 5", { 1, 5 }, "" },
  { (" "):rep(500) .. "3", { 3 }, "" },
  { "1e400 1e-400", { math.huge, 0.0 }, "" },
  { "-0 -0.0", { 0, -0.0 }, "" },
  { "123456789012345 1234567890123456", { 123456789012345, 1234567890123456 }, "" },
  { "", {}, "" },
  { "   ", {}, "" },
}
for _, case in ipairs(numerals) do
  local f <close> = open(case[1])
  for _, expected in ipairs(case[2]) do check.same(f:read("n"))(expected) end
  check.same(f:read("n"))(nil)
  check.same(f:read("a"))(case[3])
end

-- Numbers that lie across the end of the 64 KiB that are read at once.
do
  local text = ("1234567 "):rep(20000)
  local f <close> = open(text)
  for _ = 1, 20000 do check.same(f:read("n"))(1234567) end
  check.same(f:read("n"))(nil)
end

-- Lines, with all the forms of the formats.
do
  local text = "line1\nline2\n\nline4\0x\nlast"
  for _, format in ipairs({ "l", "*l", "line", "*line", "lx" }) do
    local f <close> = open(text)
    check.same(f:read(format, format, format, format, format, format))("line1", "line2", "", "line4\0x", "last", nil)
  end
  for _, format in ipairs({ "L", "*L" }) do
    local f <close> = open(text)
    check.same(f:read(format, format, format))("line1\n", "line2\n", "\n")
    check.same(f:read(format, format, format))("line4\0x\n", "last", nil)
  end
  for _, format in ipairs({ "a", "*a", "all", "*all" }) do
    local f <close> = open(text)
    check.same(f:read(format, format, "l"))(text, "", nil)
  end
  local f <close> = open(text)
  check.same(f:read(0, 1, 2, "l", "L", 0, "n", "a"))("", "l", "in", "e1", "line2\n", "", nil)
  check.same(f:read("a"))("line4\0x\nlast")
  check.same(f:read())(nil)
  check.same(f:read(0))(nil)
  check.same(f:read(1))(nil)
  check.same(f:read("l", "a"))(nil)
  check.same(f:read("a", "l"))("", nil)
end

-- Counts, also over the end and over what is read at once.
do
  local bytes = {}
  for i = 0, 255 do bytes[i + 1] = string.char(i) end
  local all = table.concat(bytes):rep(1000)
  for _, size in ipairs({ 1000, 4096, 65535, 65536, 65537, 100000, 300000, 1e7 }) do
    local f <close> = open(all)
    local parts = {}
    for part in function() return f:read(size) end do parts[#parts + 1] = part end
    assert(table.concat(parts) == all, size)
    assert(#parts == math.max(1, math.ceil(#all / size)), size)
  end
end

-- Lines longer than what is read at once.
do
  local long = { ("a"):rep(65535), ("b"):rep(65536), ("c"):rep(65537), ("d"):rep(500000), "", "e" }
  local f <close> = open(table.concat(long, "\n"))
  for _, line in ipairs(long) do check.same(f:read())(line) end
  check.same(f:read())(nil)
end

-- Wrong formats.
do
  local f <close> = open("text")
  local read = f.read
  local wrong = {
    { "x", "invalid format" },
    { "", "invalid format" },
    { "*", "invalid format" },
    { "1", "invalid format" },
    { 1.5, "number has no integer representation" },
    { true, "string expected, got boolean" },
    { {}, "string expected, got table" },
  }
  for _, case in ipairs(wrong) do
    local format, message = case[1], case[2]
    check.raisesAt("bad argument #1 to 'read' (" .. message .. ")", function() return f:read(format) end)
  end
  check.raises("not enough memory", read, f, -1)
  check.same(f:read("a"))("text")
end

-- What cannot be read.
do
  local path = check.path()
  local f <close> = assert(io.open(path, "w"))
  for _, format in ipairs({ "l", "L", "a", "n", 0, 5 }) do
    check.same(f:read(format))(nil, "Bad file descriptor", 9)
  end
  local folder <close> = assert(io.open("/"))
  for _, format in ipairs({ "l", "a", "n", 1 }) do
    check.same(folder:read(format))(nil, "Is a directory", 21)
  end
end

check.done()
