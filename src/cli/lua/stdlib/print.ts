import { LuaType } from '../vm/c-api.ts'
import type { HostFunction, Lua } from '../vm/lua.ts'
import { systemFailure } from './errno.ts'
import type { Stream } from './stream.ts'
import type { Transfer } from './transfer.ts'

/** `print`: the values as `tostring` gives them, with tabs between and a newline behind. */
export function printFunction(lua: Lua, transfer: Transfer, stdout: Stream): HostFunction {
  const { raw } = lua
  const separators = raw._malloc(2)
  raw.HEAPU8[separators] = 0x09
  raw.HEAPU8[separators + 1] = 0x0a
  return (L) => {
    const count = raw._lua_gettop(L)
    for (let i = 1; i <= count; i++) {
      const isString = raw._lua_type(L, i) === LuaType.string
      if (!isString) raw._luaL_tolstring(L, i, 0)
      try {
        if (i > 1) stdout.write(separators, 1)
        transfer.writeString(L, stdout, isString ? i : -1)
      } catch (error) {
        ignoreFailure(error)
      }
      if (!isString) lua.pop(L, 1)
    }
    try {
      stdout.write(separators + 1, 1)
      stdout.keepUp()
    } catch (error) {
      ignoreFailure(error)
    }
    return 0
  }
}

/** As in C, `print` does not say that stdout cannot be written; the end of the program does. */
function ignoreFailure(error: unknown): void {
  if (systemFailure(error) === undefined) throw error
}
