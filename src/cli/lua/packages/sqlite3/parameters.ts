/** Parameters of a statement, by index from 1: the name (`:x`, `@x`, `$x`), or null for `?`, `?N` and gaps. */
export type Parameters = readonly (string | null)[]

/**
 * Numbers the parameters of a statement as SQLite does (lang_expr.html, "Parameters"): node:sqlite binds by name or by
 * place among those without a name, and has no call that tells the index of a name.
 */
export function parametersOf(sql: string): Parameters {
  const names: (string | null)[] = []
  for (const [token] of sql.matchAll(tokens)) {
    if (token === ';') break
    if (/^\?\d/.test(token)) fill(names, Number(token.slice(1)))
    else if (token === '?') names.push(null)
    else if (/^[:@$]./.test(token) && !names.includes(token)) names.push(token)
  }
  return names
}

/** The first statement of the text, without the semicolon that ends it: all that `prepare` looks at. */
export function firstStatement(sql: string): string {
  for (const { 0: token, index } of sql.matchAll(tokens)) if (token === ';') return sql.slice(0, index)
  return sql
}

/** Indexes up to the highest `?N` exist, also where nothing names them. Past SQLite's limit `prepare` refuses. */
function fill(names: (string | null)[], count: number): void {
  while (names.length < Math.min(count, 32766)) names.push(null)
}

/** SQLite's tokens, as far as parameters have to be told from what only looks like them. */
const tokens = new RegExp(
  [
    /--[^\n]*/, // comments
    /\/\*[\s\S]*?(?:\*\/|$)/,
    /'(?:[^']|'')*'/, // text and quoted names
    /"(?:[^"]|"")*"/,
    /`(?:[^`]|``)*`/,
    /\[[^\]]*\]/,
    /\?\d*/,
    /[:@][\w$\u0080-\uffff]+/,
    /\$[\w$\u0080-\uffff]+(?:::[\w$\u0080-\uffff]*)*(?:\([^\s)]*\))?/, // Tcl's variables
    /[\w\u0080-\uffff][\w$\u0080-\uffff]*/, // names and numbers: a $ inside one begins nothing
    /;/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)
