import { PqlError, quoted } from './error.ts'
import { readString } from './strings.ts'

/** One word of the language. `start` and `end` are indexes into the text, white space is between tokens. */
export type Token = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'symbol'; readonly text: string }
  | { readonly kind: 'number'; readonly amount: number }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'end' }
)

const twoCharacters = ['>=', '<=', '!=']
const oneCharacter = '=><()'

/** What people write who know other languages. */
const advices: Record<string, string> = {
  '==': "write '='",
  '<>': "write '!='",
  '!': "write 'not'",
  '&': "write 'and'",
  '|': "write 'or'",
  "'": 'strings stand in double quotes (")',
  '“': 'strings stand in straight double quotes (")',
  '”': 'strings stand in straight double quotes (")',
  '.': "a number starts with a digit, such as '0.5'",
  ':': "write 'is:' in one piece, such as 'is:paused'",
}

/**
 * The first token at or after `from`. White space is space, tab, CR and LF, names are ASCII letters and underscores,
 * as in Porla. A number ends where its digits end: `1gb` and `1and` are two tokens.
 */
export function readToken(text: string, from: number): Token {
  let start = from
  while (isSpace(text.charCodeAt(start))) start++
  if (start === text.length) return { kind: 'end', start, end: start }
  const code = text.charCodeAt(start)
  if (isLetter(code)) return readWord(text, start)
  if (isDigit(code) || text[start] === '-') return readNumber(text, start)
  if (text[start] === '"') return readQuoted(text, start)
  return readSymbol(text, start)
}

function readWord(text: string, start: number): Token {
  let end = start + 1
  while (isLetter(text.charCodeAt(end))) end++
  const word = text.slice(start, end)
  if (word === 'is' && text[end] === ':') return { kind: 'symbol', text: 'is:', start, end: end + 1 }
  return { kind: 'word', text: word, start, end }
}

function readNumber(text: string, start: number): Token {
  let end = text[start] === '-' ? digitsFrom(text, start + 1, '-') : digitsFrom(text, start, '')
  if (text[end] === '.') end = digitsFrom(text, end + 1, '.')
  const amount = Number(text.slice(start, end)) + 0 // -0 becomes 0
  if (!Number.isFinite(amount)) throw new PqlError(text, start, 'the number is too large')
  return { kind: 'number', amount, start, end }
}

/** The end of the digits at `start`; `after` is what demands that there is one. */
function digitsFrom(text: string, start: number, after: string): number {
  let end = start
  while (isDigit(text.charCodeAt(end))) end++
  if (end === start) throw new PqlError(text, start, `expected a digit after '${after}'`)
  return end
}

function readQuoted(text: string, start: number): Token {
  const literal = readString(text, start)
  if (!literal) {
    const escaped = text.includes('\\"', start + 1)
    const advice = escaped ? `\\" is a quote inside the string; to end in a backslash write \\\\"` : undefined
    throw new PqlError(text, start, 'no double quote ends the string', advice)
  }
  if (!literal.value.isWellFormed()) throw new PqlError(text, start, 'half a character in the string')
  return { kind: 'string', text: literal.value, start, end: literal.end }
}

function readSymbol(text: string, start: number): Token {
  const two = text.slice(start, start + 2)
  if (twoCharacters.includes(two)) return { kind: 'symbol', text: two, start, end: start + 2 }
  if (Object.hasOwn(advices, two)) throw new PqlError(text, start, `unexpected '${two}'`, advices[two])
  const one = String.fromCodePoint(text.codePointAt(start)!)
  if (oneCharacter.includes(one)) return { kind: 'symbol', text: one, start, end: start + 1 }
  const name = /[\p{C}\p{Z}]/u.test(one) ? codePointName(one) : quoted(one)
  throw new PqlError(
    text,
    start,
    `unexpected ${name}`,
    Object.hasOwn(advices, one) ? advices[one] : undefined,
  )
}

/** `U+00A0` for a character that one cannot see. */
function codePointName(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
}

const isSpace = (code: number) => code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a
const isDigit = (code: number) => code >= 0x30 && code <= 0x39
const isLetter = (code: number) =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f
