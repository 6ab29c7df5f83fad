import type { Api, StaticMember } from '../../api/describe.ts'
import { LuaStatus, multipleResults, registryIndex, type State } from '../../vm/c-api.ts'
import { LuaError } from '../../vm/errors.ts'
import { source } from './source.ts'

/** Reference to the table that the chunk returned, for each VM. */
const loaded = new WeakMap<Api, bigint>()

/** Pushes the table of all functions; the chunk runs at the first time. */
function pushTable(api: Api, L: State): void {
  const { lua, raw } = api
  let ref = loaded.get(api)
  if (ref === undefined) {
    const code = Buffer.from(source)
    const block = lua.allocate(code)
    try {
      const status = raw._luaL_loadbufferx(L, block, code.length, lua.name('=workflows'), 0)
      if (status !== LuaStatus.ok) throw new LuaError(`bug: ${lua.text(L, -1)}`)
    } finally {
      raw._free(block)
    }
    raw._lua_callk(L, 0, 1, 0, 0)
    ref = BigInt(raw._luaL_ref(L, registryIndex))
    loaded.set(api, ref)
  }
  raw._lua_rawgeti(L, registryIndex, ref)
}

/** The implementation of a function that is written in Lua: of a package, or the package itself. */
export function luaFunction(module: string, name?: string): StaticMember['call'] {
  return (api, L) => {
    const { lua, raw } = api
    const args = raw._lua_gettop(L)
    pushTable(api, L)
    raw._lua_getfield(L, -1, lua.name(module))
    if (name !== undefined) raw._lua_getfield(L, -1, lua.name(name))
    raw._lua_rotate(L, 1, 1)
    raw._lua_settop(L, args + 1)
    raw._lua_callk(L, args, multipleResults, 0, 0)
    return raw._lua_gettop(L)
  }
}
