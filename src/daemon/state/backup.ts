import { once } from 'node:events'
import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { syncPath } from './copies.ts'
import { StateError, stateError } from './error.ts'
import { allTables } from './tables.ts'

/** A copy that was made and looked at. */
export interface Backup {
  file: string
  /** Bytes. */
  size: number
  /** Commits that it holds. */
  changes: number
}

/** More pages than any state has: one step copies all, so that the copy is of one moment. */
const allPages = 2 ** 30

/**
 * Copies an open state into a file of its own, for the owner alone. The copy is made and looked at by other threads,
 * then it takes its name in one step: what had the name before stays until the copy is whole. Rejects with StateError.
 */
export async function backUp(database: string, target: string): Promise<Backup> {
  const temporary = `${target}.${process.pid}.new`
  try {
    if (isSameFile(database, target)) {
      throw new StateError(
        'io',
        target,
        `${target} is the state file itself; name another file for the backup`,
      )
    }
    closeSync(openSync(temporary, 'wx', 0o600))
    const source = new DatabaseSync(database, { readOnly: true, timeout: 1000 })
    try {
      await backup(source, temporary, { rate: allPages })
    } finally {
      source.close()
    }
    const changes = await lookAtCopy(temporary)
    const file = await openFile(temporary, 'r+')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
    renameSync(temporary, target)
    syncPath(dirname(target))
    return { file: target, size: statSync(target).size, changes }
  } catch (error) {
    tidy(temporary)
    throw backupError(error, target)
  }
}

/** Removes what was begun; where that fails too, the first failure is the one to tell. */
function tidy(temporary: string): void {
  try {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${temporary}${end}`, { force: true })
  } catch {}
}

function isSameFile(database: string, target: string): boolean {
  const [a, b] = [database, target].map((path) => statSync(path, { throwIfNoEntry: false }))
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev
}

function backupError(error: unknown, target: string): unknown {
  if (error instanceof StateError) return error
  const told = stateError(error, target)
  const { code, message } = error as NodeJS.ErrnoException
  // Whatever it was, it is the place of the backup and not the state.
  const known = told instanceof StateError || typeof code === 'string'
  if (!known) return error
  const kind = told instanceof StateError ? told.kind : 'io'
  return new StateError(kind, target, `the backup ${target} could not be written: ${message}`, {
    cause: error,
  })
}

/** Reads every row of a copy in a thread: structure, counts and sums. Resolves with its count of commits. */
async function lookAtCopy(path: string): Promise<number> {
  const worker = new Worker(looker, { eval: true, execArgv: [], workerData: { path, tables: allTables } })
  const [answer] = (await once(worker, 'message')) as [{ changes: number } | { fault: string }]
  await worker.terminate()
  if ('changes' in answer) return answer.changes
  throw new StateError('io', path, `the copy ${path} is not as it must be: ${answer.fault}`)
}

/** The thread's code. It is a text, since the daemon is one file when it is installed. */
const looker = `
const { parentPort, workerData } = require('node:worker_threads')
const { DatabaseSync } = require('node:sqlite')
const { crc32 } = require('node:zlib')
const { path, tables } = workerData
const look = () => {
  const copy = new DatabaseSync(path)
  try {
    // One file, which can be read from anywhere.
    copy.exec('PRAGMA journal_mode = DELETE')
    const said = copy.prepare('PRAGMA integrity_check(1)').get().integrity_check
    if (said !== 'ok') return { fault: said }
    const { changes, rows } = copy.prepare('SELECT changes, rows FROM ledger').get()
    const counts = JSON.parse(rows)
    for (const { name, columns, counted } of tables) {
      const statement = copy.prepare('SELECT sum, ' + columns.join(', ') + ' FROM ' + name)
      statement.setReturnArrays(true)
      let count = 0
      for (const [sum, ...values] of statement.iterate()) {
        count++
        if (crc32(values.join('\\x1f')) !== sum) return { fault: 'a row of ' + name + ' has a wrong sum' }
      }
      if (counted && count !== (counts[name] ?? 0)) return { fault: name + ' has ' + count + ' rows of ' + counts[name] }
    }
    return { changes }
  } finally {
    copy.close()
  }
}
let answer
try {
  answer = look()
} catch (error) {
  answer = { fault: error.message }
}
parentPort.postMessage(answer)
`
