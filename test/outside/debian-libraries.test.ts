// Lua libraries as Debian packages them, used for what they are for. `npm run test:lua-libraries`.

import assert from 'node:assert/strict'
import { before, type TestContext, test } from 'node:test'
import { installPackages } from '../helpers/debian.ts'
import { runLua } from '../helpers/lua.ts'

const folder = (version: string) => `/usr/share/lua/${version}`

before(
  () =>
    installPackages(
      {
        'lua-penlight': `${folder('5.4')}/pl/init.lua`,
        'lua-argparse': `${folder('5.4')}/argparse.lua`,
        'lua-unit': `${folder('5.4')}/luaunit.lua`,
        'lua-dkjson': `${folder('5.4')}/dkjson.lua`,
        'lua-inifile': `${folder('5.4')}/inifile.lua`,
        'lua-luassert': `${folder('5.4')}/luassert/init.lua`,
        'lua-inspect': `${folder('5.1')}/inspect.lua`,
        'lua-basexx': `${folder('5.1')}/basexx.lua`,
        'lua-binaryheap': `${folder('5.1')}/binaryheap.lua`,
      },
      'library',
    ),
  { timeout: 300_000 },
)

/** Runs a script that must end well; gives what it printed. Libraries for 5.4 are found without any setting. */
async function output(t: TestContext, code: string, { path = '', args = [] as string[] } = {}) {
  const { LUA_PATH, LUA_PATH_5_4, LUA_INIT, LUA_INIT_5_4, ...rest } = process.env
  const env = { ...rest, PORLA_LUA_NO_START: '1', ...(path && { LUA_PATH: path }) }
  const { code: exit, out, stderr } = await runLua(t, code, { env, args })
  assert.deepEqual([exit, stderr], [0, ''])
  return out
}

/** Debian has some only in the folder for 5.1, though they work with 5.4. */
const path = `${folder('5.1')}/?.lua;;`

test('penlight: files and folders through lfs', async (t) => {
  const code = `
    local dir, path, file = require "pl.dir", require "pl.path", require "pl.file"
    dir.makepath("tree/a/b")
    file.write("tree/one.lua", "return 1")
    file.write("tree/a/two.lua", "return 22")
    file.write("tree/a/b/three.txt", "\\0binary\\255")
    local names = dir.getallfiles("tree", "*.lua")
    table.sort(names)
    print(table.concat(names, " "), path.getsize("tree/a/two.lua"), path.isdir("tree/a"), path.isfile("tree/a"))
    for root, dirs, files in dir.walk("tree") do print(root, #dirs, #files) end
    assert(file.read("tree/a/b/three.txt") == "\\0binary\\255")
    print(path.relpath(path.abspath("tree/a/b"), path.abspath("tree")), path.extension("x/y.tar.gz"))
    dir.rmtree("tree")
    print(path.exists("tree"))`
  const out = await output(t, code)
  assert.match(out, /^tree\/a\/two\.lua tree\/one\.lua\t9\ttrue\tfalse\n/)
  assert.ok(out.includes('tree/a/b\t0\t1\n'), out)
  assert.match(out, /\na\/b\t\.gz\n(nil|false)\n$/)
})

test('penlight: data, classes and text', async (t) => {
  const code = `
    local List, Set, OrderedMap = require "pl.List", require "pl.Set", require "pl.OrderedMap"
    local pretty, stringx, template = require "pl.pretty", require "pl.stringx", require "pl.template"
    local data, class, lapp = require "pl.data", require "pl.class", require "pl.lapp"
    print(List{3, 1, 2}:sort():map("*", 10):concat ",")
    print(#(Set{1, 2, 3} * Set{2, 3, 4}))
    local map = OrderedMap(); map:set("z", 1); map:set("a", 2); print(map)
    local copy = pretty.read(pretty.write{ name = "x y", list = { 1, 2.5, false }, [7] = "seven" })
    print(copy.name, copy.list[2], copy.list[3], copy[7])
    print(stringx.join("|", stringx.split("a, b,c", ",")), stringx.strip("  x ") .. ".")
    io.write((template.substitute("# for i = 1, 3 do\\n$(i * i)\\n# end\\n", {})))
    local rows = data.read(require "pl.stringio".open "name,size\\na,10\\nb,20\\n", { delim = "," })
    print(rows:column_by_name "size":reduce "+")
    local Animal = class(); function Animal:_init(name) self.name = name end
    local Dog = class(Animal); function Dog:speak() return self.name .. " barks" end
    print(Dog "rex":speak(), Dog "x":is_a(Animal))
    local args = lapp "Test\\n -n,--count (default 3) how many\\n <file> (string) which\\n"
    print(args.count, args.file)`
  assert.equal(
    await output(t, code, { args: ['-n', '5', 'input.txt'] }),
    '10,20,30\n2\n{z=1,a=2}\nx y\t2.5\tfalse\tseven\na| b|c\tx.\n1\n4\n9\n30\nrex barks\ttrue\n5\tinput.txt\n',
  )
})

test('argparse: options, commands, and a usage error', async (t) => {
  const code = `
    local parser = require "argparse" "tool"
    parser:option "-o --output":default "out"
    parser:flag "-v --verbose":count "*"
    local add = parser:command "add"
    add:argument "files":args "+"
    local args = parser:parse()
    print(args.output, args.verbose, args.add, table.concat(args.files, ","))
    local ok, message = parser:pparse{ "remove" }
    print(ok, message)`
  assert.equal(
    await output(t, code, { args: ['-vv', '-o', 'x', 'add', 'a', 'b'] }),
    "x\t2\ttrue\ta,b\nfalse\tunknown command 'remove'\n",
  )
})

test('luaunit: a suite with a success, a failure and an error', async (t) => {
  const code = `
    local lu = require "luaunit"
    TestThings = {}
    function TestThings:testGood() lu.assertEquals({ 1, { a = 2 } }, { 1, { a = 2 } }) end
    function TestThings:testBad() lu.assertEquals(1, 2) end
    function TestThings:testError() error "boom" end
    local runner = lu.LuaUnit.new()
    runner:setOutputType "tap"
    print("failed", runner:runSuite())`
  const out = await output(t, code)
  assert.match(out, /^1\.\.3\n/)
  assert.match(out, /^ok {5}\d\tTestThings\.testGood$/m)
  assert.match(out, /^not ok \d\tTestThings\.testBad$/m)
  assert.match(out, /expected: 2, actual: 1/)
  assert.match(out, /boom/)
  assert.match(out, /^failed\t2$/m)
})

test('dkjson: there and back, numbers, order and errors', async (t) => {
  const code = `
    local json = require "dkjson"
    local value = json.decode '{"a":[1,2.5,null,"\\\\u00fc\\\\ud83d\\\\ude00"],"b":{}}'
    print(value.a[1], math.type(value.a[1]), value.a[2], value.a[3], value.a[4])
    print(json.encode({ b = 1, a = { 1, 2, json.null } }, { keyorder = { "b", "a" } }))
    print(select(3, json.decode '{"a":'))`
  const out = await output(t, code)
  assert.match(out, /^1\tinteger\t2\.5\tnil\tü😀\n\{"b":1,"a":\[1,2,null\]\}\n/)
  assert.match(out, /no valid JSON value|unterminated/)
})

test('inifile: numbers, booleans and text of a file', async (t) => {
  const code = `
    local ini = require "inifile"
    local file = io.open("a.ini", "w")
    file:write("[first]\\nname = value\\ncount=3\\non=true\\n[second]\\nx=y\\n"):close()
    local data = ini.parse "a.ini"
    print(data.first.name, data.first.count + 1, data.first.on, data.second.x)`
  // The space behind "=" is kept, as under the stand-alone lua.
  assert.equal(await output(t, code), ' value\t4\ttrue\ty\n')
})

test('luassert: deep comparison, spies and its messages', async (t) => {
  const code = `
    local assert, spy = require "luassert", require "luassert.spy"
    assert.are.same({ 1, { 2 } }, { 1, { 2 } })
    assert.has_error(function() error "x" end)
    local watched = spy.new(function(n) return n * 2 end)
    print(watched(21))
    assert.spy(watched).was.called_with(21)
    local ok, err = pcall(function() assert.are.equal(1, 2) end)
    print(ok, tostring(err):match "Expected objects to be equal")`
  assert.equal(await output(t, code), '42\nfalse\tExpected objects to be equal\n')
})

test('inspect: nested, cyclic and processed tables, found through LUA_PATH', async (t) => {
  const code = `
    local inspect = require "inspect"
    local cyclic = { 1, "two", nested = { ["a key"] = true } }
    cyclic.self = cyclic
    print(inspect(cyclic, { newline = " ", indent = "" }))
    print(inspect({ secret = 1, shown = 2 }, { newline = "", indent = "", process = function(item, path)
      if path[#path] ~= "secret" then return item end
    end }))`
  assert.equal(
    await output(t, code, { path }),
    '<1>{ 1, "two", nested = { ["a key"] = true }, self = <table 1> }\n{shown = 2}\n',
  )
})

test('basexx: every encoding of bytes, and back', async (t) => {
  const code = `
    local basexx = require "basexx"
    local bytes = {}
    for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
    bytes = table.concat(bytes)
    for _, name in ipairs{ "hex", "base32", "base64", "url64", "bit" } do
      assert(basexx["from_" .. name](basexx["to_" .. name](bytes)) == bytes, name)
    end
    print(basexx.to_hex "porla", basexx.to_base64 "porla-lua", basexx.to_base32 "torrent")`
  assert.equal(await output(t, code, { path }), '706F726C61\tcG9ybGEtbHVh\tORXXE4TFNZ2A====\n')
})

test('binaryheap: ten thousand values come out in order', async (t) => {
  const code = `
    local heap = require "binaryheap".minUnique()
    math.randomseed(42)
    for i = 1, 10000 do heap:insert(math.random(), i) end
    heap:remove(5000)
    local last, count = -1, 0
    while heap:size() > 0 do
      local payload, value = heap:pop()
      assert(value >= last and payload ~= 5000)
      last, count = value, count + 1
    end
    print(count)`
  assert.equal(await output(t, code, { path }), '9999\n')
})
