-- os.date and os.time; run with TZ=CET-1CEST,M3.5.0,M10.5.0/3.
local check = require("check")
assert(os.getenv("TZ") == "CET-1CEST,M3.5.0,M10.5.0/3")

-- Every conversion, in summer here and in UTC.
local summer = 1720000123
local conversions = {
  { "a", "Wed" }, { "A", "Wednesday" }, { "b", "Jul" }, { "B", "July" }, { "c", "Wed Jul  3 11:48:43 2024" },
  { "C", "20" }, { "d", "03" }, { "D", "07/03/24" }, { "e", " 3" }, { "F", "2024-07-03" }, { "g", "24" },
  { "G", "2024" }, { "h", "Jul" }, { "H", "11" }, { "I", "11" }, { "j", "185" }, { "m", "07" }, { "M", "48" },
  { "n", "\n" }, { "p", "AM" }, { "r", "11:48:43 AM" }, { "R", "11:48" }, { "S", "43" }, { "t", "\t" },
  { "T", "11:48:43" }, { "u", "3" }, { "U", "26" }, { "V", "27" }, { "w", "3" }, { "W", "27" }, { "x", "07/03/24" },
  { "X", "11:48:43" }, { "y", "24" }, { "Y", "2024" }, { "z", "+0200" }, { "Z", "CEST" }, { "%", "%" },
  { "Ec", "Wed Jul  3 11:48:43 2024" }, { "EC", "20" }, { "Ex", "07/03/24" }, { "EX", "11:48:43" }, { "Ey", "24" },
  { "EY", "2024" }, { "Od", "03" }, { "Oe", " 3" }, { "OH", "11" }, { "OI", "11" }, { "Om", "07" }, { "OM", "48" },
  { "OS", "43" }, { "Ou", "3" }, { "OU", "26" }, { "OV", "27" }, { "Ow", "3" }, { "OW", "27" }, { "Oy", "24" },
}
for _, case in ipairs(conversions) do check.same(os.date("%" .. case[1], summer))(case[2]) end
check.same(os.date("!%c %z %Z", summer))("Wed Jul  3 09:48:43 2024 +0000 GMT")
check.same(os.date("%H:%M %z %Z", 1704164523))("04:02 +0100 CET")
check.same(os.date(nil, summer), os.date("", summer))("Wed Jul  3 11:48:43 2024", "")
check.same(os.date("a\0%d\xff%%", summer), os.date("*tx", summer))("a\00003\xff%", "*tx")

-- Weeks at the turn of the year (ISO 8601, and from Sunday and from Monday).
local weeks = {
  { 2020, 12, 31, "20 2020 53 52 52" }, { 2021, 1, 1, "20 2020 53 00 00" }, { 2021, 1, 3, "20 2020 53 01 00" },
  { 2021, 1, 4, "21 2021 01 01 01" }, { 2018, 12, 31, "19 2019 01 52 53" }, { 2023, 1, 1, "22 2022 52 01 00" },
  { 2024, 12, 30, "25 2025 01 52 53" }, { 2000, 2, 29, "00 2000 09 09 09" },
}
for _, case in ipairs(weeks) do
  local time = os.time({ year = case[1], month = case[2], day = case[3] })
  check.same(os.date("%g %G %V %U %W", time))(case[4])
end

-- Far times.
check.same(os.date("!%F", -62135596800), os.date("!%Y %C", -62167219200))("1-01-01", "0 0")
check.same(os.date("!%F %T", 253402300800))("10000-01-01 00:00:00")
check.same(os.date("!%F", -99999999999))("-1199-02-15")
check.raises("date result cannot be represented in this installation", os.date, "%Y", 2 ^ 60)
check.raises("date result cannot be represented in this installation", os.date, "*t", math.mininteger)
check.same(os.time({ year = 2 ^ 31 + 1899 | 0, month = 12, day = 31, hour = 3 }))(67768036191597600)

-- Tables.
local function fields(t)
  return table.concat({ t.year, t.month, t.day, t.hour, t.min, t.sec, t.wday, t.yday, tostring(t.isdst) }, " ")
end
check.same(fields(os.date("*t", summer)))("2024 7 3 11 48 43 4 185 true")
check.same(fields(os.date("!*t", summer)))("2024 7 3 9 48 43 4 185 false")
check.same(math.type(os.date("*t").year))("integer")

-- os.time puts the fields right.
local function time(t)
  local result = os.time(t)
  return result, fields(t)
end
check.same(time({ year = 2024, month = 7, day = 15 }))(1721037600, "2024 7 15 12 0 0 2 197 true")
check.same(time({ year = 2024, month = 13, day = 45, hour = -50, min = 1000, sec = -99999 }))(
  1739267601, "2025 2 11 10 53 21 3 42 false")
check.same(time({ year = "2024", month = "2", day = "30", hour = 1.0 }))(1709251200, "2024 3 1 1 0 0 6 61 false")

-- Daylight saving: what the caller says, what the clocks skip, and what they show twice.
check.same(time({ year = 2024, month = 1, day = 15, isdst = true }))(1705312800, "2024 1 15 11 0 0 2 15 false")
check.same(time({ year = 2024, month = 7, day = 15, isdst = false }))(1721041200, "2024 7 15 13 0 0 2 197 true")
check.same(time({ year = 2024, month = 3, day = 31, hour = 2, min = 30, isdst = false }))(
  1711848600, "2024 3 31 3 30 0 1 91 true")
check.same(time({ year = 2024, month = 10, day = 27, hour = 2, isdst = true }))(
  1729987200, "2024 10 27 2 0 0 1 301 true")
check.same(time({ year = 2024, month = 10, day = 27, hour = 2, isdst = false }))(
  1729990800, "2024 10 27 2 0 0 1 301 false")

-- Every hour of ten years comes back.
for t = 1577836800, 1893456000, 3600 * 7 + 1 do
  local split = os.date("*t", t)
  assert(os.time(split) == t, t)
end

-- Errors.
local wrong = {
  { "field 'year' missing in date table", { month = 1, day = 1 } },
  { "field 'month' missing in date table", { year = 2024, day = 1 } },
  { "field 'day' missing in date table", { year = 2024, month = 1 } },
  { "field 'year' is not an integer", { year = 2024.5, month = 1, day = 1 } },
  { "field 'month' is not an integer", { year = 2024, month = true, day = 1 } },
  { "field 'hour' is not an integer", { year = 2024, month = 1, day = 1, hour = "x" } },
  { "field 'year' is out-of-bound", { year = 2 ^ 31 + 1900 | 0, month = 1, day = 1 } },
  { "field 'year' is out-of-bound", { year = -2 ^ 31 + 1899 | 0, month = 1, day = 1 } },
  { "field 'month' is out-of-bound", { year = 2024, month = 2 ^ 31 + 1 | 0, day = 1 } },
  { "field 'day' is out-of-bound", { year = 2024, month = 1, day = 2 ^ 31 | 0 } },
  { "time result cannot be represented in this installation", { year = 1970, month = 1, day = 1, hour = 0, min = 59, sec = 59 } },
}
for _, case in ipairs(wrong) do check.raises(case[1], os.time, case[2]) end
for _, format in ipairs({ "%Q", "abc%", "%E", "%Ez", "%OC", "%10", "%s", "%Oc x" }) do
  local rest = format:match("%%(.*)")
  check.raises("bad argument #1 to 'os.date' (invalid conversion specifier '%" .. rest .. "')", os.date, format)
end
check.raises("bad argument #1 to 'os.time' (table expected, got number)", os.time, 1)
check.raises("bad argument #2 to 'os.date' (number has no integer representation)", os.date, "*t", 1.5)
check.raises("bad argument #2 to 'os.date' (number expected, got string)", os.date, "*t", "x")

check.done()
