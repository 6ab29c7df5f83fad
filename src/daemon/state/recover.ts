import { constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { stamp, syncFile, syncPath } from './copies.ts'
import type { Inspection } from './inspect.ts'
import { hasTable } from './ledger.ts'
import { markPath } from './mark.ts'
import { migrate } from './migrations.ts'
import { columnsOf } from './set-aside.ts'
import { allTables, type Value } from './tables.ts'

/**
 * Makes what is left of a state the state: what was there is copied into a folder of its own first, then a database that
 * is missing or empty begins anew, and of one whose structure is broken every row is taken that can still be read. Returns
 * the folder.
 */
export function acceptLoss(path: string, { finding }: Inspection): string {
  const folder = keepFiles(path, 'lost')
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0) removeFiles(path, ['', '-wal', '-shm'])
  else if (finding?.kind === 'damaged') salvage(join(folder, basename(path)), path)
  rmSync(markPath(path), { force: true })
  return folder
}

/** Copies the database and what belongs to it into a new folder beside it, and returns that. */
export function keepFiles(path: string, why: string): string {
  const name = join(dirname(path), `${why}-${stamp()}`)
  let folder = name
  for (let i = 1; existsSync(folder); i++) folder = `${name}-${i}`
  mkdirSync(folder, { mode: 0o700 })
  for (const end of ['', '-wal', '-mark']) {
    if (!existsSync(`${path}${end}`)) continue
    const copy = join(folder, `${basename(path)}${end}`)
    copyFileSync(`${path}${end}`, copy, constants.COPYFILE_FICLONE)
    syncFile(copy)
  }
  syncPath(folder)
  return folder
}

export function removeFiles(path: string, ends: readonly string[]): void {
  for (const end of ends) rmSync(`${path}${end}`, { force: true })
}

/** Takes what can be read of a broken database into a new one, which then takes the place of `path`. */
function salvage(broken: string, path: string): void {
  const temporary = `${path}.salvage`
  removeFiles(temporary, ['', '-wal', '-shm', '-journal'])
  const target = new DatabaseSync(temporary, { enableForeignKeyConstraints: false })
  try {
    copyReadable(broken, target)
  } finally {
    target.close()
  }
  syncFile(temporary)
  // Its frames belong to the broken file.
  removeFiles(path, ['-wal', '-shm'])
  renameSync(temporary, path)
  syncPath(dirname(path))
}

function copyReadable(broken: string, target: DatabaseSync): void {
  let source: DatabaseSync | undefined
  try {
    source = new DatabaseSync(broken, { readOnly: true })
    const row = source.prepare('PRAGMA user_version').get() as { user_version: number }
    migrate(target, 0, row.user_version)
    for (const table of [...allTables.map(({ name }) => name), 'set_aside']) copyTable(source, target, table)
  } catch (error) {
    // Not even its schema can be read: the new one stays empty.
    if (!(error instanceof Error && 'errcode' in error)) throw error
  } finally {
    source?.close()
  }
}

function copyTable(source: DatabaseSync, target: DatabaseSync, table: string): void {
  if (!hasTable(source, table) || !hasTable(target, table)) return
  const there = new Set(columnsOf(source, table))
  const columns = columnsOf(target, table).filter((name) => there.has(name))
  const insert = target.prepare(
    `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
  target.exec('BEGIN')
  // From both ends up to the broken place.
  for (const order of ['', `ORDER BY ${table === 'settings' ? 'session DESC, name DESC' : 'rowid DESC'}`]) {
    try {
      const statement = source.prepare(`SELECT ${columns.join(', ')} FROM ${table} ${order}`)
      statement.setReturnArrays(true)
      statement.setReadBigInts(true)
      for (const row of statement.iterate()) insertReadable(insert, row as unknown as Value[])
      break
    } catch (error) {
      if (!(error instanceof Error && 'errcode' in error)) throw error
    }
  }
  target.exec('COMMIT')
}

/** A value of a type that the column does not take cannot be kept; the broken file still has it. */
function insertReadable(insert: ReturnType<DatabaseSync['prepare']>, row: Value[]): void {
  const constraint = 19
  try {
    insert.run(...row)
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== undefined) {
      if (((error as { errcode: number }).errcode & 0xff) === constraint) return
    }
    throw error
  }
}
