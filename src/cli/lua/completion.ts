import { LuaType, registryIndex, type State } from './vm/c-api.ts'
import type { Lua } from './vm/lua.ts'

/** LUA_RIDX_GLOBALS */
const globals = 2n
/** As many as a screen shows. */
const most = 200
/** Metatables that point at each other must not keep us here. */
const depth = 8
const keywords =
  'and break do else elseif end false for function goto if in local nil not or repeat return then true until while'.split(
    ' ',
  )

/**
 * How the last name in `text` (`string.fo`, `f:re`, `prin`) could go on: whole texts, in order. Looks into tables and
 * into the tables that `__index` names, and calls nothing.
 */
export function completions(lua: Lua, text: string): string[] {
  const { raw, L } = lua
  const at = Math.max(text.lastIndexOf('.'), text.lastIndexOf(':'))
  const [path, start] = [text.slice(0, at + 1), text.slice(at + 1)]
  const top = raw._lua_gettop(L)
  const found = new Set<string>()
  try {
    raw._luaL_checkstack(L, 40, lua.name('too many levels'))
    raw._lua_rawgeti(L, registryIndex, globals)
    for (const name of path.split(/[.:]/).slice(0, -1)) {
      if (!step(lua, L, name)) return []
    }
    names(lua, L, start, text[at] === ':', found)
    if (at < 0) for (const word of keywords) if (word.startsWith(start)) found.add(word)
  } finally {
    raw._lua_settop(L, top)
  }
  return [...found].sort().map((name) => path + name)
}

/** Pushes the field of this name of the value on top; false when there is none. */
function step(lua: Lua, L: State, name: string): boolean {
  const { raw } = lua
  for (let level = 0; level < depth; level++) {
    if (lua.type(L, -1) === LuaType.table) {
      lua.pushText(L, name)
      if (raw._lua_rawget(L, -2) !== LuaType.nil) return true
      lua.pop(L, 1)
    }
    if (raw._luaL_getmetafield(L, -1, lua.name('__index')) !== LuaType.table) return false
  }
  return false
}

/** Collects the names in the value on top and in what its `__index` names. */
function names(lua: Lua, L: State, start: string, functionsOnly: boolean, found: Set<string>): void {
  const { raw } = lua
  for (let level = 0; level < depth && found.size < most; level++) {
    if (lua.type(L, -1) === LuaType.table) {
      lua.pushNil(L)
      while (raw._lua_next(L, -2) !== 0 && found.size < most) {
        // Only strings: reading a number as text would change the key.
        const key = lua.type(L, -2) === LuaType.string ? lua.text(L, -2) : undefined
        const wanted = !functionsOnly || lua.type(L, -1) === LuaType.function
        if (key?.startsWith(start) && wanted && /^[A-Za-z_]\w*$/.test(key)) found.add(key)
        lua.pop(L, 1)
      }
      if (found.size >= most) return
    }
    if (raw._luaL_getmetafield(L, -1, lua.name('__index')) !== LuaType.table) return
  }
}
