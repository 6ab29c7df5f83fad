import type { DatabaseSync } from 'node:sqlite'
import { countedTables, sumOf, type TableName } from './tables.ts'

/** How many rows each counted table has. */
export type Counts = Partial<Record<string, number>>

/** What the database says of itself: commits so far, and rows. */
export interface LedgerRow {
  changes: number
  rows: Counts
}

/** The ledger's row as it is in the file; null when there is none, `damaged` when it cannot be believed. */
export function readLedger(sqlite: DatabaseSync): LedgerRow | null | 'damaged' {
  if (!hasTable(sqlite, 'ledger')) return 'damaged'
  const statement = sqlite.prepare('SELECT changes, rows, sum FROM ledger WHERE id = 1')
  statement.setReadBigInts(true)
  const row = statement.get()
  if (row === undefined) return null
  const { changes, rows, sum } = row
  if (sumOf([changes, rows]) !== Number(sum)) return 'damaged'
  return { changes: Number(changes), rows: JSON.parse(rows as string) as Counts }
}

export function hasTable(sqlite: DatabaseSync, name: string): boolean {
  const find = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"
  return sqlite.prepare(find).get(name) !== undefined
}

/** Rows of each counted table; a table that is missing has none. */
export function countRows(sqlite: DatabaseSync, which = countedTables): Counts {
  return Object.fromEntries(
    which.map(({ name }) => {
      if (!hasTable(sqlite, name)) return [name, 0]
      return [name, sqlite.prepare(`SELECT count(*) AS n FROM ${name}`).get()?.n as number]
    }),
  )
}

/** The ledger of an open database: kept in memory, and written with each transaction. */
export class Ledger {
  readonly #write: ReturnType<DatabaseSync['prepare']>
  #changes: number
  #rows: Counts
  #text: string | null = null

  constructor(sqlite: DatabaseSync, { changes, rows }: LedgerRow) {
    this.#changes = changes
    this.#rows = { ...rows }
    sqlite.exec("INSERT OR IGNORE INTO ledger (id, changes, rows, sum) VALUES (1, 0, '{}', 0)")
    this.#write = sqlite.prepare('UPDATE ledger SET changes = ?, rows = ?, sum = ? WHERE id = 1')
  }

  /** Commits so far, this one included while it is written. */
  get changes(): number {
    return this.#changes
  }

  /** Rows were added to a table, or taken away. */
  add(table: TableName, rows: number): void {
    if (rows === 0) return
    this.#rows = { ...this.#rows, [table]: (this.#rows[table] ?? 0) + rows }
    this.#text = null
  }

  /** Replaces all counts, after rows were moved behind its back. */
  recount(rows: Counts): void {
    this.#rows = { ...rows }
    this.#text = null
  }

  /** Writes it, as the last step of a transaction. */
  write(): void {
    this.#changes++
    this.#text ??= JSON.stringify(this.#rows)
    this.#write.run(this.#changes, this.#text, sumOf([this.#changes, this.#text]))
  }

  /** How it is now, for `restore`. */
  save(): LedgerRow {
    return { changes: this.#changes, rows: this.#rows }
  }

  /** The transaction was rolled back. */
  restore({ changes, rows }: LedgerRow): void {
    this.#changes = changes
    this.#rows = rows
    this.#text = null
  }
}
