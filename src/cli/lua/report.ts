import { exitCodeOf } from '../exit-code.ts'
import { describeError } from './api/errors.ts'
import { LuaType, type State } from './vm/c-api.ts'
import type { Lua } from './vm/lua.ts'

/** What an uncaught error leaves: its text, and the exit code that fits it. */
export interface Report {
  message: string
  exitCode: number
}

/** Turns the error that ends a chunk into what the person reads. */
export class ErrorReport {
  #exitCode = exitCodeOf(undefined)

  /**
   * The message handler of a protected call, as `msghandler` of lua.c: strings get a traceback; a value with
   * `__tostring` speaks for itself, without one; the daemon's errors read `position: message` and get a traceback.
   */
  handle(lua: Lua, L: State): number {
    const { raw } = lua
    const described = describeError(lua, L, 1)
    this.#exitCode = exitCodeOf(described)
    if (described) lua.pushText(L, described.where + described.message)
    else if (lua.type(L, 1) === LuaType.string || lua.type(L, 1) === LuaType.number) raw._lua_pushvalue(L, 1)
    else if (raw._luaL_callmeta(L, 1, lua.name('__tostring')) && lua.type(L, -1) === LuaType.string) return 1
    else lua.pushText(L, `(error object is a ${lua.typeName(L, 1)} value)`)
    const message = raw._lua_tolstring(L, -1, 0)
    raw._luaL_traceback(L, L, message, 1)
    return 1
  }

  /** The report of the error on top of the stack: a syntax error never passed the handler. */
  take(lua: Lua): Report {
    const { L } = lua
    const message = lua.exact(L, -1) ?? `(error object is a ${lua.typeName(L, -1)} value)`
    const exitCode = this.#exitCode
    this.#exitCode = exitCodeOf(undefined)
    return { message, exitCode }
  }
}
