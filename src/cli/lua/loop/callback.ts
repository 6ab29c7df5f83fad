import { LuaType, registryIndex, type State } from '../vm/c-api.ts'
import { WrongValue } from '../vm/errors.ts'
import type { Lua } from '../vm/lua.ts'
import type { EventLoop } from './loop.ts'

/** A Lua function that is called later. It is kept from the garbage collector until `free`. */
export class Callback {
  readonly #lua: Lua
  #ref: number

  /** Takes the function at an index. Throws WrongValue for anything else. */
  static read(lua: Lua, L: State, idx: number): Callback {
    if (lua.type(L, idx) !== LuaType.function) {
      throw new WrongValue(`function expected, got ${lua.typeName(L, idx)}`)
    }
    lua.raw._lua_pushvalue(L, idx)
    return new Callback(lua, lua.raw._luaL_ref(L, registryIndex))
  }

  private constructor(lua: Lua, ref: number) {
    this.#lua = lua
    this.#ref = ref
  }

  /** Calls it with what `push` leaves on the stack; `push` returns how many values. Only from a task of the loop. */
  call(loop: EventLoop, push: (S: State) => number = () => 0): void {
    loop.call((S) => {
      this.#lua.raw._lua_rawgeti(S, registryIndex, BigInt(this.#ref))
      return push(S)
    })
  }

  /** It is not called any more. Twice is harmless. */
  free(): void {
    if (this.#ref === 0) return
    this.#lua.raw._luaL_unref(this.#lua.L, registryIndex, this.#ref)
    this.#ref = 0
  }
}
