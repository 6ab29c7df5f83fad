import { isUtf8 } from 'node:buffer'
import type { Turns } from '../program/turns.ts'
import { ErrorCode, RpcError } from './errors.ts'

/** A line up to this size is parsed at once: that takes a millisecond or two, whatever is in it. */
export const longLineBytes = 256 * 1024
const maxDepth = 64
/** In one line, and in one request of it: what a torrent of the most files there may be has priorities for. */
const maxValues = 4_000_000
const maxRequestValues = 600_000
/** Bytes of a line that are looked at before others have a turn. */
const stride = 64 * 1024

const quote = 0x22
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d

/** Parses one line. Throws ParseError for bytes that are not UTF-8 or not JSON. */
export function parseLine(line: Buffer): unknown {
  if (!isUtf8(line)) throw notUtf8()
  return parse(line)
}

/**
 * Parses a long line in turns, the entries of a batch one by one. Rejects with ParseError, and with InvalidRequest for so
 * many or so deeply nested values that parsing them would take gigabytes (64 MiB of `[` or of `{},`).
 */
export async function parseLong(line: Buffer, turns: Turns): Promise<unknown> {
  if (!isUtf8(line)) throw notUtf8()
  const entries = await checkShape(line, turns)
  if (entries === null) {
    await turns.others()
    const value = parse(line)
    await turns.others()
    return value
  }
  const values: unknown[] = []
  for (const [start, end] of entries) {
    values.push(parse(line.subarray(start, end)))
    await turns.next()
  }
  return values
}

/**
 * Counts values and nesting. Strings, which make up nearly all of an honest long line, are jumped over. Answers with where
 * the entries of a batch begin and end, null for what is none.
 */
async function checkShape(line: Buffer, turns: Turns): Promise<[start: number, end: number][] | null> {
  const entries: [number, number][] = []
  const first = line.findIndex((byte) => !isBlank(byte))
  const isBatch = line[first] === openBracket
  let depth = 0
  let values = 0
  /** Values before this entry. */
  let before = 0
  let start = first + 1
  let pause = stride
  const count = () => {
    if (++values > maxValues) throw tooMuch(`more than ${maxValues} values`)
    if (values - before > maxRequestValues) throw tooMuch(`more than ${maxRequestValues} values in a request`)
  }
  const entry = (end: number) => {
    entries.push([start, end])
    start = end + 1
    before = values
  }
  for (let i = 0; i < line.length; i++) {
    if (i >= pause) {
      pause = i + stride
      await turns.next()
    }
    switch (line[i]) {
      case quote:
        i = endOfString(line, i)
        break
      case openBracket:
      case 0x7b: // {
        if (++depth > maxDepth) throw tooMuch(`values nested more than ${maxDepth} deep`)
        count()
        break
      case closeBracket:
      case 0x7d: // }
        if (--depth === 0 && isBatch) {
          // An empty batch is for others to refuse.
          if (entries.length > 0 || !isEmpty(line, start, i)) entry(i)
          const rest = line.subarray(i + 1).findIndex((byte) => !isBlank(byte))
          if (line[i] !== closeBracket || rest >= 0) throw notJson('there is more after its end')
          return entries
        }
        break
      case 0x2c: // ,
        count()
        if (isBatch && depth === 1) entry(i)
        break
    }
  }
  if (isBatch) throw notJson('Unexpected end of JSON input')
  return null
}

/** Index of the quote that ends the string whose first quote is at `start`; past the end when there is none. */
function endOfString(line: Buffer, start: number): number {
  for (let end = line.indexOf(quote, start + 1); end !== -1; end = line.indexOf(quote, end + 1)) {
    let escapes = 0
    while (line[end - 1 - escapes] === backslash) escapes++
    if (escapes % 2 === 0) return end
  }
  return line.length
}

function isEmpty(line: Buffer, start: number, end: number): boolean {
  return line.subarray(start, end).every(isBlank)
}

/** What JSON takes for blank (RFC 8259). */
function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw notJson((error as Error).message)
  }
}

function notUtf8(): RpcError {
  return notJson('it is not valid UTF-8')
}

function notJson(why: string): RpcError {
  return new RpcError(ErrorCode.ParseError, `the line is not JSON: ${why}`)
}

function tooMuch(what: string): RpcError {
  return new RpcError(ErrorCode.InvalidRequest, `the line holds ${what}; no method takes that`)
}
