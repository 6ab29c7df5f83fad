/** What became of one row. */
export interface Row {
  section: string
  name: string
  /** Documented members, `Class.member`. */
  members: string[]
  ok: boolean
  problem: string
}

/** Reads what harness.lua prints. A row without a result has failed. */
export function rowsOf(output: string): Row[] {
  const rows = new Map<string, Row>()
  for (const line of output.split('\n')) {
    const [kind, section = '', name = '', rest = ''] = line.split('\t')
    const key = `${section} ${name}`
    if (kind === 'row') {
      if (rows.has(key)) throw new Error(`two rows are called ${key}`)
      rows.set(key, {
        section,
        name,
        members: rest.split(' ').filter((member) => member !== ''),
        ok: false,
        problem: 'the script ended before it came to this row',
      })
    } else if (kind === 'ok' || kind === 'not ok') {
      const row = rows.get(key)
      if (!row) throw new Error(`a result of no row: ${line}`)
      row.ok = kind === 'ok'
      row.problem = rest.replaceAll(' | ', '\n')
    }
  }
  return [...rows.values()]
}
