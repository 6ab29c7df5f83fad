import { LuaType, type Pointer, registryIndex, type State } from './c-api.ts'
import type { HostFunction, Lua } from './lua.ts'

/**
 * A kind of full userdata whose values are JavaScript objects. The block in Lua's memory holds only a slot number;
 * the slot is freed by `__gc`.
 */
export class UserdataType<T> {
  readonly #lua: Lua
  readonly #name: Pointer
  readonly #slots: (T | undefined)[] = []
  readonly #free: number[] = []
  /** `__name` of the metatable: what error messages call the type. */
  readonly name: string

  /**
   * Creates the metatable in the registry under `name`, with the given metamethods. `onCollect` sees a value that
   * the script can no longer reach. Unless `open`, `getmetatable` gives false, so that a script cannot change how
   * the type works.
   */
  constructor(
    lua: Lua,
    name: string,
    metamethods: Record<string, HostFunction | Pointer>,
    options: { onCollect?: (value: T) => void; open?: boolean } = {},
  ) {
    this.#lua = lua
    this.name = name
    this.#name = lua.name(name)
    const { raw, L } = lua
    raw._luaL_newmetatable(L, this.#name)
    for (const [key, fn] of Object.entries(metamethods)) lua.setFunction(L, key, fn)
    lua.setFunction(L, '__gc', (S) => {
      const slot = this.#slotOf(S, 1)
      const value = slot === undefined ? undefined : this.#slots[slot]
      if (slot === undefined || value === undefined) return 0
      this.#slots[slot] = undefined
      this.#free.push(slot)
      // A second __gc call by the script must not free somebody else's slot.
      raw.HEAP32[raw._lua_touserdata(S, 1) >> 2] = -1
      options.onCollect?.(value)
      return 0
    })
    if (!options.open) {
      lua.pushBoolean(L, false)
      raw._lua_setfield(L, -2, lua.name('__metatable'))
    }
    lua.pop(L, 1)
  }

  push(L: State, value: T): void {
    const { raw } = this.#lua
    const block = raw._lua_newuserdatauv(L, 4, 0)
    const slot = this.#free.pop() ?? this.#slots.length
    this.#slots[slot] = value
    raw.HEAP32[block >> 2] = slot
    raw._luaL_setmetatable(L, this.#name)
  }

  /** Leaves the metatable on the stack, to add fields such as `__index` tables. */
  pushMetatable(L: State): void {
    this.#lua.raw._lua_getfield(L, registryIndex, this.#name)
  }

  /** The value at an index, undefined when something else is there. */
  test(L: State, idx: number): T | undefined {
    const slot = this.#slotOf(L, idx)
    return slot === undefined ? undefined : this.#slots[slot]
  }

  /** The value of an argument, or the standard error for a wrong type. */
  check(L: State, arg: number): T {
    const value = this.test(L, arg)
    if (value === undefined) this.#lua.typeError(L, arg, this.name)
    return value
  }

  #slotOf(L: State, idx: number): number | undefined {
    const { raw } = this.#lua
    if (raw._lua_type(L, idx) !== LuaType.userdata) return undefined
    const block = raw._luaL_testudata(L, idx, this.#name)
    if (block === 0) return undefined
    const slot = raw.HEAP32[block >> 2] as number
    return slot < 0 ? undefined : slot
  }
}
