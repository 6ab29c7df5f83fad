/** A row of a table of the reference: the number of its section, and its first cell without arguments and marks. */
export interface ReferenceRow {
  section: string
  name: string
}

/**
 * The rows of the tables that a script can see, in order: sections 0 to 12 and the measured errors. What is behind them
 * is about the engine.
 */
export function referenceRows(markdown: string): ReferenceRow[] {
  const rows: ReferenceRow[] = []
  let section = ''
  let heading = true
  for (const line of markdown.split('\n')) {
    const title = /^#+ (.*)/.exec(line)?.[1]
    if (title !== undefined) section = /^\d+/.exec(title)?.[0] ?? (title.startsWith('Errors') ? 'errors' : '')
    if (!line.startsWith('|')) heading = true
    else if (heading) heading = false
    else if (!/^[|\-: ]+$/.test(line) && (section === 'errors' || Number(section || 99) <= 12)) {
      const [, cell = ''] = line.split(/(?<!\\)\|/)
      rows.push({
        section,
        name: cell
          .trim()
          .replaceAll('`', '')
          .replace(/\([^()]*\)/g, '()'),
      })
    }
  }
  return rows
}
