import { isUtf8 } from 'node:buffer'
import { ErrorCode, RpcError } from './errors.ts'

/** Lines up to this size are parsed without a look beforehand: whatever is in them fits into memory. */
const harmlessBytes = 1024 * 1024
const maxDepth = 64
const maxValues = 4_000_000

const quote = 0x22
const backslash = 0x5c

/**
 * Parses one line. Throws ParseError for bytes that are not UTF-8 or not JSON, and InvalidRequest for a long line
 * with so many or so deeply nested values that parsing it would take gigabytes (64 MiB of `[` or of `{},`).
 */
export function parseLine(line: Buffer): unknown {
  if (!isUtf8(line)) throw new RpcError(ErrorCode.ParseError, 'the line is not JSON: it is not valid UTF-8')
  if (line.length > harmlessBytes) checkShape(line)
  try {
    return JSON.parse(line.toString('utf8'))
  } catch (error) {
    throw new RpcError(ErrorCode.ParseError, `the line is not JSON: ${(error as Error).message}`)
  }
}

/** Counts values and nesting. Strings, which make up nearly all of an honest long line, are jumped over. */
function checkShape(line: Buffer): void {
  let depth = 0
  let values = 0
  for (let i = 0; i < line.length; i++) {
    switch (line[i]) {
      case quote:
        i = endOfString(line, i)
        break
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > maxDepth) throw tooMuch(`values nested more than ${maxDepth} deep`)
        if (++values > maxValues) throw tooMuch(`more than ${maxValues} values`)
        break
      case 0x5d: // ]
      case 0x7d: // }
        depth--
        break
      case 0x2c: // ,
        if (++values > maxValues) throw tooMuch(`more than ${maxValues} values`)
        break
    }
  }
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

function tooMuch(what: string): RpcError {
  return new RpcError(ErrorCode.InvalidRequest, `the line holds ${what}; no method takes that`)
}
