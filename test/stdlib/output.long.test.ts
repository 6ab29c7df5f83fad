import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { runLua, sourceProgram, temporaryFolder } from '../helpers/lua.ts'
import { run } from '../helpers/program.ts'

const execute = promisify(execFile)
const allBytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))

/** Runs a shell line in which "$1" stands for the program and its script; gives what it prints. */
async function shell(line: string, cwd: string): Promise<string> {
  const { stdout } = await execute('/bin/sh', ['-c', line, 'sh', process.execPath, ...sourceProgram], {
    cwd,
    timeout: 20_000,
  })
  return stdout
}

test('print writes what tostring gives, with tabs and a newline', async (t) => {
  const code = `
    print(1, 1.0, -0.0, 1e100, "a\\0b", nil, true, math.mininteger)
    print()
    print(setmetatable({}, { __tostring = function() return "own" end }))
    print((tostring(setmetatable({}, { __name = "My" })):gsub("0x%x+", "PTR")))
    print(pcall(print, setmetatable({}, { __tostring = function() return {} end })))
    io.stdout:write("x")
    print("y")`
  const result = await runLua(t, code)
  assert.equal(
    result.out,
    '1\t1.0\t-0.0\t1e+100\ta\0b\tnil\ttrue\t-9223372036854775808\n\nown\nMy: PTR\n' +
      "false\t'__tostring' must return a string\nxy\n",
  )
  assert.deepEqual({ stderr: result.stderr, code: result.code }, { stderr: '', code: 0 })
})

test('every byte passes from stdin to stdout, also megabytes of them', async (t) => {
  const bytes = Buffer.concat(Array.from({ length: 20_000 }, () => allBytes))
  const whole = await runLua(t, 'io.write(io.read("a"))', { stdin: bytes })
  assert.ok(whole.stdout.equals(bytes))
  const lines = await runLua(t, 'for line in io.lines(nil, "L") do io.write(line) end', { stdin: bytes })
  assert.ok(lines.stdout.equals(bytes))
  const pieces = await runLua(t, 'for piece in io.lines(nil, 1000) do io.write(piece) end', { stdin: bytes })
  assert.ok(pieces.stdout.equals(bytes))
})

test('what a slow script prints is there at once, also in a pipe', async (t) => {
  const script = join(await temporaryFolder(t), 'slow.lua')
  await writeFile(script, 'print("first") local t = os.time() + 60 while os.time() < t do end')
  const child = spawn(process.execPath, [...sourceProgram, script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await gone
  })
  const [bytes] = await once(child.stdout, 'data')
  assert.equal(String(bytes), 'first\n')
  assert.equal(child.exitCode, null)
})

test('stdout and what commands print keep their order in a pipe', async (t) => {
  const code = `
    io.write("1 ") os.execute("printf '2 '") print("3") io.popen("printf '4 '", "w"):close() io.write("5\\n")`
  assert.equal((await runLua(t, code)).out, '1 2 3\n4 5\n')
})

test('stderr is not buffered and does not mix with stdout', async (t) => {
  const result = await runLua(t, 'io.write("out") io.stderr:write("err", 1, " ", 2.0) io.write("put")')
  assert.deepEqual({ out: result.out, stderr: result.stderr }, { out: 'output', stderr: 'err1 2' })
})

test('what is buffered is written when the script ends, fails or exits', async (t) => {
  const write = 'f = io.open("file", "w") f:write("in file") io.write("partial") '
  const cases: [string, number][] = [
    ['', 0],
    ['error("failed")', 1],
    ['os.exit()', 0],
    ['os.exit(true)', 0],
    ['os.exit(false)', 1],
    ['os.exit(3)', 3],
    ['os.exit(300)', 44],
    ['os.exit(-1)', 255],
    ['os.exit(7, true)', 7],
    ['pcall(os.exit, 5)', 5],
    ['coroutine.wrap(function() os.exit(6) end)()', 6],
  ]
  for (const [end, code] of cases) {
    const cwd = await temporaryFolder(t)
    const result = await runLua(t, write + end, { cwd })
    assert.deepEqual({ out: result.out, code: result.code }, { out: 'partial', code }, end)
    assert.equal(await readFile(join(cwd, 'file'), 'utf8'), 'in file', end)
  }
})

test('os.exit closes the state only when asked to', async (t) => {
  const values = `
    local a <close> = setmetatable({}, { __close = function() print("closed") end })
    b = setmetatable({}, { __gc = function() print("collected") end })`
  assert.equal((await runLua(t, `${values} os.exit(0, true)`)).out, 'closed\ncollected\n')
  assert.equal((await runLua(t, `${values} os.exit(0)`)).out, '')
})

test('a popen command that is still open at the end is waited for', async (t) => {
  assert.equal((await runLua(t, 'p = io.popen("sleep 0.2; sort", "w") p:write("b\\na\\n")')).out, 'a\nb\n')
})

test('a closed pipe ends the script quietly with 141', async (t) => {
  const cwd = await temporaryFolder(t)
  await writeFile(join(cwd, 'script.lua'), 'for i = 1, 1e7 do pcall(print, i) end')
  const status = '{ "$@" script.lua; echo $? >status; } 2>err | head -1; cat status err'
  assert.equal(await shell(status, cwd), '1\n141\n')
  await writeFile(join(cwd, 'script.lua'), 'io.write("short") os.execute("sleep 0.2")')
  assert.equal(await shell('{ "$@" script.lua; echo $? >status; } 2>err | :; cat status err', cwd), '141\n')
})

test('a full disk under stdout is an error, once, at the end', async (t) => {
  const cwd = await temporaryFolder(t)
  await writeFile(join(cwd, 'script.lua'), 'print("lost") print(io.flush()) io.stderr:write("ran on\\n")')
  assert.equal(
    await shell('"$@" script.lua >/dev/full 2>err; echo $?; cat err', cwd),
    '1\nran on\nporla-lua: cannot write to standard output: No space left on device\n',
  )
})

test('warnings go to stderr, from "@on" to "@off"', async (t) => {
  const code = `
    warn("not yet") warn("@on") warn("a", "b", 3) warn("@unknown") warn("@", "on") warn("")
    setmetatable({}, { __gc = function() error("in gc", 0) end }) collectgarbage()
    warn("@off") warn("no more")`
  const result = await runLua(t, code)
  assert.equal(
    result.stderr,
    'Lua warning: ab3\nLua warning: @on\nLua warning: \nLua warning: error in __gc (in gc)\n',
  )
  assert.equal(result.out, '')
})

test('debug.debug runs lines of stdin', async (t) => {
  const result = await runLua(t, 'debug.debug() print(io.read())', {
    stdin: 'io.stderr:write(1000)\nerror("oops", 0)\nx = = 1\ncont\nrest\n',
  })
  assert.equal(
    result.stderr,
    "lua_debug> 1000lua_debug> oops\nlua_debug> (debug command):1: unexpected symbol near '='\nlua_debug> ",
  )
  assert.equal(result.out, 'rest\n')
})

test('loadfile and dofile without a name read stdin', async (t) => {
  const loaded = await runLua(t, 'print(loadfile()())', { stdin: '#!lua\nreturn 1, debug.getinfo(1).source' })
  assert.equal(loaded.out, '1\t=stdin\n')
  const failed = await runLua(t, 'print(pcall(dofile))', { stdin: 'x = = 1' })
  assert.equal(failed.out, "false\tstdin:1: unexpected symbol near '='\n")
})

test('a question is on the terminal before its answer is read', async (t) => {
  const cwd = await temporaryFolder(t)
  await writeFile(
    join(cwd, 'script.lua'),
    'io.write("name? ") local name = io.read() io.write("hi ", name, "\\n") print(io.stdout:seek())',
  )
  // script(1) gives it a terminal, where the answer is typed only when the question has appeared.
  const line = `
    mkfifo answers
    script -qec "'$1' '$2' script.lua" /dev/null <answers >shown &
    exec 3>answers
    for i in $(seq 250); do grep -q 'name' shown && break; sleep 0.02; done
    echo bob >&3
    wait; tr -d '\\r' <shown`
  const shown = await shell(line, cwd)
  assert.match(shown, /^name\? bob\nhi bob\nnil\tIllegal seek\t29\n/)
})

test('non-blocking standard descriptors are waited for', async (t) => {
  const cwd = await temporaryFolder(t)
  const code = `
    for fd = 0, 1 do
      local flags = io.open("/proc/self/fdinfo/" .. fd):read("a"):match("flags:%s*(%d+)")
      assert(tonumber(flags, 8) & 2048 ~= 0, "not in non-blocking mode")
    end
    for piece in io.lines(nil, 65536) do io.write(piece) end`
  await writeFile(join(cwd, 'cat.lua'), code)
  // dd sets its own descriptors non-blocking, which are those of the program too: the pipes' ends are shared.
  const line = `
    mkfifo in out
    { sleep 0.3; head -c 3000000 /dev/zero; } >in &
    { sleep 0.6; wc -c; } <out &
    ( dd iflag=nonblock oflag=nonblock count=0 2>/dev/null; exec "$@" cat.lua ) <in >out
    echo $? >status
    wait; cat status`
  assert.equal((await shell(line, cwd)).replace(/ /g, ''), '3000000\n0\n')
})

test('standard input keeps its place when it is a file', async (t) => {
  const cwd = await temporaryFolder(t)
  await writeFile(join(cwd, 'data'), 'one\ntwo\n')
  const code = `
    print(io.read()) print(io.stdin:seek()) print(io.stdin:seek("set")) print(io.read("a"))
    print(io.stdin:seek("end"))`
  await writeFile(join(cwd, 'script.lua'), code)
  assert.equal(await shell('"$@" script.lua <data', cwd), 'one\n4\n0\none\ntwo\n\n8\n')
})

test('os.getenv, commands and LUA_PATH see the same environment, and -E hides LUA_PATH', async (t) => {
  const env = {
    PATH: process.env.PATH,
    OWN: 'wert ü',
    LUA_PATH: '/first/?.lua;;',
    LUA_PATH_5_4: '',
    LUA_CPATH: ';;/last/?.so',
  }
  const code =
    'print(os.getenv("OWN"), io.popen("echo $OWN"):read()) print(package.path) print(package.cpath)'
  const own = await runLua(t, code, { env })
  const [values, path, cpath] = own.out.split('\n')
  assert.equal(values, 'wert ü\twert ü')
  // The versioned variable wins, even when it is empty.
  assert.equal(path, '')
  assert.match(cpath as string, /;\.\/\?\.so;\/last\/\?\.so$/)
  const { LUA_PATH_5_4: _, ...unversioned } = env
  const both = await runLua(t, 'print(package.path)', { env: unversioned })
  assert.match(both.out, /^\/first\/\?\.lua;\/usr\/local\/share\/lua\/5\.4\/\?\.lua;.*;\.\/\?\/init\.lua\n$/)
  const hidden = await runLua(t, 'print(package.path)', { env, words: ['-E', '-I', '/inc'] })
  assert.match(hidden.out, /^\/inc\/\?\.lua;\/inc\/\?\/init\.lua;\/usr\/local\/share/)
})

test('memory is given back: large reads leave no large buffers', async (t) => {
  const cwd = await temporaryFolder(t)
  await writeFile(join(cwd, 'big'), Buffer.alloc(40_000_000, 'x'))
  const code = `
    for i = 1, 40 do
      local f = io.open("big")
      assert(#f:read("a") == 40000000)
      if i % 2 == 0 then f:close() end
      f = nil
      collectgarbage()
    end
    print("done")`
  const result = await run(
    '/bin/sh',
    ['-c', 'ulimit -v 8000000 2>/dev/null; exec "$@"', 'sh', process.execPath, ...sourceProgram, '-e', code],
    { cwd },
  )
  assert.deepEqual({ out: result.out, stderr: result.stderr }, { out: 'done\n', stderr: '' })
})
