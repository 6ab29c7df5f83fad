import { isUtf8 } from 'node:buffer'
import type { LuaExports, Pointer, State } from '../../vm/c-api.ts'
import { LuaError } from '../../vm/errors.ts'
import type { Lua } from '../../vm/lua.ts'

/** How deep values may be nested, here and in `encode`: each level takes stack of JavaScript and of Lua. */
export const maxDepth = 2000

const minInteger = -(2n ** 63n)
const maxInteger = 2n ** 63n - 1n
const encoder = new TextEncoder()
/** What a simple escape stands for, by the byte behind the backslash. */
const escapes = new Map(
  Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(
    ([letter, meaning]) => [letter.charCodeAt(0), meaning.charCodeAt(0)],
  ),
)

/** Reads the JSON text at stack index `idx` and pushes its value. Raises an error with line and column. */
export function decodeJson(lua: Lua, L: State, idx: number): void {
  const view = lua.view(L, idx) as Uint8Array
  // A copy to read, since the VM's memory may grow meanwhile. The string itself does not move while it is on the
  // stack, so that texts without escapes are copied inside the VM.
  const bytes = Buffer.from(view)
  if (!isUtf8(bytes)) throw problem(bytes, firstBadByte(bytes), 'bytes that are not UTF-8')
  new Decoder(lua, L, bytes, view.byteOffset).decode()
}

class Decoder {
  readonly #lua: Lua
  readonly #raw: LuaExports
  readonly #L: State
  readonly #bytes: Uint8Array
  readonly #address: Pointer
  #at = 0

  constructor(lua: Lua, L: State, bytes: Uint8Array, address: Pointer) {
    this.#lua = lua
    this.#raw = lua.raw
    this.#L = L
    this.#bytes = bytes
    this.#address = address
  }

  decode(): void {
    this.#value(0)
    if (this.#skipSpace() !== undefined) throw this.#problem('text after the value')
  }

  #value(depth: number): void {
    const byte = this.#skipSpace()
    switch (byte) {
      case 0x22: // "
        this.#string()
        return
      case 0x7b: // {
        this.#object(depth + 1)
        return
      case 0x5b: // [
        this.#array(depth + 1)
        return
      case 0x74:
        this.#literal('true')
        this.#lua.pushBoolean(this.#L, true)
        return
      case 0x66:
        this.#literal('false')
        this.#lua.pushBoolean(this.#L, false)
        return
      case 0x6e:
        this.#literal('null')
        this.#lua.pushNil(this.#L)
        return
      case undefined:
        throw this.#problem('the text ends where a value is expected')
      default:
        if (byte !== 0x2d && !isDigit(byte)) throw this.#unexpected('a value')
        this.#number()
    }
  }

  #object(depth: number): void {
    const { raw, L } = this.#enter(depth)
    if (this.#skipSpace() === 0x7d) {
      this.#at++
      return
    }
    for (;;) {
      if (this.#skipSpace() !== 0x22) throw this.#unexpected('a key in quotes')
      this.#string()
      if (this.#skipSpace() !== 0x3a) throw this.#unexpected("':' after the key")
      this.#at++
      this.#value(depth)
      raw._lua_rawset(L, -3)
      const byte = this.#skipSpace()
      if (byte !== 0x2c && byte !== 0x7d) throw this.#unexpected("',' or '}'")
      this.#at++
      if (byte === 0x7d) return
    }
  }

  #array(depth: number): void {
    const { raw, L } = this.#enter(depth)
    if (this.#skipSpace() === 0x5d) {
      this.#at++
      return
    }
    for (let i = 1n; ; i++) {
      this.#value(depth)
      raw._lua_rawseti(L, -2, i)
      const byte = this.#skipSpace()
      if (byte !== 0x2c && byte !== 0x5d) throw this.#unexpected("',' or ']'")
      this.#at++
      if (byte === 0x5d) return
    }
  }

  #enter(depth: number): { raw: LuaExports; L: State } {
    if (depth > maxDepth) throw this.#problem(`values are nested more than ${maxDepth} levels deep`)
    this.#at++
    this.#raw._luaL_checkstack(this.#L, 4, 0)
    this.#raw._lua_createtable(this.#L, 0, 0)
    return { raw: this.#raw, L: this.#L }
  }

  #string(): void {
    const bytes = this.#bytes
    const start = this.#at + 1
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (byte === 0x22) {
        this.#raw._lua_pushlstring(this.#L, this.#address + start, at - start)
        this.#at = at + 1
        return
      }
      if (byte === 0x5c) {
        this.#escapedString(start, at)
        return
      }
      if (byte < 0x20) throw this.#controlCharacter(at)
    }
    throw this.#problem('the string has no end')
  }

  /** A string whose first escape is at `at`. */
  #escapedString(start: number, at: number): void {
    const bytes = this.#bytes
    const parts: Uint8Array[] = []
    let from = start
    while (at < bytes.length) {
      const byte = bytes[at] as number
      if (byte === 0x22) {
        parts.push(bytes.subarray(from, at))
        this.#at = at + 1
        this.#lua.pushBytes(this.#L, Buffer.concat(parts))
        return
      }
      if (byte < 0x20) throw this.#controlCharacter(at)
      if (byte !== 0x5c) {
        at++
        continue
      }
      parts.push(bytes.subarray(from, at))
      const letter = bytes[at + 1]
      const simple = letter === undefined ? undefined : escapes.get(letter)
      if (simple !== undefined) {
        parts.push(Uint8Array.of(simple))
        at += 2
      } else {
        this.#at = at
        if (letter !== 0x75) throw this.#problem('an escape that JSON does not have')
        const { text, length } = this.#codePoint(at)
        parts.push(encoder.encode(text))
        at += length
      }
      from = at
    }
    throw this.#problem('the string has no end')
  }

  /** The character of `\uXXXX` or of a pair of them, and how many bytes that takes. */
  #codePoint(at: number): { text: string; length: number } {
    const unit = this.#hex(at)
    if (unit === undefined) throw this.#problem("four hex digits expected after '\\u'")
    if (unit < 0xd800 || unit > 0xdfff) return { text: String.fromCharCode(unit), length: 6 }
    const low = unit < 0xdc00 && this.#bytes[at + 6] === 0x5c ? this.#hex(at + 6) : undefined
    if (low === undefined || low < 0xdc00 || low > 0xdfff) {
      throw this.#problem("'\\u' with half of a surrogate pair, which is no character")
    }
    return { text: String.fromCharCode(unit, low), length: 12 }
  }

  #hex(at: number): number | undefined {
    const digits = Buffer.from(this.#bytes.subarray(at + 1, at + 6)).toString('latin1')
    return /^u[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits.slice(1), 16) : undefined
  }

  /** A whole number without fraction and exponent is an integer if Lua has it; every other number a float. */
  #number(): void {
    const bytes = this.#bytes
    const start = this.#at
    let at = bytes[start] === 0x2d ? start + 1 : start
    let value = 0
    const first = at
    while (isDigit(bytes[at])) value = value * 10 + (bytes[at++] as number) - 0x30
    const wellFormed = at > first && (bytes[first] !== 0x30 || at === first + 1)
    const next = bytes[at]
    if (wellFormed && at - first <= 15 && next !== 0x2e && next !== 0x65 && next !== 0x45) {
      this.#at = at
      this.#raw._lua_pushinteger(this.#L, BigInt(first > start ? -value : value))
      return
    }
    while (/[-+.0-9a-zA-Z]/.test(String.fromCharCode(bytes[at] ?? 0x20))) at++
    const text = Buffer.from(bytes.subarray(start, at)).toString('latin1')
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(text)) throw this.#problem(`'${text}' is no number`)
    this.#at = at
    const whole = /^-?\d+$/.test(text) ? BigInt(text) : undefined
    if (whole !== undefined && whole >= minInteger && whole <= maxInteger) {
      this.#raw._lua_pushinteger(this.#L, whole)
    } else this.#lua.pushNumber(this.#L, Number(text))
  }

  #literal(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.#bytes[this.#at + i] !== word.charCodeAt(i)) throw this.#unexpected('a value')
    }
    this.#at += word.length
  }

  /** Goes to the next byte that is no white space and returns it; undefined at the end. */
  #skipSpace(): number | undefined {
    const bytes = this.#bytes
    for (;;) {
      const byte = bytes[this.#at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte
      this.#at++
    }
  }

  #controlCharacter(at: number): LuaError {
    this.#at = at
    return this.#problem('a control character inside a string, where JSON wants an escape')
  }

  #unexpected(expected: string): LuaError {
    if (this.#at >= this.#bytes.length) return this.#problem(`the text ends where ${expected} is expected`)
    const [character] = Buffer.from(this.#bytes.subarray(this.#at, this.#at + 4)).toString()
    return this.#problem(`${expected} expected, got '${character}'`)
  }

  #problem(what: string): LuaError {
    return problem(this.#bytes, this.#at, what)
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

/** An error at a byte: both line and column count from 1, the column in bytes. */
function problem(bytes: Uint8Array, at: number, what: string): LuaError {
  const before = bytes.subarray(0, at)
  let line = 1
  for (const byte of before) if (byte === 0x0a) line++
  return new LuaError(`${what} at line ${line} col ${at - before.lastIndexOf(0x0a)}`)
}

/** Index of the first byte that is not part of a character in UTF-8; the length when all are. */
export function firstBadByte(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length) {
    const lead = bytes[at] as number
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    if (lead >= 0x80 && !isUtf8(bytes.subarray(at, at + length))) return at
    at += length
  }
  return bytes.length
}
