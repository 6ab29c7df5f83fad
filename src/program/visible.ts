/**
 * What a terminal would obey, or what would make it show something else than is there: control characters (C0, DEL, C1),
 * marks and overrides of the writing direction, line and paragraph separators.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unseen = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/**
 * Text as one line that looks like what it is: in names, paths and messages that come from strangers, what a terminal
 * would obey stands as an escape of Lua (`\n`, `\x1b`, `\u{202e}`). Characters of `keep` stay as they are.
 */
export function visible(text: string, { keep = '' }: { keep?: string } = {}): string {
  return text.replace(unseen, (character) => {
    if (keep.includes(character)) return character
    if (character === '\n') return '\\n'
    if (character === '\r') return '\\r'
    if (character === '\t') return '\\t'
    const code = character.charCodeAt(0).toString(16)
    return character < '\x80' ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`
  })
}

/** JSON that says the same, with escapes for whatever a terminal would obey. Line breaks between values stay. */
export function visibleJson(json: string): string {
  return json.replace(unseen, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** A message of several lines for stdout (1) or stderr (2): made visible for a terminal, as it is for everything else. */
export function forTerminal(text: string, fd: 1 | 2): string {
  return process.getBuiltinModule('node:tty').isatty(fd) ? visible(text, { keep: '\n\t' }) : text
}
