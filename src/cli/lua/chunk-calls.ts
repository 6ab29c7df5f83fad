import { ErrorReport, type Report } from './report.ts'
import { LuaStatus, type Pointer, type State } from './vm/c-api.ts'
import type { Lua } from './vm/lua.ts'

/** A chunk to run: its bytes and its name with Lua's mark (`@file`, `=name`). */
export interface Chunk {
  code: Uint8Array
  name: string
}

/** Loads chunks and calls functions so that an error becomes a report. */
export class ChunkCalls {
  readonly #lua: Lua
  readonly #report = new ErrorReport()
  readonly #handler: Pointer
  readonly #callPushed: Pointer
  #push: (S: State) => number = () => 0

  constructor(lua: Lua) {
    this.#lua = lua
    this.#handler = lua.define((S) => this.#report.handle(lua, S))
    this.#callPushed = lua.define((S) => {
      const args = this.#push(S)
      lua.raw._lua_callk(S, args, 0, 0, 0)
      return 0
    })
  }

  /** Loads a chunk and pushes its function, or the message. Returns the status. */
  load({ code, name }: Chunk): number {
    const lua = this.#lua
    const block = lua.allocate(code)
    const chunkName = lua.allocate(Buffer.from(`${name}\0`))
    try {
      return lua.raw._luaL_loadbufferx(lua.L, block, code.length, chunkName, 0)
    } finally {
      lua.raw._free(block)
      lua.raw._free(chunkName)
    }
  }

  /** Calls the function below `args` values; an error becomes what `takeReport` gives. Returns the status. */
  call(args: number, results: number): number {
    const { raw, L } = this.#lua
    const base = raw._lua_gettop(L) - args
    raw._lua_pushcclosure(L, this.#handler, 0)
    raw._lua_rotate(L, base, 1)
    const status = raw._lua_pcallk(L, args, results, base, 0, 0)
    this.#lua.remove(L, base)
    return status
  }

  /**
   * Calls the function that `push` leaves with its arguments on the stack; `push` returns how many arguments, and may
   * raise an error too. undefined, or the report of the error.
   */
  callPushed(push: (S: State) => number): Report | undefined {
    const { raw, L } = this.#lua
    const top = raw._lua_gettop(L)
    this.#push = push
    raw._lua_pushcclosure(L, this.#callPushed, 0)
    const report = this.call(0, 0) === LuaStatus.ok ? undefined : this.takeReport()
    raw._lua_settop(L, top)
    return report
  }

  /** The report of the error on top of the stack, which stays there. */
  takeReport(): Report {
    return this.#report.take(this.#lua)
  }
}
