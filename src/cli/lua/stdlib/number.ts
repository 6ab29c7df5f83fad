import type { State } from '../vm/c-api.ts'
import type { Lua } from '../vm/lua.ts'
import { isSpace } from './decimal.ts'
import type { Stream } from './stream.ts'

/** Lua's L_MAXLENNUM: a longer numeral is not a number. */
const maxLength = 200

const isDigit = (byte: number) => byte >= 48 && byte <= 57
const isHexDigit = (byte: number) => isDigit(byte) || ((byte | 32) >= 97 && (byte | 32) <= 102)

/**
 * Takes from a stream the longest text that can start a numeral, by the rules of Lua's `read("n")`: a sign, digits or
 * `0x` and hex digits, a point, an exponent. It goes byte by byte and never gives back more than one, so "0x", "1e"
 * or a numeral that is too long are used up and are no number.
 */
class NumeralReader {
  readonly #stream: Stream
  readonly #bytes: number[] = []
  #tooLong = false

  constructor(stream: Stream) {
    this.#stream = stream
  }

  read(): Uint8Array | undefined {
    while (isSpace(this.#stream.peek())) this.#stream.skip()
    this.#accept('+', '-')
    let digits = 0
    let hex = false
    if (this.#accept('0')) {
      if (this.#accept('x', 'X')) hex = true
      else digits = 1
    }
    digits += this.#digits(hex)
    if (this.#accept('.')) digits += this.#digits(hex)
    if (digits > 0 && this.#accept(...(hex ? ['p', 'P'] : ['e', 'E']))) {
      this.#accept('+', '-')
      this.#digits(false)
    }
    return this.#tooLong ? undefined : Uint8Array.from([...this.#bytes, 0])
  }

  #accept(...characters: string[]): boolean {
    const byte = this.#stream.peek()
    return characters.some((character) => character.charCodeAt(0) === byte) && this.#take(byte)
  }

  #digits(hex: boolean): number {
    let count = 0
    for (;;) {
      const byte = this.#stream.peek()
      if (!(hex ? isHexDigit(byte) : isDigit(byte)) || !this.#take(byte)) return count
      count += 1
    }
  }

  #take(byte: number): boolean {
    if (this.#bytes.length >= maxLength) {
      this.#tooLong = true
      return false
    }
    this.#bytes.push(byte)
    this.#stream.skip()
    return true
  }
}

/** Reads a numeral and pushes its number, true; or pushes nil, false. */
export function readNumber(lua: Lua, L: State, stream: Stream): boolean {
  const integer = stream.takeInteger()
  if (integer !== undefined) {
    lua.pushInteger(L, integer)
    return true
  }
  const numeral = new NumeralReader(stream).read()
  if (numeral !== undefined) {
    const text = lua.allocate(numeral)
    // It gives the length it used, 0 when the text is not a numeral.
    const used = lua.raw._lua_stringtonumber(L, text)
    lua.raw._free(text)
    if (used !== 0) return true
  }
  lua.pushNil(L)
  return false
}
