import type { DatabaseSync } from 'node:sqlite'
import {
  forgetShared,
  progressAt,
  progressFromArray,
  progressSumAt,
  selectAll,
  torrentFromArray,
  torrentSumAt,
} from './columns.ts'
import { type ProgressRow, type SavedTorrent, unknownProgress } from './rows.ts'
import { columnsOf, describeRow, keepAside, readRaw } from './set-aside.ts'
import {
  blobSum,
  insertSql,
  progressNames,
  sumAgain,
  sumOf,
  type Table,
  tables,
  tablesOfTorrents,
  torrentNames,
  type Value,
} from './tables.ts'
import { type RawRow, wrongColumns } from './values.ts'

/** What an examination of the rows came to. */
export interface Examined {
  /** Every torrent that can be used. */
  torrents: SavedTorrent[]
  /** What was set aside or made anew, a sentence each. */
  notes: string[]
  /** Sessions that must not run before somebody has looked; `all` when it is not known which. */
  hold: Set<string> | 'all'
}

/** Settings that decide where data goes: without one of them a session could talk to whom it must not. */
const guarding =
  /^(proxy_|outgoing_interfaces$|listen_interfaces$|anonymous_mode$|\w+_enc_policy$|allowed_enc_level$)/

/**
 * Looks at every row, sets aside what cannot be used and returns the torrents that can. Runs inside a transaction.
 * `trusted`: nothing touched the file since it was closed, so that what is large (bitfields, torrent files) is looked at
 * when it is used. `unsummed`: the rows have no sums yet; those that hold what they may get theirs.
 */
export class Examination {
  readonly #sqlite: DatabaseSync
  readonly #options: { trusted: boolean; unsummed: boolean }
  readonly #known = new Set<string>()
  readonly #result: Examined = { torrents: [], notes: [], hold: new Set() }

  constructor(sqlite: DatabaseSync, options: { trusted: boolean; unsummed: boolean }) {
    this.#sqlite = sqlite
    this.#options = options
  }

  run(): Examined {
    const { trusted } = this.#options
    this.#torrents()
    for (const table of [tables.settings, tables.removals, tables.paused_sessions]) this.#rows(table)
    for (const table of tablesOfTorrents) {
      this.#orphans(table, trusted)
      if (table.name === 'progress') continue
      if (!trusted || table.name === 'moves') this.#rows(table)
    }
    if (!trusted) this.#sourceless()
    if (this.#options.unsummed) sumAgain(this.#sqlite)
    forgetShared()
    return this.#result
  }

  #torrents(): void {
    const broken: { id: Value; what: 'torrent' | 'progress' }[] = []
    for (const row of readArrays(this.#sqlite, selectAll)) {
      const torrent = this.#parse(row)
      if (torrent === null) broken.push({ id: row[0] as Value, what: 'torrent' })
      else if (torrent.progress === null) broken.push({ id: torrent.row.id, what: 'progress' })
      if (torrent !== null) {
        this.#result.torrents.push({ row: torrent.row, progress: torrent.progress ?? { ...unknownProgress } })
      }
    }
    for (const { id, what } of broken) {
      if (what === 'torrent') this.#setTorrentAside(id, this.#reasonOf(tables.torrents, id))
      else this.#renewProgress(id)
    }
  }

  /** Null when the torrent itself cannot be used; null progress when that cannot. */
  #parse(row: unknown[]): { row: SavedTorrent['row']; progress: ProgressRow | null } | null {
    const ofTorrent = row.slice(0, torrentSumAt)
    const ofProgress = row.slice(progressAt, progressSumAt)
    try {
      if (!this.#holds(tables.torrents, torrentNames, ofTorrent, row[torrentSumAt])) return null
      if (this.#isDouble(row)) return null
      const progress =
        row[progressAt] === row[0] &&
        this.#holds(tables.progress, progressNames, ofProgress, row[progressSumAt])
      return { row: torrentFromArray(row), progress: progress ? progressFromArray(row) : null }
    } catch (error) {
      // Tags whose sum is right are JSON.
      if (error instanceof SyntaxError) return null
      throw error
    }
  }

  /** Two of one hash in one session: an index that was broken let them in. */
  #isDouble(row: unknown[]): boolean {
    const name = `${row[2]} ${row[1]}`
    if (this.#known.has(name)) return true
    this.#known.add(name)
    return false
  }

  /** Whether a row is as this program wrote it. */
  #holds(table: Table, columns: readonly string[], values: unknown[], sum: unknown): boolean {
    if (sum !== null) return sumOf(values) === Number(sum)
    if (!this.#options.unsummed) return false
    const row = Object.fromEntries(columns.map((column, i) => [column, values[i] as Value]))
    return wrongColumns(table, row).length === 0
  }

  /** Every row of a table but torrents and progress. */
  #rows(table: Table): void {
    const broken: Value[][] = []
    for (const { key, values, sum, blob } of readSummed(this.#sqlite, table)) {
      if (blob || !this.#holds(table, table.columns, values, sum)) broken.push(key)
    }
    for (const key of broken) this.#setRowAside(table, key)
  }

  #setRowAside(table: Table, key: Value[]): void {
    if (table.name === 'sources') {
      this.#setTorrentAside(key[0]!, this.#reasonOf(table, key[0]!))
      return
    }
    const [row] = readRaw(this.#sqlite, table, whereKey(table), key)
    if (row === undefined) return
    const reason = reasonOf(table, row)
    this.#hold(table, row)
    this.#keep([{ table: table.name, row, reason }])
    this.#delete(table, key)
    this.#note(table.name, row, reason)
  }

  /** A session whose protection cannot be read stays still. */
  #hold(table: Table, row: RawRow): void {
    if (table.name === 'paused_sessions') this.#result.hold = 'all'
    if (table.name !== 'settings' || this.#result.hold === 'all') return
    const { session, name } = row
    if (typeof session !== 'string' || typeof name !== 'string') this.#result.hold = 'all'
    else if (guarding.test(name)) this.#result.hold.add(session)
  }

  /** A torrent and everything that belongs to it. */
  #setTorrentAside(id: Value, reason: string): void {
    const rows = [tables.torrents, ...tablesOfTorrents].flatMap((table) =>
      readRaw(this.#sqlite, table, `${ofTorrent(table)} = ?`, [id]).map((row) => ({
        table: table.name,
        row,
        reason,
      })),
    )
    this.#keep(rows)
    for (const { name, torrent } of tablesOfTorrents)
      this.#run(`DELETE FROM ${name} WHERE ${torrent} = ?`, [id])
    this.#run('DELETE FROM torrents WHERE id = ?', [id])
    this.#result.torrents = this.#result.torrents.filter(({ row }) => row.id !== id)
    const torrent = rows.find(({ table }) => table === 'torrents')
    if (torrent) this.#note('torrents', torrent.row, reason)
  }

  /** The torrent goes on, its files are looked at again. */
  #renewProgress(id: Value): void {
    const [row] = readRaw(this.#sqlite, tables.progress, 'id = ?', [id])
    const reason = row ? reasonOf(tables.progress, row) : 'it was missing'
    this.#keep([{ table: 'progress', row: row ?? { id }, reason }])
    this.#run(insertSql(tables.progress, progressNames, 'INSERT OR REPLACE'), [
      id,
      ...Object.values(unknownProgress).map(Number),
    ])
    this.#run('DELETE FROM bitfields WHERE id = ?', [id])
    this.#note('progress', { id }, `${reason}; its files are checked again, its counters begin anew`)
  }

  /** Rows of torrents that there are not. */
  #orphans(table: Table & { torrent: string }, trusted: boolean): void {
    // Reading all of these would read all of the file.
    if (trusted && table.name !== 'progress' && table.name !== 'moves') return
    const missing = `NOT EXISTS (SELECT 1 FROM torrents t WHERE t.id = o.${table.torrent})`
    const statement = this.#sqlite.prepare(
      `SELECT ${table.key[0]} AS id FROM ${table.name} o WHERE ${missing}`,
    )
    statement.setReadBigInts(true)
    for (const { id } of statement.all()) {
      const [row] = readRaw(this.#sqlite, table, 'id = ?', [id as Value])
      if (row === undefined) continue
      const reason = 'the torrent that it belongs to is not there'
      this.#keep([{ table: table.name, row, reason }])
      this.#delete(table, [id as Value])
      this.#note(table.name, row, reason)
    }
  }

  #sourceless(): void {
    const find = 'SELECT id FROM torrents t WHERE NOT EXISTS (SELECT 1 FROM sources s WHERE s.id = t.id)'
    for (const { id } of this.#sqlite.prepare(find).all()) {
      this.#setTorrentAside(id as Value, 'its trackers and its torrent file are missing')
    }
  }

  #reasonOf(table: Table, id: Value): string {
    const [row] = readRaw(this.#sqlite, table, 'id = ?', [id])
    return reasonOf(table, row ?? {})
  }

  #delete(table: Table, key: Value[]): void {
    this.#run(`DELETE FROM ${table.name} WHERE ${whereKey(table)}`, key)
  }

  #keep(rows: { table: string; row: RawRow; reason: string }[]): void {
    keepAside(this.#sqlite, rows)
  }

  #run(sql: string, values: Value[]): void {
    this.#sqlite.prepare(sql).run(...values)
  }

  #note(table: string, row: RawRow, reason: string): void {
    this.#result.notes.push(`${describeRow(table, row)} is set aside: ${reason}`)
  }
}

/**
 * The rows of a table with their sums, in the schema that the file has. `blob`: the sum of the large column is wrong.
 */
export function* readSummed(
  sqlite: DatabaseSync,
  table: Table,
): Generator<{ key: Value[]; values: unknown[]; sum: unknown; blob: boolean }> {
  const apart = table.apart === undefined ? [] : [table.apart, `${table.apart}_sum`]
  const columns = columnsOf(sqlite, table.name).filter((name) => name !== 'sum' && !apart.includes(name))
  const key = table.key.map(keyColumn)
  const statement = sqlite.prepare(
    `SELECT ${[...columns, 'sum', ...key, ...apart].join(', ')} FROM ${table.name}`,
  )
  statement.setReturnArrays(true)
  statement.setReadBigInts(true)
  const sumAt = columns.length
  for (const raw of statement.iterate()) {
    const row = (raw as unknown as unknown[]).map(small)
    const [bytes = null, bytesSum = null] = row.slice(sumAt + 1 + key.length)
    yield {
      key: row.slice(sumAt + 1, sumAt + 1 + key.length) as Value[],
      values: row.slice(0, sumAt),
      sum: row[sumAt],
      blob: row[sumAt] !== null && blobSum(bytes as Uint8Array | null) !== bytesSum,
    }
  }
}

/** A key is compared by its bytes: a text that is no UTF-8 would not be found again otherwise. */
function keyColumn(name: string): string {
  return name === 'id' ? name : `CAST(${name} AS BLOB)`
}

/** The condition that finds one row by its key, as `readSummed` gives it. */
export function whereKey(table: Table): string {
  return table.key.map((name) => `${keyColumn(name)} = ?`).join(' AND ')
}

function ofTorrent(table: Table): string {
  return table.torrent ?? 'id'
}

/** Rows as arrays, the number of the row first. Integers past 2^53, which the fast way cannot give, come as BigInt. */
function readArrays(sqlite: DatabaseSync, sql: string): unknown[][] {
  const statement = sqlite.prepare(sql)
  statement.setReturnArrays(true)
  try {
    const rows = statement.all() as unknown as unknown[][]
    // The least of all integers comes as a number that is not quite it.
    if (rows.every(([id]) => Number.isSafeInteger(id))) return rows
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_OUT_OF_RANGE') throw error
  }
  statement.setReadBigInts(true)
  return (statement.all() as unknown as unknown[][]).map((row) => row.map(small))
}

function small(value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Why a row is set aside. */
function reasonOf(table: Table, row: RawRow): string {
  const wrong = wrongColumns(table, row)
  if (wrong.length > 0) return wrong.map(({ text }) => text).join(', ')
  return 'it was changed by something else than this program, or damaged'
}
