import { LuaType, type State } from './vm/c-api.ts'
import { LuaError } from './vm/errors.ts'
import type { Lua } from './vm/lua.ts'

/** Sets the global `arg` from the words of the command line; index 0 is the script, or the program. */
export function setArguments(lua: Lua, words: readonly string[], script: number): void {
  const { raw, L } = lua
  raw._lua_createtable(L, words.length, 1)
  for (const [i, word] of words.entries()) {
    lua.pushExact(L, word)
    raw._lua_rawseti(L, -2, BigInt(i - script))
  }
  raw._lua_setglobal(L, lua.name('arg'))
}

/**
 * Pushes what the global `arg` has from 1 on, whatever the script before made of it, and returns how many values: as
 * pushargs of lua.c. Throws LuaError when it is no table any more.
 */
export function pushArguments(lua: Lua, L: State): number {
  const { raw } = lua
  if (raw._lua_getglobal(L, lua.name('arg')) !== LuaType.table) {
    throw new LuaError("'arg' is not a table", { position: false })
  }
  const count = Number(raw._luaL_len(L, 1))
  raw._luaL_checkstack(L, count + 3, lua.name('too many arguments to script'))
  for (let i = 1; i <= count; i++) raw._lua_rawgeti(L, 1, BigInt(i))
  return count
}
