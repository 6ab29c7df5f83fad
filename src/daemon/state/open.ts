import { chmodSync, closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { preparePrivateFolder } from '../../program/private-folder.ts'
import { copiesOf, copyBefore, newestCopy } from './copies.ts'
import { StateError, stateError } from './error.ts'
import { Examination, type Examined, readSummed, whereKey } from './examine.ts'
import { type Inspection, inspect } from './inspect.ts'
import { countRows, hasTable, Ledger, type LedgerRow } from './ledger.ts'
import { bootId, MarkWriter } from './mark.ts'
import { migrate, schemaVersion, sumsSince, type Unsummed } from './migrations.ts'
import { acceptLoss } from './recover.ts'
import { addSumFunctions, allTables, insertSql, sumOf, type Table, tables } from './tables.ts'

/** How long a commit may wait for another program that writes to the database. */
const busyMs = 1000
/** Pages of the log at which a commit checkpoints by itself: 16 MB. */
const checkpointPages = 4000

export interface OpenOptions {
  /** Starts with what is there, though it is less than was written. */
  acceptLoss?: boolean | undefined
  /** Hears what was found that does not keep it from starting. */
  warn?: (text: string) => void
}

/** A state that is open, and what was found in it. */
export interface OpenState {
  sqlite: DatabaseSync
  ledger: Ledger
  mark: MarkWriter
  examined: Examined
}

/**
 * Opens the state file, creating it and its folder for the owner alone. Nothing is written before it is clear that the
 * file holds what it must. Throws StateError.
 */
export function openState(path: string, options: OpenOptions = {}): OpenState {
  preparePrivateFolder(dirname(path))
  try {
    const looked = judged(path, options)
    for (const note of looked.notes) options.warn?.(note)
    closeSync(openSync(path, 'a', 0o600))
    chmodSync(path, 0o600)
    return openChecked(path, looked, options)
  } catch (error) {
    throw stateError(error, path)
  }
}

/** Looks at the file, and refuses one that must not be believed unless its loss is accepted. */
function judged(path: string, options: OpenOptions): Inspection {
  const looked = inspect(path, { copies: copiesOf(path).length > 0 })
  if (looked.finding === null) return looked
  if (!options.acceptLoss) throw refusal(path, looked.finding)
  const kept = acceptLoss(path, looked)
  options.warn?.(`the loss is accepted: ${looked.finding.text}. The files as they were are kept in ${kept}`)
  const again = inspect(path, { copies: false })
  if (again.finding?.kind === 'damaged') throw refusal(path, again.finding)
  // What is there is the truth from now on.
  return { ...again, finding: null, ledger: null, trusted: false }
}

function refusal(path: string, { kind, text }: NonNullable<Inspection['finding']>): StateError {
  const copy = newestCopy(path)
  const restore =
    copy === null
      ? 'put a backup back with `porla-lua daemon restore FILE`'
      : `put a backup back with \`porla-lua daemon restore '${copy.path}'\` (the newest copy, of ${copy.time})`
  const what = kind === 'lost' ? 'does not hold what was written to it' : 'is damaged'
  return new StateError(
    kind,
    path,
    `the state file ${path} ${what}: ${text}. The daemon does not start, so that nothing takes this for the truth: ` +
      `${restore}, or go on with what is there with \`porla-lua daemon start --accept-loss\` (what is there is kept ` +
      "aside). The torrents' files are not touched",
  )
}

function openChecked(path: string, looked: Inspection, options: OpenOptions): OpenState {
  const sqlite = new DatabaseSync(path, { timeout: busyMs })
  try {
    addSumFunctions(sqlite)
    sqlite.exec('PRAGMA journal_mode = WAL')
    sqlite.exec('PRAGMA synchronous = NORMAL')
    sqlite.exec('PRAGMA foreign_keys = ON')
    sqlite.exec('PRAGMA journal_size_limit = 16777216')
    sqlite.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`)
    if (looked.version > 0 && looked.version < schemaVersion) {
      const copy = copyBefore(sqlite, path, looked.version)
      options.warn?.(
        `the state is brought from schema ${looked.version} to ${schemaVersion}; it was copied to ${copy}`,
      )
    }
    migrate(sqlite, looked.version, schemaVersion, looked.version >= sumsSince ? wrongSums(sqlite) : [])
    const examined = examine(sqlite, looked)
    for (const note of examined.notes) options.warn?.(`the state file ${path}: ${note}`)
    // A plain copy of the file has at least the schema, from the first moment on.
    if (looked.version !== schemaVersion) sqlite.exec('PRAGMA wal_checkpoint(PASSIVE)')
    const ledger = new Ledger(sqlite, examined.ledger)
    const { changes } = examined.ledger
    const mark = new MarkWriter(path, {
      boot: bootId(),
      schema: schemaVersion,
      changes,
      synced: changes,
      closed: null,
    })
    return { sqlite, ledger, mark, examined }
  } catch (error) {
    sqlite.close()
    throw error
  }
}

/** Looks at every row, in one transaction that also writes the ledger anew if that is needed. */
function examine(
  sqlite: DatabaseSync,
  { trusted, ledger, staleIndexes }: Inspection,
): Examined & { ledger: LedgerRow } {
  sqlite.exec('BEGIN IMMEDIATE')
  try {
    const made = makeMissingTables(sqlite)
    const examined = new Examination(sqlite, { trusted, unsummed: ledger === null }).run()
    if (staleIndexes) sqlite.exec('REINDEX')
    const pause = insertSql(tables.paused_sessions, ['name'], 'INSERT OR REPLACE')
    for (const session of examined.hold === 'all' ? [] : examined.hold) sqlite.prepare(pause).run(session)
    examined.notes.unshift(...made.map((name) => `the table ${name} was gone and is made anew, empty`))
    if (staleIndexes) examined.notes.push('its indexes did not fit their tables and are made anew')
    let row = ledger
    if (row === null || examined.notes.length > 0) {
      const anew = new Ledger(sqlite, { changes: ledger?.changes ?? 0, rows: countRows(sqlite) })
      anew.write()
      row = anew.save()
    }
    sqlite.exec('COMMIT')
    return { ...examined, ledger: row }
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK')
    throw error
  }
}

/** Rows whose sum is wrong or missing, before a migration gives all of them new ones. */
function wrongSums(sqlite: DatabaseSync): Unsummed[] {
  return allTables.flatMap((table: Table) => {
    if (!hasTable(sqlite, table.name)) return []
    return [...readSummed(sqlite, table)].flatMap(({ key, values, sum, blob }): Unsummed[] => {
      if (sum !== null && sumOf(values) === Number(sum) && !blob) return []
      return [{ sql: `UPDATE ${table.name} SET sum = NULL WHERE ${whereKey(table)}`, key }]
    })
  })
}

/** Makes tables that are gone, empty. Returns their names. */
function makeMissingTables(sqlite: DatabaseSync): string[] {
  const missing = [...allTables.map(({ name }) => name), 'set_aside'].filter(
    (name) => !hasTable(sqlite, name),
  )
  if (missing.length === 0) return []
  const model = new DatabaseSync(':memory:')
  try {
    migrate(model, 0)
    for (const name of missing) {
      const parts = model
        .prepare('SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL')
        .all(name)
      for (const { sql } of parts) sqlite.exec(sql as string)
    }
  } finally {
    model.close()
  }
  return missing
}
