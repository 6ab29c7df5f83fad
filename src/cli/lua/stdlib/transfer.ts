import { LuaType, type Pointer, type State } from '../vm/c-api.ts'
import { ArgumentError, LuaError } from '../vm/errors.ts'
import type { Lua } from '../vm/lua.ts'
import { readNumber } from './number.ts'
import { pushFailure } from './results.ts'
import type { Stream } from './stream.ts'

/** Reading by formats and writing of values, as `file:read` and `file:write` share with `io.read` and `io.write`. */
export class Transfer {
  readonly #lua: Lua
  readonly #lengthCell: Pointer

  constructor(lua: Lua) {
    this.#lua = lua
    this.#lengthCell = lua.raw._malloc(8)
  }

  /**
   * Reads by the `count` formats that start at index `first`, a line when there are none, and pushes the results.
   * After the first format that fails comes nil and nothing more.
   */
  read(L: State, stream: Stream, first: number, count: number): number {
    const lua = this.#lua
    try {
      if (count === 0) {
        if (!stream.readLine(L, false)) this.#replaceByNil(L)
        return 1
      }
      lua.raw._luaL_checkstack(L, count + 20, lua.name('too many arguments'))
      let done = 0
      let success = true
      while (done < count && success) {
        success = this.#readOne(L, stream, first + done)
        done += 1
      }
      if (!success) this.#replaceByNil(L)
      return done
    } catch (error) {
      return pushFailure(lua, L, error)
    }
  }

  #replaceByNil(L: State): void {
    this.#lua.pop(L, 1)
    this.#lua.pushNil(L)
  }

  #readOne(L: State, stream: Stream, arg: number): boolean {
    const lua = this.#lua
    if (lua.type(L, arg) === LuaType.number) {
      const count = lua.checkInteger(L, arg)
      if (count !== 0) return this.#readCount(L, stream, count)
      lua.pushName(L, '')
      return stream.peek() !== -1
    }
    const format = lua.checkView(L, arg)
    // A leading "*" is what Lua 5.2 and older wanted.
    switch (format[0] === 0x2a ? format[1] : format[0]) {
      case 0x6e: // n
        return readNumber(lua, L, stream)
      case 0x6c: // l
        return stream.readLine(L, false)
      case 0x4c: // L
        return stream.readLine(L, true)
      case 0x61: // a
        stream.readAll(L)
        return true
      default:
        throw new ArgumentError(arg, 'invalid format')
    }
  }

  #readCount(L: State, stream: Stream, count: number): boolean {
    // C reads a negative count as an enormous one and fails to get a buffer of that size.
    if (count < 0 || count > Number.MAX_SAFE_INTEGER)
      throw new LuaError('not enough memory', { position: false })
    return stream.readCount(L, count)
  }

  /**
   * Writes the strings and numbers from index `first` to `last`. The file is the value on top of the stack and the
   * result; a failure gives `nil, message, errno`.
   */
  write(L: State, stream: Stream, first: number, last: number): number {
    let failure: unknown
    for (let arg = first; arg <= last; arg++) {
      const type = this.#textType(L, arg)
      if (type !== LuaType.string && type !== LuaType.number) this.#lua.typeError(L, arg, 'string')
      if (failure !== undefined) continue
      try {
        if (type === LuaType.number) this.#writeNumber(L, stream, arg)
        else this.writeString(L, stream, arg)
      } catch (error) {
        failure = error
      }
    }
    return failure === undefined ? 1 : pushFailure(this.#lua, L, failure)
  }

  /** The type of an argument; a userdata that serves as text becomes a string in its place. */
  #textType(L: State, arg: number): number {
    const type = this.#lua.raw._lua_type(L, arg)
    const text = type === LuaType.userdata ? this.#lua.textOf?.(L, arg) : undefined
    if (text === undefined) return type
    this.#lua.pushText(L, text)
    this.#lua.raw._lua_copy(L, -1, arg)
    this.#lua.pop(L, 1)
    return LuaType.string
  }

  /** Writes the string at an index. */
  writeString(L: State, stream: Stream, idx: number): void {
    const { raw } = this.#lua
    const from = raw._lua_tolstring(L, idx, this.#lengthCell)
    stream.write(from, raw.HEAPU32[this.#lengthCell >> 2] as number)
  }

  /** Writes a number by "%d" or "%.14g": 1.0 is written as "1", unlike what `tostring` gives. */
  #writeNumber(L: State, stream: Stream, idx: number): void {
    const { raw } = this.#lua
    const isFloat = raw._lua_isinteger(L, idx) === 0
    if (!isFloat) {
      const value = raw._lua_tonumberx(L, idx, 0)
      if (Number.isSafeInteger(value)) {
        stream.writeInteger(value)
        return
      }
    }
    const from = raw._lua_tolstring(L, idx, this.#lengthCell)
    const length = raw.HEAPU32[this.#lengthCell >> 2] as number
    const heap = raw.HEAPU8
    // "%.14g" never ends in a zero behind a point, so this ".0" is what tostring added.
    const added = isFloat && heap[from + length - 1] === 0x30 && heap[from + length - 2] === 0x2e
    stream.write(from, added ? length - 2 : length)
  }
}
