import type { Turns } from '../program/turns.ts'
import { ErrorCode, RpcError } from './errors.ts'

const maxDepth = 64
/** In one line, and in one request of it: what a torrent of the most files there may be has priorities for. */
const maxValues = 4_000_000
const maxRequestValues = 600_000
/** Bytes that are parsed, or looked at, before others have a turn. */
const stretch = 64 * 1024
/** A text of so many bytes is decoded in stretches of as many: shorter ones would be moved about by the collector. */
const longText = 1024 * 1024

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** What may not stand in a text as it is (RFC 8259). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unwritten = /[\0-\x1f]/

/** A list or object whose end has not come yet. */
interface Open {
  readonly isList: boolean
  /** Its first bracket. */
  readonly start: number
  /** Where the member begins that is looked at. */
  member: number
  /** What follows is not parsed yet. */
  from: number
  /** Members that are parsed; null: it may still be small enough to be parsed together with its neighbours. */
  members: unknown[] | Record<string, unknown> | null
  /** The member that is looked at is there already: nothing but its end may follow. */
  complete: boolean
  /** What was parsed last ended with a comma. */
  owes: boolean
}

/**
 * Parses one long line of UTF-8 as JSON.parse does, in turns: a list or object that is longer than a stretch is put
 * together of parts, and so is a long text. Rejects with ParseError, and with InvalidRequest for so many or so deeply
 * nested values that parsing them would take gigabytes (64 MiB of `[` or of `{},`).
 */
export async function parseInTurns(line: Buffer, turns: Turns): Promise<unknown> {
  return await new LongLine(line, turns).parse()
}

class LongLine {
  readonly #line: Buffer
  readonly #turns: Turns
  readonly #open: Open[] = []
  #values = 0
  /** Values before this entry of a batch. */
  #before = 0
  #result: { value: unknown } | null = null

  constructor(line: Buffer, turns: Turns) {
    this.#line = line
    this.#turns = turns
  }

  async parse(): Promise<unknown> {
    const line = this.#line
    let pause = stretch
    for (let at = 0; at < line.length; at++) {
      if (at >= pause) {
        pause = at + stretch
        await this.#turns.next()
      }
      switch (line[at]) {
        case quote: {
          const end = await this.#endOfText(at)
          if (end - at >= longText) await this.#longText(at, end)
          at = end
          break
        }
        case openBracket:
        case openBrace:
          this.#begin(at)
          break
        case closeBracket:
        case closeBrace:
          this.#end(at)
          break
        case comma:
          this.#next(at)
          break
      }
    }
    if (this.#open.length > 0) throw notJson('Unexpected end of JSON input')
    return this.#result === null ? parse(line.toString('utf8')) : this.#result.value
  }

  #begin(at: number): void {
    if (this.#open.length === maxDepth) throw tooMuch(`values nested more than ${maxDepth} deep`)
    if (this.#open.length === 0 && (this.#result !== null || !this.#isBlank(0, at)))
      throw notJson(`there is more than one value, the second at position ${at}`)
    this.#count()
    const isList = this.#line[at] === openBracket
    this.#open.push({
      isList,
      start: at,
      member: at + 1,
      from: at + 1,
      members: null,
      complete: false,
      owes: false,
    })
  }

  #next(at: number): void {
    this.#count()
    const top = this.#open.at(-1)
    if (top === undefined) throw unexpected(at)
    // the next entry of a batch
    if (this.#open.length === 1 && top.isList) this.#before = this.#values
    if (top.complete) this.#leave(top, at)
    else if (at - top.from >= stretch) this.#take(top, at)
    else {
      top.member = at + 1
      return
    }
    top.member = top.from = at + 1
    top.owes = true
  }

  #end(at: number): void {
    const top = this.#open.pop()
    if (top === undefined || top.isList !== (this.#line[at] === closeBracket)) throw unexpected(at)
    const parent = this.#open.at(-1)
    if (parent !== undefined && top.members === null && at - top.start < stretch) return
    if (top.complete) this.#leave(top, at)
    else if (!this.#isBlank(top.from, at)) this.#take(top, at)
    else if (top.owes) throw unexpected(at)
    const value = top.members ?? (top.isList ? [] : {})
    if (parent !== undefined) this.#attach(parent, top.start, at + 1, value)
    else if (this.#isBlank(at + 1, this.#line.length)) this.#result = { value }
    else throw notJson(`there is more after its end at position ${at}`)
  }

  /** Parses the members up to here. */
  #take(open: Open, to: number): void {
    if (this.#isBlank(open.from, to)) throw unexpected(to)
    const text = this.#line.toString('utf8', open.from, to)
    open.members ??= open.isList ? [] : {}
    const { members } = open
    if (Array.isArray(members)) for (const value of parse(`[${text}]`) as unknown[]) members.push(value)
    else for (const [name, value] of Object.entries(parse(`{${text}}`) as object)) put(members, name, value)
  }

  /** Gives a list or object a member whose text is from `start` to `end`. */
  #attach(open: Open, start: number, end: number, value: unknown): void {
    if (open.complete) throw unexpected(start)
    // what comes before its comma
    if (open.from < open.member) this.#take(open, open.member - 1)
    open.members ??= open.isList ? [] : {}
    const { members } = open
    if (!Array.isArray(members)) put(members, this.#name(open.member, start), value)
    else if (this.#isBlank(open.member, start)) members.push(value)
    else throw unexpected(start)
    open.from = end
    open.complete = true
  }

  /** The name of a member whose value begins at `to`. */
  #name(from: number, to: number): string {
    const text = this.#line.toString('utf8', from, to).trimEnd()
    const name = text.endsWith(':') ? parse(text.slice(0, -1)) : null
    if (typeof name !== 'string') throw unexpected(to)
    return name
  }

  /** The end of a member that is there already. */
  #leave(open: Open, at: number): void {
    if (!this.#isBlank(open.from, at)) throw unexpected(at)
    open.complete = false
  }

  /** A text is decoded in stretches; what it is put together of is one text for all who read it. */
  async #longText(start: number, end: number): Promise<void> {
    const open = this.#open.at(-1)
    const follows = this.#line[this.#pastBlanks(end + 1)]
    // a text alone, one without an end, or the name of a member
    if (open === undefined || end >= this.#line.length || follows === colon) return
    let text = ''
    for (let from = start + 1; from < end; ) {
      const to = from + longText < end ? this.#cut(from, from + longText) : end
      text += this.#textOf(from, to)
      from = to
      await this.#turns.next()
    }
    this.#attach(open, start, end + 1, text)
  }

  #textOf(from: number, to: number): string {
    const text = this.#line.toString('utf8', from, to)
    // base64, for one, needs no more than a look
    return text.includes('\\') || unwritten.test(text) ? (parse(`"${text}"`) as string) : text
  }

  /** The last place up to `to` that is neither inside of a character nor of an escape. */
  #cut(from: number, to: number): number {
    let cut = to
    while ((this.#line[cut]! & 0xc0) === 0x80) cut--
    // the longest escape has six bytes: a backslash, a u, and four digits
    const last = this.#line.lastIndexOf(backslash, cut - 1)
    if (last < from || last < cut - 5) return cut
    let first = last
    while (first > from && this.#line[first - 1] === backslash) first--
    return (last - first) % 2 === 0 ? last : cut
  }

  /** Index of the quote that ends the text whose first quote is at `start`; past the end when there is none. */
  async #endOfText(start: number): Promise<number> {
    const line = this.#line
    let looked = 0
    for (let end = line.indexOf(quote, start + 1); end !== -1; end = line.indexOf(quote, end + 1)) {
      let escapes = 0
      while (line[end - 1 - escapes] === backslash) escapes++
      if (escapes % 2 === 0) return end
      if (++looked % stretch === 0) await this.#turns.next()
    }
    return line.length
  }

  #count(): void {
    if (++this.#values > maxValues) throw tooMuch(`more than ${maxValues} values`)
    if (this.#values - this.#before > maxRequestValues)
      throw tooMuch(`more than ${maxRequestValues} values in a request`)
  }

  #isBlank(from: number, to: number): boolean {
    return this.#pastBlanks(from) >= to
  }

  #pastBlanks(from: number): number {
    let at = from
    while (isBlank(this.#line[at])) at++
    return at
  }
}

/** What JSON takes for blank (RFC 8259). */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
}

/** As JSON.parse does: `__proto__` is a name like any other. */
function put(members: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') members[name] = value
  else Object.defineProperty(members, name, { value, writable: true, enumerable: true, configurable: true })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notJson((error as Error).message)
  }
}

function unexpected(at: number): RpcError {
  return notJson(`something else was expected at position ${at}`)
}

/** A line that is no JSON, and why. */
export function notJson(why: string): RpcError {
  return new RpcError(ErrorCode.ParseError, `the line is not JSON: ${why}`)
}

function tooMuch(what: string): RpcError {
  return new RpcError(ErrorCode.InvalidRequest, `the line holds ${what}; no method takes that`)
}
