import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { LuaError } from '../../vm/errors.ts'
import { firstStatement } from './parameters.ts'

/** One row of a query, to be read again. */
export interface RowPlace {
  readonly sql: string
  readonly bound: readonly (SQLInputValue | Record<string, SQLInputValue>)[]
  /** Columns of the query. */
  readonly columns: number
  /** Which row, from 0. */
  readonly row: number
}

/**
 * The bytes of a text that node:sqlite has decoded, as it does with all text: what is not UTF-8 came as U+FFFD. The query
 * runs once more, with hex() around its columns. Throws LuaError when the bytes cannot be had so: the statement is no
 * query, or its rows changed meanwhile.
 */
export function exactText(
  database: DatabaseSync,
  place: RowPlace,
  column: number,
  decoded: string,
): Uint8Array {
  const names = Array.from({ length: place.columns }, (_, i) => `c${i}`).join(', ')
  // the line feed ends a comment at the end of the statement
  const sql = `WITH q(${names}) AS (${firstStatement(place.sql)}\n) SELECT hex(c${column}) AS bytes FROM q LIMIT 1 OFFSET ${place.row}`
  let bytes: Buffer | undefined
  try {
    const row = database.prepare(sql).get(...(place.bound as SQLInputValue[]))
    bytes = typeof row?.bytes === 'string' ? Buffer.from(row.bytes, 'hex') : undefined
  } catch {
    // no query, or one that cannot stand in parentheses
  }
  if (bytes === undefined || bytes.toString() !== decoded) {
    throw new LuaError(
      `the text in column ${column} is not UTF-8, and this statement cannot be read again: select ` +
        'cast(... as blob) instead, which gives its bytes',
    )
  }
  return bytes
}
