import { Unwind } from './vm/errors.ts'
import type { Lua } from './vm/lua.ts'

/** LUA_MASKCOUNT (lua.h). */
const countMask = 8
/**
 * Few, for loops that do little but wait: `while true do os.execute("sleep 1") end`. It is the hook's being there at
 * all that is dear.
 */
const instructions = 100

/**
 * Calls `check` every so many instructions of the VM, in coroutines too. What it throws ends the code that runs:
 * LuaError as an error that `pcall` catches, Unwind for good.
 *
 * A script that sets a hook of its own (`debug.sethook`) replaces this one, and inside one long call of C, such as
 * string.find with a bad pattern, no instruction is counted.
 */
export function watchInstructions(lua: Lua, check: () => void): void {
  const hook = lua.raw.addFunction((L) => {
    let failure: unknown
    try {
      check()
      return undefined
    } catch (error) {
      if (error instanceof Unwind) throw error
      failure = error
    }
    lua.raise(L as number, failure)
    return undefined
  }, 'vii')
  lua.raw._lua_sethook(lua.L, hook, countMask, instructions)
}
