import { LuaType, type Pointer, type State } from './vm/c-api.ts'
import type { Lua } from './vm/lua.ts'

/** What a run offers to call a function of the script. */
export interface HookCaller {
  /**
   * Calls a C function without arguments in protected mode. False when it raised an error; that has been reported
   * then, and the run's exit code says so. Throws Unwind for `os.exit`.
   */
  run(fn: Pointer): boolean
}

/**
 * Porla's entry points of a plugin, functions in the global table `porla`. As there, a value that is no function is
 * nothing, `init` gets no arguments, and `destroy` is not called when the main chunk or `init` failed: what it would
 * take back was never there.
 */
export class PluginHooks {
  readonly #caller: HookCaller
  readonly #init: Pointer
  readonly #destroy: Pointer
  #owed = false

  constructor(lua: Lua, caller: HookCaller) {
    this.#caller = caller
    this.#init = lua.define((L) => callField(lua, L, 'init'))
    this.#destroy = lua.define((L) => callField(lua, L, 'destroy'))
  }

  /** `porla.init()`, once the main chunk has ended well. False when it failed. */
  init(): boolean {
    // From here on: a script that ends itself in `init` has begun.
    this.#owed = true
    this.#owed = this.#caller.run(this.#init)
    return this.#owed
  }

  /**
   * `porla.destroy()`, when `init` has begun and did not fail; only the first call does anything. False when it failed.
   */
  destroy(): boolean {
    if (!this.#owed) return true
    this.#owed = false
    return this.#caller.run(this.#destroy)
  }
}

function callField(lua: Lua, L: State, name: 'init' | 'destroy'): number {
  const { raw } = lua
  if (raw._lua_getglobal(L, lua.name('porla')) !== LuaType.table) return 0
  if (raw._lua_getfield(L, -1, lua.name(name)) === LuaType.function) raw._lua_callk(L, 0, 0, 0, 0)
  return 0
}
