import { isUtf8 } from 'node:buffer'
import { LuaError } from '../../vm/errors.ts'
import type { Lua } from '../../vm/lua.ts'
import { LuaType, type Pointer, type State } from '../../vm/raw.ts'
import { firstBadByte, maxDepth } from './decode.ts'

/** A value that JSON cannot say. Its place is put together on the way out. */
class Unencodable extends Error {
  /** `.key` or `[1]` for each level, the outermost first. */
  readonly path: string[] = []
}

/** Pushes the JSON text of the value at stack index `idx`. Raises an error that says which value has none. */
export function encodeJson(lua: Lua, L: State, idx: number): void {
  const encoder = new Encoder(lua, L)
  try {
    encoder.value(lua.raw._lua_absindex(L, idx))
  } catch (error) {
    if (!(error instanceof Unencodable)) throw error
    const where = error.path.length === 0 ? '' : ` at ${error.path.join('').replace(/^\./, '')}`
    throw new LuaError(`${error.message}${where}`)
  }
  lua.pushBytes(L, encoder.text())
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
  /** Addresses of the tables around the current value. */
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

  value(idx: number): void {
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
      default:
        throw new Unencodable(`JSON has no ${this.#lua.typeName(this.#L, idx)}`)
    }
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
    this.#open.add(address)
    raw._luaL_checkstack(L, 4, 0)
    const isList = raw._lua_rawgeti(L, idx, 1n) !== LuaType.nil
    this.#lua.pop(L, 1)
    if (isList) this.#list(idx)
    else this.#record(idx)
    this.#open.delete(address)
  }

  #list(idx: number): void {
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
    for (let i = 1; i <= length; i++) {
      this.#write(i === 1 ? '[' : ',')
      raw._lua_rawgeti(L, idx, BigInt(i))
      this.#inside(() => `[${i}]`)
      this.#lua.pop(L, 1)
    }
    this.#write(']')
  }

  #record(idx: number): void {
    const { raw } = this.#lua
    const L = this.#L
    let first = true
    raw._lua_pushnil(L)
    while (raw._lua_next(L, idx)) {
      const key = raw._lua_gettop(L) - 1
      if (raw._lua_type(L, key) !== LuaType.string) {
        throw new Unencodable(`a key is ${this.#lua.display(L, key)}, not a string`)
      }
      this.#write(first ? '{' : ',')
      first = false
      this.#string(key)
      this.#write(':')
      this.#inside(() => `.${this.#lua.text(L, key)}`)
      this.#lua.pop(L, 1)
    }
    this.#write(first ? '[]' : '}')
  }

  /** The value on top of the stack, which lies in a table at `place`. */
  #inside(place: () => string): void {
    try {
      this.value(this.#lua.raw._lua_gettop(this.#L))
    } catch (error) {
      if (error instanceof Unencodable) error.path.unshift(place())
      throw error
    }
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
