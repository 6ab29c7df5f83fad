import { LuaType, type Pointer, registryIndex, type State } from '../vm/c-api.ts'
import { ArgumentError, LuaError } from '../vm/errors.ts'
import type { Lua } from '../vm/lua.ts'
import { systemFailure } from './errno.ts'
import type { FileTable, OpenFile } from './files.ts'
import type { Transfer } from './transfer.ts'

/** Lua's MAXARGLINE: how many formats `lines` takes. */
const maxFormats = 250
const upvalue = (n: number) => registryIndex - n

/** The iterators of `file:lines` and `io.lines`. */
export class LineIterators {
  readonly #lua: Lua
  readonly #files: FileTable
  readonly #transfer: Transfer
  readonly #nextLine: Pointer
  readonly #nextValues: Pointer

  constructor(lua: Lua, files: FileTable, transfer: Transfer) {
    this.#lua = lua
    this.#files = files
    this.#transfer = transfer
    this.#nextLine = lua.define((L) => this.#readLine(L))
    this.#nextValues = lua.define((L) => this.#readValues(L))
  }

  /**
   * Pushes an iterator over the file at index 1, with the formats above it; `closes`: it closes the file at the
   * end. Leaves the file at index 1.
   */
  push(L: State, closes: boolean): void {
    const { raw } = this.#lua
    const formats = raw._lua_gettop(L) - 1
    if (formats > maxFormats) throw new ArgumentError(maxFormats + 2, 'too many arguments')
    // Upvalues: the file, whether it closes, the formats.
    raw._lua_pushvalue(L, 1)
    this.#lua.pushBoolean(L, closes)
    raw._lua_rotate(L, 2, 2)
    raw._lua_pushcclosure(L, formats === 0 ? this.#nextLine : this.#nextValues, formats + 2)
  }

  #file(L: State): OpenFile {
    const file = this.#files.find(L, upvalue(1))
    if (file === undefined) throw new LuaError('file is already closed')
    return file
  }

  /** The common case, without formats. */
  #readLine(L: State): number {
    const { stream } = this.#file(L)
    let found: boolean
    try {
      found = stream.readLine(L, false)
    } catch (error) {
      throw readError(error)
    }
    return found ? 1 : this.#end(L)
  }

  #readValues(L: State): number {
    const { raw } = this.#lua
    const { stream } = this.#file(L)
    raw._lua_settop(L, 1)
    raw._luaL_checkstack(L, maxFormats, this.#lua.name('too many arguments'))
    let count = 0
    while (raw._lua_type(L, upvalue(3 + count)) !== LuaType.none) {
      raw._lua_pushvalue(L, upvalue(3 + count))
      count += 1
    }
    const results = this.#transfer.read(L, stream, 2, count)
    if (raw._lua_toboolean(L, -results)) return results
    // The first result is nil: the end, or a failure that comes with its message.
    if (results > 1 && this.#lua.type(L, -results + 1) === LuaType.string) {
      throw new LuaError(this.#lua.text(L, -results + 1) as string)
    }
    return this.#end(L)
  }

  #end(L: State): number {
    const { raw } = this.#lua
    if (raw._lua_toboolean(L, upvalue(2))) {
      raw._lua_settop(L, 0)
      raw._lua_pushvalue(L, upvalue(1))
      this.#files.close(L, 1)
    }
    return 0
  }
}

function readError(error: unknown): unknown {
  const failure = systemFailure(error)
  return failure ? new LuaError(failure.message) : error
}
