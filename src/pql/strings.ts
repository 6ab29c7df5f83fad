// How a string is written. Porla has no escapes: its strings go up to the next double quote, and a backslash is an
// ordinary character. To let a string contain a quote and still leave `"C:\new"` and `"\\server\share"` what they are
// in Porla, a backslash has a meaning only directly before a double quote:
//
//   \"     a double quote
//   \\"    a backslash, and the string ends; in general 2n backslashes are n, and 2n + 1 are n and a quote
//
// Everywhere else it stands for itself. Line breaks and tabs need no escape, they may stand in a string as they are.

/** What a string at `open`, the index of its opening quote, says, and the index after its closing quote. */
export interface StringLiteral {
  readonly value: string
  readonly end: number
}

/** Reads a string; undefined when no closing quote follows. Linear in its length. */
export function readString(text: string, open: number): StringLiteral | undefined {
  let value = ''
  let from = open + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote === -1) return undefined
    const slashes = slashesBefore(text, quote, from)
    value += text.slice(from, quote - Math.ceil(slashes / 2))
    if (slashes % 2 === 0) return { value, end: quote + 1 }
    value += '"'
    from = quote + 1
  }
}

/** Writes a string so that readString gives the same value. */
export function writeString(value: string): string {
  const parts = value.split('"').map((part) => part + '\\'.repeat(slashesBefore(part, part.length, 0)))
  return `"${parts.join('\\"')}"`
}

/** How many backslashes stand directly before `end`, none of them before `start`. */
function slashesBefore(text: string, end: number, start: number): number {
  let at = end
  while (at > start && text[at - 1] === '\\') at--
  return end - at
}
