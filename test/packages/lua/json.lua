local check = require "check"
local json = require "json"

check.same(json._version)("0.1.2")

-- What is written.
check.same(json.encode{})("[]")
check.same(json.encode{1, "two", false, {}})('[1,"two",false,[]]')
check.same(json.encode{a = {b = {1.5}}})('{"a":{"b":[1.5]}}')
check.same(json.encode(nil))("null")
check.same(json.encode(true))("true")
check.same(json.encode(1.0))("1.0")
check.same(json.encode(-0.0))("-0.0")
check.same(json.encode(0.1))("0.1")
check.same(json.encode(1e300))("1e+300")
check.same(json.encode(math.mininteger))("-9223372036854775808")
check.same(json.encode('q"\\/\b\f\n\r\t\0\127é'))([["q\"\\/\b\f\n\r\t\u0000\u007fé"]])
check.same(json.encode(setmetatable({}, {__index = {1, 2}})))("[]")

-- What is read.
check.same(json.decode("7"), json.decode("-0"), json.decode(" 7.0\r\n"), json.decode("1E2"))(7, 0, 7.0, 100.0)
check.same(json.decode("9223372036854775807"))(math.maxinteger)
check.same(json.decode("9223372036854775808"))(2.0 ^ 63)
check.same(json.decode("-9223372036854775808"))(math.mininteger)
check.same(json.decode("null"))(nil)
check.same(json.decode([["\u00e9\ud83d\ude00\/\"\\\n"]]))("é😀/\"\\\n")
check.same(json.decode('"\u{1F600}"'))("😀")
local value = json.decode('{"list": [1, null, 3], "none": null, "": {}, "twice": 1, "twice": 2}')
check.same(value.list[1], value.list[2], value.list[3], value.none, value.twice)(1, nil, 3, nil, 2)
check.same(next(value[""]), #json.decode("[ ]"))(nil, 0)
check.same(json.decode('{"__proto__": 1, "constructor": 2}').__proto__)(1)

-- There and back.
for _, number in ipairs{0.1, 1 / 3, 1e-320, math.pi, 2 ^ 53, -1.5e300, math.maxinteger, 5e-324, 123456789012345678} do
  check.same(json.decode(json.encode(number)))(number)
end

-- Errors say what and where.
local function bad(text, message)
  check.raises(message, json.decode, text)
end
bad("", "the text ends where a value is expected at line 1 col 1")
bad("[1,\n  2", "the text ends where ',' or ']' is expected at line 2 col 4")
bad('{"a":1,}', "a key in quotes expected, got '}' at line 1 col 8")
bad("[1 2]", "',' or ']' expected, got '2' at line 1 col 4")
bad('{"a" 1}', "':' after the key expected, got '1' at line 1 col 6")
bad("01", "'01' is no number at line 1 col 1")
bad("1.", "'1.' is no number at line 1 col 1")
bad("+1", "a value expected, got '+' at line 1 col 1")
bad("nul", "a value expected, got 'n' at line 1 col 1")
bad("1 x", "text after the value at line 1 col 3")
bad('"ab', "the string has no end at line 1 col 1")
bad('"\n"', "a control character inside a string, where JSON wants an escape at line 1 col 2")
bad([["\x"]], "an escape that JSON does not have at line 1 col 2")
bad([["\u12g4"]], "four hex digits expected after '\\u' at line 1 col 2")
bad([["\ud800x"]], "'\\u' with half of a surrogate pair, which is no character at line 1 col 2")
bad('["\xff"]', "bytes that are not UTF-8 at line 1 col 3")
bad(("["):rep(2001), "values are nested more than 2000 levels deep at line 1 col 2001")
check.raises("bad argument #1 to 'json.decode' (string expected, got table)", json.decode, {})
local function unencodable(value, message)
  check.raises(message, json.encode, value)
end
unencodable({1, nil, 3}, "a list has holes")
unencodable({1, a = 2}, "a table with [1] has the key a too; JSON has lists or records")
unencodable({[2] = 1}, "a key is 2, not a string")
unencodable({a = {{b = print}}}, "JSON has no function at a[1].b")
unencodable({a = "x\xff"}, "a string is not UTF-8 (byte 0xff at 2); JSON has no other text at a")
unencodable(0 / 0, "JSON has no number for nan")
unencodable({math.huge}, "JSON has no number for inf at [1]")
local loop = {}
loop.inner = {loop}
unencodable(loop, "a table contains itself at inner[1]")
local twice = {}
check.same(json.encode{twice, twice})("[[],[]]")
check.raises("bad argument #1 to 'json.encode' (value expected, got no value)", json.encode)

-- A failure leaves nothing behind.
check.same(json.encode{1})("[1]")

-- Ten megabytes, and many values.
local long = ("0123456789"):rep(1000000)
check.same(json.decode(json.encode{long})[1] == long)(true)
local many = {}
for i = 1, 20000 do many[i] = {id = i, name = "torrent " .. i, ratio = i / 7, tags = {"a", "b"}} end
local back = json.decode(json.encode(many))
check.same(#back, back[20000].ratio, back[7].name, back[7].tags[2])(20000, 20000 / 7, "torrent 7", "b")

check.done()
