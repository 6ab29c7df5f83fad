import { DatabaseSync } from 'node:sqlite'
import { copiesOf } from './copies.ts'
import { StateError, stateError } from './error.ts'
import { readSummed, whereKey } from './examine.ts'
import { inspect } from './inspect.ts'
import { hasTable } from './ledger.ts'
import { sumsSince } from './migrations.ts'
import { describeRow, listAside, readRaw } from './set-aside.ts'
import { allTables, sumOf } from './tables.ts'
import { wrongColumns } from './values.ts'

/** What a look at a state found. */
export interface StateReport {
  file: string
  /** Why a daemon would not start on it; null when nothing is in the way. */
  refusal: string | null
  /** Rows that would be set aside at the next start, and what else is to be told. */
  damaged: string[]
  /** Rows that are set aside already. */
  aside: string[]
}

/** Reads all of a state, whether a daemon runs on it or not, and changes nothing. Throws StateError. */
export function lookAtState(path: string): StateReport {
  const report: StateReport = { file: path, refusal: null, damaged: [], aside: [] }
  const looked = inspect(path, { copies: copiesOf(path).length > 0, full: true })
  report.refusal = looked.finding?.text ?? null
  report.damaged.push(...looked.notes)
  if (looked.staleIndexes) report.damaged.push('its indexes do not fit their tables')
  if (looked.fresh || looked.version === 0 || looked.finding?.kind === 'damaged') return report
  let sqlite: DatabaseSync | undefined
  try {
    sqlite = new DatabaseSync(path, { readOnly: true, timeout: 1000 })
    if (looked.version >= sumsSince) lookAtRows(sqlite, report)
    return report
  } catch (error) {
    const told = stateError(error, path)
    if (!(told instanceof StateError)) throw error
    report.refusal ??= told.message
    return report
  } finally {
    sqlite?.close()
  }
}

function lookAtRows(sqlite: DatabaseSync, report: StateReport): void {
  for (const table of allTables) {
    if (!hasTable(sqlite, table.name)) {
      report.damaged.push(`the table ${table.name} is not there`)
      continue
    }
    for (const { key, values, sum, blob } of readSummed(sqlite, table)) {
      if (sum !== null && sumOf(values) === Number(sum) && !blob) continue
      const [row = {}] = readRaw(sqlite, table, whereKey(table), key)
      const wrong = wrongColumns(table, row).map(({ text }) => text)
      const why = wrong.length > 0 ? wrong.join(', ') : 'it was changed by something else, or damaged'
      report.damaged.push(`${describeRow(table.name, row)}: ${why}`)
    }
  }
  if (!hasTable(sqlite, 'set_aside')) return
  for (const { id, bundle, table, row, reason, time } of listAside(sqlite)) {
    // What belongs to a torrent that is set aside is not told apart.
    if (id !== bundle) continue
    const since = new Date(time * 1000).toISOString().slice(0, 16).replace('T', ' ')
    report.aside.push(`${describeRow(table, row)}, since ${since} UTC: ${reason}`)
  }
}
