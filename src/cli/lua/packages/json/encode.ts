import { isUtf8 } from 'node:buffer'
import { LuaType, type Pointer, type State } from '../../vm/c-api.ts'
import { LuaError } from '../../vm/errors.ts'
import type { Lua } from '../../vm/lua.ts'
import { firstBadByte, maxDepth } from './decode.ts'

/** A value that JSON cannot say. */
class Unencodable extends Error {}

/** Pushes the JSON text of the value at stack index `idx`. Raises an error that says which value has none. */
export function encodeJson(lua: Lua, L: State, idx: number): void {
  const encoder = new Encoder(lua, L)
  try {
    encoder.encode(lua.raw._lua_absindex(L, idx))
  } catch (error) {
    if (!(error instanceof Unencodable)) throw error
    const path = encoder.path()
    throw new LuaError(`${error.message}${path && ` at ${path}`}`)
  }
  lua.pushBytes(L, encoder.text())
}

/** A table that is being written. */
interface Level {
  /** Where the table is on the Lua stack. */
  readonly idx: number
  readonly address: Pointer
  /** Items of a list; -1: a record. */
  readonly length: number
  /** Where its current item is on the Lua stack; in a record the key, with the value above it. */
  readonly at: number
  /** Items begun so far. */
  count: number
}

const shortEscapes: Readonly<Record<number, string>> = {
  8: '\\b',
  9: '\\t',
  10: '\\n',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
}

/** What is written for each byte that a string cannot contain as it is; DEL too, as in Porla. */
const escapes: readonly (string | undefined)[] = Array.from({ length: 256 }, (_, byte) => {
  if (shortEscapes[byte] !== undefined) return shortEscapes[byte]
  return byte < 0x20 || byte === 0x7f ? `\\u${byte.toString(16).padStart(4, '0')}` : undefined
})

class Encoder {
  readonly #lua: Lua
  readonly #L: State
  /** The tables around the current value, the outermost first: no recursion, since tables may be nested deeply. */
  readonly #levels: Level[] = []
  /** Their addresses. */
  readonly #open = new Set<Pointer>()
  #out = Buffer.allocUnsafe(4096)
  #length = 0

  constructor(lua: Lua, L: State) {
    this.#lua = lua
    this.#L = L
  }

  text(): Uint8Array {
    return this.#out.subarray(0, this.#length)
  }

  encode(idx: number): void {
    this.#begin(idx)
    for (let level = this.#levels.at(-1); level !== undefined; level = this.#levels.at(-1)) {
      if (this.#next(level)) this.#begin(this.#lua.raw._lua_gettop(this.#L))
      else this.#end(level)
    }
  }

  /** Where the current value is: `.key` or `[1]` for each level. */
  path(): string {
    const places = this.#levels
      .filter(({ count }) => count > 0)
      .map(({ length, at, count }) => (length < 0 ? `.${this.#lua.text(this.#L, at)}` : `[${count}]`))
    return places.join('').replace(/^\./, '')
  }

  /** Writes a value, or the beginning of a table. */
  #begin(idx: number): void {
    const { raw } = this.#lua
    switch (raw._lua_type(this.#L, idx)) {
      case LuaType.nil:
        this.#write('null')
        break
      case LuaType.boolean:
        this.#write(raw._lua_toboolean(this.#L, idx) ? 'true' : 'false')
        break
      case LuaType.number:
        this.#write(this.#number(idx))
        break
      case LuaType.string:
        this.#string(idx)
        break
      case LuaType.table:
        this.#table(idx)
        break
      case LuaType.userdata:
        this.#object(idx)
        break
      default:
        throw new Unencodable(`JSON has no ${this.#lua.typeName(this.#L, idx)}`)
    }
  }

  #object(idx: number): void {
    const text = this.#lua.textOf?.(this.#L, idx)
    if (text === undefined && this.#lua.plainOf?.(this.#L, idx)) {
      this.#lua.raw._lua_copy(this.#L, -1, idx)
      this.#lua.pop(this.#L, 1)
      this.#begin(idx)
      return
    }
    if (text === undefined) throw new Unencodable(`JSON has no ${this.#lua.typeName(this.#L, idx)}`)
    this.#lua.pushText(this.#L, text)
    this.#string(this.#lua.raw._lua_gettop(this.#L))
    this.#lua.pop(this.#L, 1)
  }

  #number(idx: number): string {
    const { raw } = this.#lua
    if (raw._lua_isinteger(this.#L, idx)) return raw._lua_tointegerx(this.#L, idx, 0).toString()
    const value = raw._lua_tonumberx(this.#L, idx, 0)
    if (!Number.isFinite(value)) {
      throw new Unencodable(
        `JSON has no number for ${Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'}`,
      )
    }
    // The shortest digits that read back as the same number; a float stays one, also where it is whole.
    const digits = Object.is(value, -0) ? '-0' : String(value)
    return /^-?\d+$/.test(digits) ? `${digits}.0` : digits
  }

  #string(idx: number): void {
    const view = this.#lua.view(this.#L, idx) as Uint8Array
    const { length } = view
    this.#reserve(length * 6 + 2)
    const out = this.#out
    let to = this.#length
    let ascii = true
    out[to++] = 0x22
    for (let i = 0; i < length; i++) {
      const byte = view[i] as number
      const spelt = escapes[byte]
      if (spelt === undefined) {
        if (byte > 0x7f) ascii = false
        out[to++] = byte
      } else to += out.write(spelt, to, 'latin1')
    }
    out[to++] = 0x22
    if (!ascii && !isUtf8(view)) {
      const at = firstBadByte(view)
      const byte = `0x${(view[at] as number).toString(16)}`
      throw new Unencodable(`a string is not UTF-8 (byte ${byte} at ${at + 1}); JSON has no other text`)
    }
    this.#length = to
  }

  #table(idx: number): void {
    const { raw } = this.#lua
    const L = this.#L
    const address = raw._lua_topointer(L, idx)
    if (this.#open.has(address)) throw new Unencodable('a table contains itself')
    if (this.#open.size >= maxDepth)
      throw new Unencodable(`tables are nested more than ${maxDepth} levels deep`)
    raw._luaL_checkstack(L, 4, 0)
    const isList = raw._lua_rawgeti(L, idx, 1n) !== LuaType.nil
    this.#lua.pop(L, 1)
    const length = isList ? this.#listLength(idx) : -1
    this.#open.add(address)
    this.#levels.push({ idx, address, length, at: raw._lua_gettop(L) + 1, count: 0 })
    if (isList) this.#write('[')
  }

  /** Throws for a table with [1] that is no list. */
  #listLength(idx: number): number {
    const { raw } = this.#lua
    const L = this.#L
    const length = Number(raw._lua_rawlen(L, idx))
    let keys = 0
    raw._lua_pushnil(L)
    while (raw._lua_next(L, idx)) {
      this.#lua.pop(L, 1)
      keys++
      if (raw._lua_isinteger(L, -1) === 0) {
        throw new Unencodable(
          `a table with [1] has the key ${this.#lua.display(L, -1)} too; JSON has lists or records`,
        )
      }
    }
    if (keys !== length) throw new Unencodable('a list has holes')
    return length
  }

  /** Puts the next item of a table on top of the stack and writes what stands before it; false: there is none. */
  #next(level: Level): boolean {
    const { raw } = this.#lua
    const L = this.#L
    if (level.length >= 0) {
      if (level.count === level.length) return false
      raw._lua_settop(L, level.at - 1)
      raw._lua_rawgeti(L, level.idx, BigInt(++level.count))
      if (level.count > 1) this.#write(',')
      return true
    }
    if (level.count === 0) raw._lua_pushnil(L)
    else raw._lua_settop(L, level.at)
    if (!raw._lua_next(L, level.idx)) return false
    if (raw._lua_type(L, level.at) !== LuaType.string) {
      // the path ends with the table
      level.count = 0
      throw new Unencodable(`a key is ${this.#lua.display(L, level.at)}, not a string`)
    }
    this.#write(level.count++ === 0 ? '{' : ',')
    this.#string(level.at)
    this.#write(':')
    return true
  }

  #end(level: Level): void {
    this.#lua.raw._lua_settop(this.#L, level.at - 1)
    if (level.length >= 0) this.#write(']')
    else this.#write(level.count === 0 ? '[]' : '}')
    this.#open.delete(level.address)
    this.#levels.pop()
  }

  #write(text: string): void {
    this.#reserve(text.length)
    this.#length += this.#out.write(text, this.#length, 'latin1')
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#out.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#out.length * 2, this.#length + bytes))
    this.#out.copy(larger, 0, 0, this.#length)
    this.#out = larger
  }
}
