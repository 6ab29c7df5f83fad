import { LuaType, multipleResults } from '../vm/c-api.ts'
import type { HostFunction, Lua } from '../vm/lua.ts'
import { type ChunkSource, isLoaded, loadChunk } from './chunk.ts'
import { systemFailure } from './errno.ts'
import { checkFileName, optByteString } from './names.ts'
import type { Stream } from './stream.ts'

/** `loadfile` and `dofile`, over the files of the host. */
export function loadFunctions(lua: Lua, stdin: Stream): Record<string, HostFunction | number> {
  const { raw } = lua

  const source = (L: number): ChunkSource =>
    lua.isNoneOrNil(L, 1) ? { stdin } : { file: checkFileName(lua, L, 1) }

  const load = (L: number, mode?: string): boolean => {
    try {
      return isLoaded(loadChunk(lua, L, source(L), mode))
    } catch (error) {
      const failure = systemFailure(error)
      if (failure === undefined) throw error
      lua.pushText(L, `cannot read stdin: ${failure.message}`)
      return false
    }
  }

  // The chunk may yield: then Lua goes on here, and what it returned is all that is above the argument.
  const afterYield = raw.addFunction((L) => raw._lua_gettop(L as number) - 1, 'iiii')

  return {
    loadfile: (L) => {
      const mode = optByteString(lua, L, 2)
      const hasEnvironment = lua.type(L, 3) !== LuaType.none
      if (!load(L, mode)) {
        lua.pushNil(L)
        raw._lua_rotate(L, -2, 1)
        return 2
      }
      if (hasEnvironment) {
        raw._lua_pushvalue(L, 3)
        // No name: the chunk has no upvalues, so nothing took the value.
        if (raw._lua_setupvalue(L, -2, 1) === 0) lua.pop(L, 1)
      }
      return 1
    },
    dofile: (L) => {
      raw._lua_settop(L, 1)
      if (!load(L)) return raw._lua_error(L)
      raw._lua_callk(L, 0, multipleResults, 0, afterYield)
      return raw._lua_gettop(L) - 1
    },
  }
}
