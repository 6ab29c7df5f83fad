import { LuaStatus, LuaType, registryIndex } from './vm/c-api.ts'
import type { Lua } from './vm/lua.ts'

/**
 * Functions of the standard library as they were before any script: what a script puts in their place counts for that
 * script, and not for the program around it. To be made when the standard library is there.
 */
export class Originals {
  readonly #lua: Lua
  /** References in the registry. */
  readonly #loadFile: bigint
  readonly #stdin: bigint
  readonly #collectGarbage: bigint

  constructor(lua: Lua) {
    this.#lua = lua
    this.#loadFile = this.#keep('loadfile')
    this.#stdin = this.#keep('io', 'stdin')
    this.#collectGarbage = this.#keep('collectgarbage')
  }

  /** As `loadfile(path)`, undefined for standard input: pushes the function, true; or the message, false. */
  loadFile(path: string | undefined): boolean {
    const { raw, L } = this.#lua
    raw._lua_rawgeti(L, registryIndex, this.#loadFile)
    if (path === undefined) this.#lua.pushNil(L)
    else this.#lua.pushExact(L, path)
    if (raw._lua_pcallk(L, 1, 2, 0, 0, 0) !== LuaStatus.ok) return false
    if (this.#lua.type(L, -2) !== LuaType.function) return false
    this.#lua.pop(L, 1)
    return true
  }

  /** As `io.stdin:read()`: the next line without its newline; undefined at the end, and when it cannot be read. */
  readLine(): Uint8Array | undefined {
    const { raw, L } = this.#lua
    const top = raw._lua_gettop(L)
    raw._lua_rawgeti(L, registryIndex, this.#stdin)
    raw._lua_getfield(L, -1, this.#lua.name('read'))
    raw._lua_rotate(L, -2, 1)
    const line = raw._lua_pcallk(L, 1, 1, 0, 0, 0) === LuaStatus.ok ? this.#lua.bytes(L, -1) : undefined
    raw._lua_settop(L, top)
    return line
  }

  /** As `collectgarbage()`. */
  collectGarbage(): void {
    const { raw, L } = this.#lua
    const top = raw._lua_gettop(L)
    raw._lua_rawgeti(L, registryIndex, this.#collectGarbage)
    raw._lua_pcallk(L, 0, 0, 0, 0, 0)
    raw._lua_settop(L, top)
  }

  /** A reference to a global, or to a field of one. */
  #keep(name: string, field?: string): bigint {
    const { raw, L } = this.#lua
    const top = raw._lua_gettop(L)
    raw._lua_getglobal(L, this.#lua.name(name))
    if (field !== undefined) raw._lua_getfield(L, -1, this.#lua.name(field))
    const reference = BigInt(raw._luaL_ref(L, registryIndex))
    raw._lua_settop(L, top)
    return reference
  }
}
