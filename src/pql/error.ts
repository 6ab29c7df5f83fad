/** How much of a line an excerpt shows before and after the place, in UTF-16 units. */
const shownBefore = 60
const shownAfter = 30

/** Control and format characters, line breaks and halves of characters: what would spoil a line on a terminal. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** A text that is not PQL. */
export class PqlError extends Error {
  /**
   * Where in the text, 0-based, as an index into the JavaScript string (UTF-16 units); the text's length when it ends
   * too early.
   */
  readonly offset: number
  /** 1-based; a line ends with LF. */
  readonly line: number
  /** 1-based, in characters (code points). */
  readonly column: number
  /**
   * Two lines: the line of the text, shortened around the place, and a caret under the place. Tabs are shown as one
   * space and other invisible characters as U+FFFD.
   */
  readonly excerpt: string

  /** The message is one line: what is wrong, where, and `advice` on what to do, if there is any. */
  constructor(text: string, offset: number, problem: string, advice?: string) {
    const { line, column } = placeOf(text, offset)
    super(`${problem} at ${placeName(text, offset)}${advice ? `: ${advice}` : ''}`)
    this.name = 'PqlError'
    this.offset = offset
    this.line = line
    this.column = column
    this.excerpt = excerptOf(text, offset)
  }
}

/** `column 5`, with the line in front when the text has several. */
export function placeName(text: string, offset: number): string {
  const { line, column } = placeOf(text, offset)
  return text.includes('\n') ? `line ${line}, column ${column}` : `column ${column}`
}

/** A piece of the text as part of a message: one line, 40 characters at most. */
export function quoted(piece: string): string {
  const short = piece.length > 40 ? `${piece.slice(0, 37)}...` : piece
  return `'${visible(short)}'`
}

/** As many characters as before, all of them visible. */
function visible(text: string): string {
  return text.replace(/[\t\r\n]/g, ' ').replace(invisible, '\ufffd')
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let lineStart = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
    lineStart = at + 1
  }
  return { line, column: characters(text.slice(lineStart, offset)) + 1 }
}

function characters(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

function excerptOf(text: string, offset: number): string {
  const lineStart = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
  const lineEnd = text.indexOf('\n', offset)
  const lastEnd = lineEnd === -1 ? text.length : lineEnd
  const start = Math.max(lineStart, offset - shownBefore)
  const end = Math.min(lastEnd, offset + shownAfter)
  const before = (start > lineStart ? '...' : '') + visible(text.slice(start, offset))
  const after = visible(text.slice(offset, end).replace(/\r$/, '')) + (end < lastEnd ? '...' : '')
  return `${before}${after}\n${' '.repeat(characters(before))}^`
}
