import { chmodSync, closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { preparePrivateFolder } from '../../program/private-folder.ts'

/** How many copies of each kind are kept. */
const kept = 3

/** A copy of the state that was made by itself. */
export interface Copy {
  path: string
  kind: 'daily' | 'before-schema'
  /** Like 2026-01-02T03-04-05Z. */
  time: string
}

const namePattern = /^(daily|before-schema)(?:-\d+)?-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)(?:-\d+)?\.db$/

/** The folder of the copies of a database. */
export function copiesFolder(database: string): string {
  return join(dirname(database), 'backups')
}

/** Copies that were made by themselves, oldest first. */
export function copiesOf(database: string): Copy[] {
  const folder = copiesFolder(database)
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const copies = names.flatMap((name): Copy[] => {
    const [, kind, time] = namePattern.exec(name) ?? []
    return time === undefined ? [] : [{ path: join(folder, name), kind: kind as Copy['kind'], time }]
  })
  return copies.sort((a, b) => (a.time < b.time ? -1 : 1))
}

export function newestCopy(database: string): Copy | null {
  return copiesOf(database).at(-1) ?? null
}

/** Seconds since the newest daily copy; Infinity without one. */
export function ageOfDaily(database: string): number {
  const newest = copiesOf(database).findLast(({ kind }) => kind === 'daily')
  if (newest === undefined) return Number.POSITIVE_INFINITY
  return (Date.now() - statSync(newest.path).mtimeMs) / 1000
}

/** Path of a new daily copy. */
export function dailyPath(database: string): string {
  preparePrivateFolder(copiesFolder(database))
  return free(join(copiesFolder(database), `daily-${stamp()}`))
}

/** Copies the database before its schema changes, and removes older copies of the kind. Returns the copy's path. */
export function copyBefore(sqlite: DatabaseSync, database: string, version: number): string {
  preparePrivateFolder(copiesFolder(database))
  const path = free(join(copiesFolder(database), `before-schema-${version + 1}-${stamp()}`))
  const temporary = `${path}.new`
  try {
    // Empty and for the owner alone, before anything is in it.
    closeSync(openSync(temporary, 'wx', 0o600))
    sqlite.prepare('VACUUM INTO ?').run(temporary)
    syncFile(temporary)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  prune(database, 'before-schema')
  return path
}

/** Removes all but the newest copies of a kind. */
export function prune(database: string, kind: Copy['kind']): void {
  const copies = copiesOf(database).filter((copy) => copy.kind === kind)
  for (const { path } of copies.slice(0, -kept)) rmSync(path, { force: true })
}

/** Brings a file to the disk, for the owner alone. */
export function syncFile(path: string): void {
  chmodSync(path, 0o600)
  syncPath(path)
}

/** Brings a file, or the names in a folder, to the disk. */
export function syncPath(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Now, as it stands in names of files. */
export function stamp(): string {
  return `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}Z`
}

/** The name with `.db`, or with a number when that is taken. */
function free(name: string): string {
  for (let i = 0; ; i++) {
    const path = i === 0 ? `${name}.db` : `${name}-${i}.db`
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return path
  }
}
