/** A parameter; `optional` may be left out. */
export interface Parameter {
  readonly name: string
  readonly optional: boolean
  readonly type: string
}

export interface Signature {
  readonly parameters: readonly Parameter[]
  /** Types of the results. */
  readonly results: readonly string[]
}

const opening = '([{<'
const closing = ')]}>'

/** Splits at a character outside of brackets. */
function split(text: string, separator: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (const [i, character] of [...text].entries()) {
    if (opening.includes(character)) depth++
    else if (closing.includes(character)) depth--
    else if (character === separator && depth === 0) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim()).filter((part) => part !== '')
}

/** Takes a signature of the API tables apart: `(ip: string, port?: integer): boolean, string?`. */
export function parseSignature(text: string): Signature {
  let depth = 0
  const end = [...text].findIndex((character) => {
    if (opening.includes(character)) depth++
    else if (closing.includes(character)) depth--
    return depth === 0
  })
  const parameters = split(text.slice(1, end), ',').map((part) => {
    const [, name, mark, type] = /^([\w.]+)(\??):\s*(.+)$/s.exec(part) ?? []
    if (name === undefined || type === undefined)
      throw new Error(`signature ${text}: '${part}' is no parameter`)
    return { name, optional: mark === '?', type }
  })
  const rest = text.slice(end + 1)
  if (rest !== '' && !rest.startsWith(': '))
    throw new Error(`signature ${text}: ': ' expected before the results`)
  return { parameters, results: split(rest.slice(2), ',') }
}
