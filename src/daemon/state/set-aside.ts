import type { DatabaseSync } from 'node:sqlite'
import type { Table, Value } from './tables.ts'
import type { RawRow } from './values.ts'

/** A row that was damaged and is kept apart until somebody looks at it. */
export interface SetAside {
  readonly id: number
  /** Rows of one torrent have the same. */
  readonly bundle: number
  /** Unix seconds. */
  readonly time: number
  /** Name of its table. */
  readonly table: string
  readonly reason: string
  /** Empty for a row that was missing. */
  readonly row: RawRow
}

/** Reads rows with every byte of them: text that is no UTF-8 as bytes, integers beyond 2^53 as BigInt. */
export function readRaw(
  sqlite: DatabaseSync,
  table: Table,
  where: string,
  values: readonly Value[],
): RawRow[] {
  const names = columnsOf(sqlite, table.name)
  const parts = names.flatMap((name) => [
    `typeof(${name}) AS "t:${name}"`,
    `CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) ELSE ${name} END AS "v:${name}"`,
  ])
  const statement = sqlite.prepare(`SELECT ${parts.join(', ')} FROM ${table.name} WHERE ${where}`)
  statement.setReadBigInts(true)
  return statement.all(...values).map((row) => {
    const entries = names.map((name): [string, Value] => [
      name,
      typed(row[`t:${name}`] as string, row[`v:${name}`] as Value),
    ])
    return Object.fromEntries(entries)
  })
}

/** Names of the columns of a table, as they are in this file. */
export function columnsOf(sqlite: DatabaseSync, table: string): string[] {
  return sqlite
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all(table)
    .map(({ name }) => name as string)
}

/** Keeps rows in `set_aside`, as one bundle; the caller deletes them where they were. Returns the bundle's number. */
export function keepAside(
  sqlite: DatabaseSync,
  rows: readonly { table: string; row: RawRow; reason: string }[],
): number {
  const time = Math.floor(Date.now() / 1000)
  const insert = sqlite.prepare(
    `INSERT INTO set_aside (bundle, time, origin, reason, content)
     VALUES (coalesce(?, 1 + (SELECT coalesce(max(id), 0) FROM set_aside)), ?, ?, ?, ?)`,
  )
  let bundle: number | null = null
  for (const { table, row, reason } of rows) {
    const { lastInsertRowid }: { lastInsertRowid: number | bigint } = insert.run(
      bundle,
      time,
      table,
      reason,
      encode(row),
    )
    bundle ??= Number(lastInsertRowid)
  }
  return bundle ?? 0
}

/** Everything that is set aside, oldest first. Rows of the table that are damaged themselves are told, not thrown. */
export function listAside(sqlite: DatabaseSync): SetAside[] {
  const rows = sqlite.prepare('SELECT id, bundle, time, origin, reason, content FROM set_aside ORDER BY id')
  return rows.all().map(({ id, bundle, time, origin, reason, content }) => {
    const row = decode(content as string)
    return {
      id: id as number,
      bundle: bundle as number,
      time: time as number,
      table: origin as string,
      reason: row === null ? `${reason}; what was kept of it cannot be read either` : (reason as string),
      row: row ?? {},
    }
  })
}

/** Names a row for people: `the torrent 'name'`, `the setting listen_interfaces of session 'default'`. */
export function describeRow(table: string, row: RawRow): string {
  const show = (value: Value | undefined) => (typeof value === 'string' ? `'${value}'` : `number ${value}`)
  const of = row.session === undefined || row.session === null ? '' : ` of session ${show(row.session)}`
  switch (table) {
    case 'torrents':
      return `the torrent ${show(row.name || row.v1)}${of}`
    case 'settings':
      return `the setting ${show(row.name)}${of}`
    case 'removals':
      return `the removal of the files of ${show(row.v1)}${of}`
    case 'paused_sessions':
      return `the pause of session ${show(row.name)}`
    case 'moves':
      return `the move to ${show(row.target)} of torrent number ${row.torrent}`
    default:
      return `the row of torrent number ${row.id} in ${table}`
  }
}

/**
 * JSON of a row. What JSON cannot hold is an object: `{"integer": "9007199254740993"}`, `{"bytes": BASE64}`, and
 * `{"text": BASE64}` for text that is no UTF-8.
 */
function encode(row: RawRow): string {
  return JSON.stringify(row, (_, value) => {
    if (typeof value === 'bigint') return { integer: String(value) }
    if (value instanceof NotUtf8) return { text: Buffer.from(value).toString('base64') }
    if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') }
    return value
  })
}

function decode(content: string): RawRow | null {
  try {
    const row = JSON.parse(content) as Record<string, Value | Record<string, string>>
    const entries = Object.entries(row).map(([name, value]): [string, Value] => {
      if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [name, value]
      if (value.integer !== undefined) return [name, BigInt(value.integer)]
      if (value.text !== undefined) return [name, new NotUtf8(Buffer.from(value.text, 'base64'))]
      return [name, new Uint8Array(Buffer.from(value.bytes ?? '', 'base64'))]
    })
    return Object.fromEntries(entries)
  } catch {
    return null
  }
}

/** The bytes of a text that is no UTF-8. */
export class NotUtf8 extends Uint8Array {}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function typed(type: string, value: Value): Value {
  if (type === 'text') {
    try {
      return utf8.decode(value as Uint8Array)
    } catch {
      return new NotUtf8(value as Uint8Array)
    }
  }
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
