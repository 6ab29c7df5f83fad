import { BDict, type BValue } from './dict.ts'
import { MetainfoError } from './error.ts'

// libtorrent's limits: bdecode() of its bdecode.hpp
const maxDepth = 100
const maxItems = 2_000_000

const zero = 0x30
const nine = 0x39
const colon = 0x3a
const minus = 0x2d
const letterD = 0x64
const letterE = 0x65
const letterI = 0x69
const letterL = 0x6c

const unexpectedEnd = 'unexpected end of file in bencoded string'
const expectedDigit = 'expected digit in bencoded string'
const expectedValue = 'expected value (list, dict, int or string) in bencoded string'

export interface DecodeOptions {
  /**
   * What is let pass. 'strict' (the default): dictionary keys in any order, all else by the book.
   * 'canonical': keys sorted and without doubles as well, what BEP 52 asks for. 'loose': also leading zeros
   * and bytes after the value, what libtorrent lets pass in a torrent file.
   */
  form?: 'strict' | 'canonical' | 'loose'
  /** Most items, ends of lists and dictionaries included; two million by default. */
  items?: number
  /** How deep lists and dictionaries may lie in each other; 100 by default. */
  depth?: number
}

interface Frame {
  start: number
  /** The list or dictionary that is being filled. */
  into: BValue[] | BDict
  /** In a dictionary: the key whose value comes next; null where a key is due. */
  key: string | null
}

/** Decodes one bencoded value. Strings are views into `bytes`. Throws MetainfoError. */
export function bdecode(bytes: Uint8Array, options: DecodeOptions = {}): BValue {
  const decoder = new Decoder(bytes, options)
  const value = decoder.read()
  if (decoder.at !== bytes.length && options.form !== 'loose') throw new MetainfoError('invalid bencoding')
  return value
}

class Decoder {
  at = 0
  readonly #bytes: Buffer
  readonly #form: 'strict' | 'canonical' | 'loose'
  readonly #items: number
  readonly #depth: number
  readonly #stack: Frame[] = []

  constructor(bytes: Uint8Array, { form = 'strict', items = maxItems, depth = maxDepth }: DecodeOptions) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#form = form
    this.#items = items
    this.#depth = depth
  }

  /** A loop over a stack of our own: nesting in foreign bytes must not reach the program's stack. */
  read(): BValue {
    for (let items = 0; ; items++) {
      const first = this.#bytes[this.at]
      if (first === undefined) throw new MetainfoError(unexpectedEnd)
      if (this.#stack.length >= this.#depth) throw new MetainfoError('bencoded nesting depth exceeded')
      if (items >= this.#items) throw new MetainfoError('bencoded item count limit exceeded')

      const top = this.#stack.at(-1)
      if (first === letterE) {
        const value = this.#close(top)
        if (value !== undefined) return value
      } else if (top?.into instanceof BDict && top.key === null) {
        if (!isDigit(first)) throw new MetainfoError(expectedDigit)
        top.key = this.#string().toString('latin1')
        if (this.#form === 'canonical') this.#checkOrder(top.into, top.key)
      } else if (first === letterD || first === letterL) {
        this.#stack.push({ start: this.at, into: first === letterD ? new BDict(this.at) : [], key: null })
        this.at++
      } else {
        const start = this.at
        const value = first === letterI ? this.#integer() : this.#string()
        if (this.#put(value, start)) return value
      }
    }
  }

  /** Ends the open list or dictionary; its value if it was the outermost. */
  #close(top: Frame | undefined): BValue | undefined {
    if (top === undefined) throw new MetainfoError(unexpectedEnd)
    if (top.key !== null) throw new MetainfoError(expectedValue)
    this.at++
    if (top.into instanceof BDict) top.into.end = this.at
    this.#stack.pop()
    return this.#put(top.into, top.start) ? top.into : undefined
  }

  /** Hands a complete value to what it lies in; true when it lies in nothing. */
  #put(value: BValue, start: number): boolean {
    const top = this.#stack.at(-1)
    if (top === undefined) return true
    if (top.into instanceof BDict) {
      top.into.entries.push({ key: top.key ?? '', value, start, end: this.at })
      top.key = null
    } else {
      top.into.push(value)
    }
    return false
  }

  #integer(): number | bigint {
    let at = this.at + 1
    const negative = this.#bytes[at] === minus
    if (negative) at++
    const digits = at
    for (let byte = this.#bytes[at]; at === digits || byte !== letterE; byte = this.#bytes[++at]) {
      if (byte === undefined) throw new MetainfoError(unexpectedEnd)
      if (!isDigit(byte)) throw new MetainfoError(expectedDigit)
    }
    if (at - digits > 20) throw new MetainfoError('integer overflow')
    if (this.#form !== 'loose' && this.#bytes[digits] === zero && (at - digits > 1 || negative)) {
      throw new MetainfoError('leading zero in integer')
    }
    const text = this.#bytes.toString('latin1', this.at + 1, at)
    this.at = at + 1
    const value = Number(text)
    // + 0 turns -0, which a loose "i-0e" gives, into 0
    return Number.isSafeInteger(value) ? value + 0 : BigInt(text)
  }

  #string(): Buffer {
    const start = this.at
    let at = start
    let length = 0
    if (!isDigit(this.#bytes[at] ?? 0)) throw new MetainfoError(expectedValue)
    for (let byte = this.#bytes[at]; byte !== colon; byte = this.#bytes[++at]) {
      if (byte === undefined) {
        throw new MetainfoError(at === start + 1 ? unexpectedEnd : 'expected colon in bencoded string')
      }
      if (!isDigit(byte)) throw new MetainfoError(expectedDigit)
      length = length * 10 + (byte - zero)
      if (length > Number.MAX_SAFE_INTEGER) throw new MetainfoError('integer overflow')
    }
    if (this.#form !== 'loose' && this.#bytes[start] === zero && at - start > 1) {
      throw new MetainfoError('leading zero in string length')
    }
    if (length > this.#bytes.length - at - 1) throw new MetainfoError(unexpectedEnd)
    this.at = at + 1 + length
    return this.#bytes.subarray(at + 1, this.at)
  }

  #checkOrder(dict: BDict, key: string): void {
    const before = dict.entries.at(-1)?.key
    if (before === undefined || before < key) return
    throw new MetainfoError(before === key ? 'duplicate dictionary key' : 'unsorted dictionary key')
  }
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= nine
}
