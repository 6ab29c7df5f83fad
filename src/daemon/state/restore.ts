import { constants, copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { preparePrivateFolder } from '../../program/private-folder.ts'
import { syncFile, syncPath } from './copies.ts'
import { StateError, stateError } from './error.ts'
import { checkStructure } from './inspect.ts'
import { hasTable, readLedger } from './ledger.ts'
import { bootId, MarkWriter, markPath } from './mark.ts'
import { sumsSince, versionOf } from './migrations.ts'
import { keepFiles, removeFiles } from './recover.ts'

/** What a restore came to. */
export interface Restored {
  /** Torrents in it. */
  torrents: number
  /** Folder with the state as it was before; null when there was none. */
  kept: string | null
}

/**
 * Puts a backup, or a plain copy of a state file with or without its log, in the place of the state at `path`, which
 * nobody may have open. The file is checked first, and the state that was there is kept. A process that dies on the way
 * leaves the old state, the new one, or one that is refused at the next start: then it is done again. Throws StateError.
 */
export function restore(path: string, file: string): Restored {
  const temporary = `${path}.restore`
  try {
    preparePrivateFolder(dirname(path))
    const version = takeCopy(file, temporary)
    const torrents = count(temporary)
    const there = ['', '-wal', '-mark'].some((end) => existsSync(`${path}${end}`))
    const kept = there ? keepFiles(path, 'before-restore') : null
    // Frames of the old log do not fit the new file.
    removeFiles(path, ['-wal', '-shm'])
    renameSync(temporary, path)
    rmSync(markPath(path), { force: true })
    if (version >= sumsSince) writeMark(path, version)
    syncPath(dirname(path))
    return { torrents, kept }
  } catch (error) {
    throw stateError(error, path)
  } finally {
    removeFiles(temporary, ['', '-wal', '-shm', '-journal'])
  }
}

/** Copies the file to where it is checked: the original is not touched. Returns the version of its schema. */
function takeCopy(file: string, temporary: string): number {
  const no = (why: string, cause?: unknown) =>
    new StateError('damaged', resolve(file), `${resolve(file)} cannot be restored: ${why}`, { cause })
  removeFiles(temporary, ['', '-wal', '-shm', '-journal'])
  try {
    if (!statSync(file).isFile()) throw no('it is no file')
    for (const end of ['', '-wal']) {
      if (!existsSync(`${file}${end}`)) continue
      copyFileSync(`${file}${end}`, `${temporary}${end}`, constants.COPYFILE_FICLONE)
      syncFile(`${temporary}${end}`)
    }
  } catch (error) {
    throw error instanceof StateError ? error : no((error as Error).message, error)
  }
  let sqlite: DatabaseSync | undefined
  try {
    sqlite = new DatabaseSync(temporary)
    sqlite.exec('PRAGMA journal_mode = DELETE')
    const version = versionOf(sqlite, file)
    if (!hasTable(sqlite, 'torrents') || !hasTable(sqlite, 'sources'))
      throw no('it holds no state of porla-lua')
    const { faults } = checkStructure(sqlite)
    if (faults.length > 0) throw no(`it is damaged: ${faults.join('; ')}`)
    if (version >= sumsSince && readLedger(sqlite) === 'damaged')
      throw no('it is damaged: its ledger is broken')
    return version
  } catch (error) {
    throw error instanceof StateError ? error : no((error as Error).message, error)
  } finally {
    sqlite?.close()
  }
}

function count(path: string): number {
  const sqlite = new DatabaseSync(path, { readOnly: true })
  try {
    return sqlite.prepare('SELECT count(*) AS n FROM torrents').get()?.n as number
  } finally {
    sqlite.close()
  }
}

/** Says what the restored file must contain: what it does contain. */
function writeMark(path: string, schema: number): void {
  const sqlite = new DatabaseSync(path, { readOnly: true })
  const ledger = readLedger(sqlite)
  sqlite.close()
  const changes = ledger === null || ledger === 'damaged' ? 0 : ledger.changes
  new MarkWriter(path, { boot: bootId(), schema, changes, synced: changes, closed: null }).abandon()
}
