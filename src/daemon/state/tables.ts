import type { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'

/** What SQLite gives for a value, and takes. */
export type Value = string | number | bigint | null | Uint8Array

/** A table of the state, as it is in the newest schema. */
export interface Table {
  readonly name: string
  /** What the sum of a row covers, in the order of the table. */
  readonly columns: readonly string[]
  /** Columns that tell its rows apart. */
  readonly key: readonly string[]
  /** A column with a sum of its own, since it is large and seldom written: `NAME_sum`. */
  readonly apart?: string
  /** The ledger knows how many rows there are. */
  readonly counted: boolean
  /** Its rows belong to a torrent, whose number is in this column. */
  readonly torrent?: string
}

export const torrentNames = [
  'id',
  'session',
  'v1',
  'v2',
  'name',
  'save_path',
  'added_time',
  'flags',
  'queue_key',
  'category',
  'tags',
  'download_limit',
  'upload_limit',
  'max_connections',
  'max_uploads',
  'file_priorities',
  'error',
  'error_file',
  'size',
  'total',
  'total_wanted',
  'piece_length',
  'pieces',
] as const

export const progressNames = [
  'id',
  'files',
  'have_count',
  'done',
  'wanted_done',
  'finished',
  'completed_time',
  'downloaded',
  'uploaded',
  'active_ms',
  'finished_ms',
  'seeding_ms',
  'last_download',
  'last_upload',
  'last_seen_complete',
] as const

/** Every table but those of the state about itself (ledger, set_aside). A new table of the schema is added here. */
export const tables = {
  settings: {
    name: 'settings',
    columns: ['session', 'name', 'value'],
    key: ['session', 'name'],
    counted: true,
  },
  torrents: { name: 'torrents', columns: torrentNames, key: ['id'], counted: true },
  progress: { name: 'progress', columns: progressNames, key: ['id'], counted: false, torrent: 'id' },
  bitfields: { name: 'bitfields', columns: ['id', 'have'], key: ['id'], counted: false, torrent: 'id' },
  file_stamps: {
    name: 'file_stamps',
    columns: ['id', 'stamps'],
    key: ['id'],
    counted: false,
    torrent: 'id',
  },
  metadata: { name: 'metadata', columns: ['id', 'content'], key: ['id'], counted: true, torrent: 'id' },
  sources: {
    name: 'sources',
    columns: ['id', 'hints'],
    key: ['id'],
    apart: 'torrent_file',
    counted: true,
    torrent: 'id',
  },
  removals: {
    name: 'removals',
    columns: ['id', 'session', 'v1', 'save_path', 'torrent_file'],
    key: ['id'],
    counted: true,
  },
  moves: {
    name: 'moves',
    columns: ['id', 'torrent', 'target'],
    key: ['id'],
    counted: true,
    torrent: 'torrent',
  },
  paused_sessions: { name: 'paused_sessions', columns: ['name'], key: ['name'], counted: true },
} as const satisfies Record<string, Table>

export type TableName = keyof typeof tables

export const allTables: readonly Table[] = Object.values(tables)
export const countedTables: readonly Table[] = allTables.filter(({ counted }) => counted)

/** Tables whose rows belong to a torrent, with the column that names it. */
export const tablesOfTorrents = allTables.filter(
  (table): table is Table & { torrent: string } => table.torrent !== undefined,
)

/**
 * The sum of a row: CRC-32 over its columns in the order of the table. It finds every flipped bit of a row, and rows
 * that something else than this program wrote.
 */
export function sumOf(values: readonly unknown[]): number {
  return crc32(values.join('\x1f'))
}

/** The sum of a large column. Null for null. */
export function blobSum(bytes: Uint8Array | null): number | null {
  return bytes === null ? null : crc32(bytes)
}

/** Lets statements of this connection compute sums: `row_sum(a, b, ...)`. */
export function addSumFunctions(sqlite: DatabaseSync): void {
  sqlite.function('row_sum', { varargs: true, deterministic: true }, (...values) => sumOf(values))
  sqlite.function('blob_sum', { deterministic: true }, (bytes) => blobSum(bytes as Uint8Array | null))
}

/** `INSERT INTO` with `columns` as parameters in their order; the sums are computed. */
export function insertSql(table: Table, columns: readonly string[], verb = 'INSERT'): string {
  const place = (column: string) => {
    const at = columns.indexOf(column)
    return at < 0 ? 'NULL' : `?${at + 1}`
  }
  const names = [...columns, 'sum']
  const values = [...columns.map(place), `row_sum(${table.columns.map(place).join(', ')})`]
  if (table.apart !== undefined) {
    names.push(`${table.apart}_sum`)
    values.push(`blob_sum(${place(table.apart)})`)
  }
  return `${verb} INTO ${table.name} (${names.join(', ')}) VALUES (${values.join(', ')})`
}

/** `UPDATE` of some columns of one row: parameters are their values in this order, then those of the key. */
export function updateSql(table: Table, columns: readonly string[]): string {
  const sets = columns.map((column, i) => `${column} = ?${i + 1}`)
  if (columns.some((column) => table.columns.includes(column))) {
    const parts = table.columns.map((column) => {
      const at = columns.indexOf(column)
      return at < 0 ? column : `?${at + 1}`
    })
    sets.push(`sum = row_sum(${parts.join(', ')})`)
  }
  if (table.apart !== undefined && columns.includes(table.apart)) {
    sets.push(`${table.apart}_sum = blob_sum(?${columns.indexOf(table.apart) + 1})`)
  }
  const where = table.key.map((column, i) => `${column} = ?${columns.length + i + 1}`)
  return `UPDATE ${table.name} SET ${sets.join(', ')} WHERE ${where.join(' AND ')}`
}

/** Computes the sums of all rows anew, after a migration gave a table more columns. */
export function sumAgain(sqlite: DatabaseSync): void {
  for (const table of allTables) {
    const apart = table.apart === undefined ? '' : `, ${table.apart}_sum = blob_sum(${table.apart})`
    sqlite.exec(`UPDATE ${table.name} SET sum = row_sum(${table.columns.join(', ')})${apart}`)
  }
}
