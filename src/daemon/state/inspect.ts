import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { StateError, stateError } from './error.ts'
import { countRows, hasTable, type LedgerRow, readLedger } from './ledger.ts'
import { type Mark, readMark, required } from './mark.ts'
import { sumsSince, versionOf } from './migrations.ts'
import { countedTables } from './tables.ts'

/** Why a database must not be believed as it is. */
export interface Finding {
  /** `lost`: it holds less than was written. `damaged`: its structure is broken. */
  kind: 'lost' | 'damaged'
  /** What was found, as a sentence without its end. */
  text: string
}

/** A look at a database and at the mark beside it, that changes neither. */
export interface Inspection {
  /** There is none, and there never was one. */
  fresh: boolean
  /** The version of its schema; 0 when that cannot be read. */
  version: number
  ledger: LedgerRow | null
  /** Nothing touched it since it was closed in order. */
  trusted: boolean
  /** Indexes that do not fit their tables can be made anew. */
  staleIndexes: boolean
  finding: Finding | null
  /** Things to tell that keep nobody from starting. */
  notes: string[]
}

/** How many faults of a broken structure are told. */
const maxFaults = 20

/**
 * Looks at the database before it is opened for writing. `copies`: there are automatic copies, so there was a state.
 * Throws StateError when it is of a newer version, or cannot be read at all.
 */
export function inspect(path: string, { copies, full }: { copies: boolean; full?: boolean }): Inspection {
  const mark = readMark(path)
  const size = sizeOf(path)
  const logSize = sizeOf(`${path}-wal`) ?? 0
  const nothing = { version: 0, ledger: null, trusted: false, staleIndexes: false, notes: [] }
  if (!size) {
    const what = size === undefined ? 'it is not there' : 'it is empty (0 bytes)'
    const written = mark === null ? (logSize > 0 ? 'it has a write-ahead log' : 'there are copies of it') : ''
    const finding: Finding = { kind: 'lost', text: `${what}, though ${written || writtenTo(mark as Mark)}` }
    const fresh = mark === null && logSize === 0 && !copies
    return { ...nothing, fresh, finding: fresh ? null : finding }
  }
  let sqlite: DatabaseSync | undefined
  try {
    // A reader: it neither moves the log into the file nor removes it when it is closed.
    sqlite = new DatabaseSync(path, { readOnly: true, timeout: 1000 })
    return lookInside(sqlite, path, mark, logSize > 0 || full === true)
  } catch (error) {
    const told = stateError(error, path)
    if (!(told instanceof StateError) || told.kind !== 'damaged') throw told
    return { ...nothing, fresh: false, finding: { kind: 'damaged', text: (error as Error).message } }
  } finally {
    sqlite?.close()
  }
}

function lookInside(
  sqlite: DatabaseSync,
  path: string,
  mark: Mark | null | 'damaged',
  unclean: boolean,
): Inspection {
  const version = versionOf(sqlite, path)
  const looked: Inspection = {
    fresh: false,
    version,
    ledger: null,
    trusted: !unclean && isUntouched(path, mark),
    staleIndexes: false,
    finding: null,
    notes: [],
  }
  if (!looked.trusted) {
    const { faults, staleIndexes } = checkStructure(sqlite)
    looked.staleIndexes = staleIndexes
    if (faults.length > 0) return { ...looked, finding: { kind: 'damaged', text: faults.join('; ') } }
  }
  if (version < sumsSince) {
    if (version === 0 && mark === null && !hasTable(sqlite, 'torrents')) looked.fresh = true
    else if (mark !== null && mark !== 'damaged') looked.finding = older(version, mark)
    return looked
  }
  const ledger = readLedger(sqlite)
  if (ledger === 'damaged') {
    return {
      ...looked,
      finding: { kind: 'damaged', text: 'the row that says what it must contain is broken' },
    }
  }
  looked.ledger = ledger
  if (mark === null) looked.notes.push(`the file ${path}-mark, which says what it must contain, is gone`)
  else if (mark === 'damaged') looked.notes.push(`the file ${path}-mark cannot be read; it is written anew`)
  else
    looked.finding = version < mark.schema ? older(version, mark) : missingChanges(ledger?.changes ?? 0, mark)
  looked.finding ??= missingRows(sqlite, ledger, looked.trusted)
  return looked
}

function older(version: number, mark: Mark): Finding {
  return { kind: 'lost', text: `it is of schema ${version}, and one of schema ${mark.schema} was written` }
}

function missingChanges(changes: number, mark: Mark): Finding | null {
  const missing = required(mark) - changes
  if (missing <= 0) return null
  return {
    kind: 'lost',
    text: `the last ${missing} of ${mark.changes} changes that were written to it are not in it`,
  }
}

function missingRows(sqlite: DatabaseSync, ledger: LedgerRow | null, trusted: boolean): Finding | null {
  if (ledger === null) return null
  // Counting the sources reads all of the file.
  const which = countedTables.filter(({ name }) => !trusted || name !== 'sources')
  const there = countRows(sqlite, which)
  // One source that is missing is the matter of its torrent; the table as a whole is not.
  const texts = which.flatMap(({ name }) => {
    const must = ledger.rows[name] ?? 0
    const has = there[name] ?? 0
    if (has >= must || (name === 'sources' && has > 0)) return []
    return [`its table ${name} has ${has} rows of ${must}`]
  })
  return texts.length === 0 ? null : { kind: 'lost', text: texts.join('; ') }
}

function writtenTo(mark: Mark | 'damaged'): string {
  if (mark === 'damaged') return 'there is a file that says what it must contain'
  return `${mark.changes} changes were written to it`
}

function isUntouched(path: string, mark: Mark | null | 'damaged'): boolean {
  if (mark === null || mark === 'damaged' || mark.closed === null) return false
  const { size, mtimeNs } = statSync(path, { bigint: true })
  return Number(size) === mark.closed.size && mtimeNs === mark.closed.mtimeNs
}

/** What SQLite says of the b-trees. Wrong values in single rows are not meant here: they are set aside one by one. */
export function checkStructure(sqlite: DatabaseSync): { faults: string[]; staleIndexes: boolean } {
  const lines = sqlite.prepare(`PRAGMA integrity_check(${maxFaults * 5})`).all()
  const texts = lines.map((line) => String(line.integrity_check).trim()).filter((text) => text !== 'ok')
  const ofIndex = /missing from index|wrong # of entries in index|non-unique entry in index/
  const ofValue = /^(NULL|non-\w+|\w+) value in \w+\.\w+|^CHECK constraint failed/
  const faults = texts.filter((text) => !ofIndex.test(text) && !ofValue.test(text))
  return { faults: faults.slice(0, maxFaults), staleIndexes: texts.some((text) => ofIndex.test(text)) }
}

/** Undefined when the file is not there. */
function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}
