import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { LuaType, multipleResults, type Pointer, registryIndex, type State } from '../vm/c-api.ts'
import type { Lua } from '../vm/lua.ts'
import { pushJson } from './convert.ts'
import type { Api, ApiClass } from './describe.ts'

/** An error of the daemon as a script sees it. */
export interface ErrorValue {
  code: number
  message: string
  data: unknown
  /** `script.lua:3: `, or '' when no Lua code was running. */
  where: string
}

/** Called stack levels in which to look for Lua code: `pcall(th.status, th)` has C in between. */
const searchedLevels = 8

export const errorClass: ApiClass<ErrorValue> = {
  name: 'porla.Error',
  doc:
    'An error of the daemon. `error` and `pcall` pass it on. It serves as its message: it prints and concatenates as ' +
    'that, has the methods of strings (`e:match(...)`), and `log`, `io.write` and `json.encode` take it.',
  origin: 'own',
  operators: [
    '`tostring(e)` and `e .. text` give the message, `#e` its length; `e:find(...)` is `string.find` of it.',
  ],
  members: [
    {
      kind: 'property',
      name: 'code',
      type: 'integer',
      doc: 'What went wrong, as a number that never gets another meaning.',
      origin: 'own',
      get: (api, L, self) => api.lua.pushInteger(L, self.code),
    },
    {
      kind: 'property',
      name: 'message',
      type: 'string',
      doc: 'What went wrong, as a sentence.',
      origin: 'own',
      get: (api, L, self) => api.lua.pushText(L, self.message),
    },
    {
      kind: 'property',
      name: 'data',
      type: 'table?',
      doc: 'Details by name, such as `path`; nil when there are none.',
      origin: 'own',
      get: (api, L, self) => pushJson(api.lua, L, self.data),
    },
  ],
  equals: (a, b) => a.code === b.code && a.message === b.message,
  text: (self) => self.message,
  length: (self) => Buffer.byteLength(self.message),
  read: pushStringMethod,
  metamethods: {
    __concat: (api) => (L) => {
      for (const idx of [1, 2]) {
        const error = api.test(L, idx, errorClass)
        if (error) api.lua.pushText(L, error.message)
        else api.raw._lua_pushvalue(L, idx)
      }
      // Raises Lua's own error when the other side is no string or number.
      api.raw._lua_concat(L, 2)
      return 1
    },
  },
}

/** Pushes the function of `string` under the key at index 2, made to take the error's message as its first argument. */
function pushStringMethod(api: Api, L: State): boolean {
  const { raw, lua } = api
  if (lua.type(L, 2) !== LuaType.string) return false
  raw._lua_getglobal(L, lua.name('string'))
  raw._lua_pushvalue(L, 2)
  const found = lua.type(L, -2) === LuaType.table ? raw._lua_rawget(L, -2) : LuaType.nil
  if (found !== LuaType.function) return false
  raw._lua_pushcclosure(L, api.shared(stringCall), 1)
  return true
}

/** A C function that calls its upvalue, a function of `string`, with an error's message in the error's place. */
function stringCall(api: Api): Pointer {
  const { raw, lua } = api
  return lua.define((L) => {
    const count = raw._lua_gettop(L)
    raw._lua_pushvalue(L, registryIndex - 1)
    raw._lua_rotate(L, 1, 1)
    const error = count > 0 ? api.test(L, 2, errorClass) : undefined
    if (error !== undefined) {
      lua.pushText(L, error.message)
      raw._lua_copy(L, -1, 2)
      lua.pop(L, 1)
    }
    raw._lua_callk(L, count, multipleResults, 0, 0)
    return raw._lua_gettop(L)
  })
}

const apis = new WeakMap<Lua, Api>()

/** Makes the daemon's errors Lua values. */
export function installErrors(api: Api): void {
  apis.set(api.lua, api)
  api.lua.textOf = (L, idx) => api.test(L, idx, errorClass)?.message
  api.lua.pushForeignError = (L, error) => {
    if (!(error instanceof RpcError)) return false
    api.push(L, errorClass, {
      code: error.code,
      // libtorrent's words, which scripts for Porla look for.
      message: error.code === ErrorCode.InvalidTorrentHandle ? 'invalid torrent handle used' : error.message,
      data: error.data,
      where: positionOf(api.lua, L),
    })
    return true
  }
}

/** Position of the nearest running Lua code, as luaL_where gives it. */
function positionOf(lua: Lua, L: State): string {
  for (let level = 1; level <= searchedLevels; level++) {
    lua.raw._luaL_where(L, level)
    const where = lua.text(L, -1)
    lua.pop(L, 1)
    if (where) return where
  }
  return ''
}

/** The error of the daemon at an index, for the report of an uncaught one; undefined when it is something else. */
export function describeError(lua: Lua, L: State, idx: number): ErrorValue | undefined {
  return apis.get(lua)?.test(L, idx, errorClass)
}
