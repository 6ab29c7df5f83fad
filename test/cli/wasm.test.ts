// The WASM module without emscripten's runtime: functions from the host, memory that grows, errors that jump.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LuaStatus } from '../../src/cli/lua/vm/c-api.ts'
import { Lua } from '../../src/cli/lua/vm/lua.ts'
import { loadLua } from '../../src/cli/lua/vm/wasm.ts'

async function newLua(): Promise<Lua> {
  const lua = new Lua(await loadLua())
  lua.raw._luaL_openlibs(lua.L)
  return lua
}

/** Runs code; its first result, or its error, as text, and the status. */
function run(lua: Lua, code: string): { status: number; text: string } {
  const { raw, L } = lua
  const bytes = Buffer.from(code)
  const block = lua.allocate(bytes)
  let status = raw._luaL_loadbufferx(L, block, bytes.length, lua.name('=test'), 0)
  raw._free(block)
  if (status === LuaStatus.ok) status = raw._lua_pcallk(L, 0, 1, 0, 0, 0)
  const text = lua.display(L, -1)
  lua.pop(L, 1)
  return { status, text }
}

test('hundreds of host functions are each themselves', async () => {
  const lua = await newLua()
  const { raw, L } = lua
  raw._lua_createtable(L, 0, 0)
  for (let i = 0; i < 500; i++) {
    lua.pushFunction(L, (S) => {
      lua.pushInteger(S, i + lua.checkInteger(S, 1))
      return 1
    })
    raw._lua_rawseti(L, -2, BigInt(i))
  }
  raw._lua_setglobal(L, lua.name('f'))
  const code =
    'local sum = 0 for i = 0, 499 do local x = f[i](1000) assert(x == i + 1000) sum = sum + x end return sum'
  assert.deepEqual(run(lua, code), { status: LuaStatus.ok, text: String(500 * 1000 + (499 * 500) / 2) })
})

test('functions of other shapes can be added and removed', async () => {
  const { raw } = await newLua()
  const hook = raw.addFunction(() => undefined, 'vii')
  const continuation = raw.addFunction((_, status) => status, 'iiii')
  assert.notEqual(hook, continuation)
  raw.removeFunction(hook)
  assert.equal(
    raw.addFunction(() => undefined, 'vi'),
    hook,
    'its place is used again',
  )
})

test('strings survive the growth of the memory', { timeout: 60_000 }, async () => {
  const lua = await newLua()
  const { raw, L } = lua
  const before = raw.HEAPU8.byteLength
  const bytes = new Uint8Array(40_000_000).map((_, i) => i * 31)
  lua.pushBytes(L, bytes)
  assert.ok(raw.HEAPU8.byteLength > before)
  assert.ok(Buffer.from(bytes).equals(lua.bytes(L, -1) as Uint8Array))
  lua.pop(L, 1)
  assert.equal(run(lua, 'return #string.rep("x", 100 * 1024 * 1024)').text, String(100 * 1024 * 1024))
  assert.equal(raw.HEAPU8.byteLength, raw.HEAP32.byteLength)
})

test('errors jump to their pcall, and too much memory is an error of Lua', { timeout: 60_000 }, async () => {
  const lua = await newLua()
  lua.pushFunction(lua.L, () => {
    throw new TypeError('of the host')
  })
  lua.raw._lua_setglobal(lua.L, lua.name('broken'))
  const cases: [code: string, text: RegExp][] = [
    ['return select(2, pcall(error, "a"))', /^a$/],
    ['return select(2, pcall(function() local x = nil; x.y = 1 end))', /attempt to index a nil value/],
    ['local function f() return 1 + f() end return select(2, pcall(f))', /stack overflow/],
    ['return select(2, pcall(string.rep, "x", 2^31 - 100))', /not enough memory/],
    ['return select(2, pcall(broken))', /internal error: TypeError: of the host/],
    ['local c = coroutine.wrap(function() error("in it") end) return select(2, pcall(c))', /in it/],
    [
      'return select(2, pcall(table.sort, {3, 2, 1}, function() error("while sorting") end))',
      /while sorting/,
    ],
  ]
  for (const [code, text] of cases) {
    const outcome = run(lua, code)
    assert.equal(outcome.status, LuaStatus.ok, code)
    assert.match(outcome.text, text)
  }
  assert.equal(run(lua, 'error("uncaught")').status, LuaStatus.errorRun)
  assert.equal(run(lua, 'return 1 +').status, LuaStatus.errorSyntax)
})
