import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { uptime } from 'node:os'
import { crc32 } from 'node:zlib'

/** What the file beside the database says that the database must contain. */
export interface Mark {
  /** The start of the machine in which it was written. */
  boot: string
  schema: number
  /** Changes that were committed: none of them is lost with the process alone. */
  changes: number
  /** Changes that had reached the disk: none of them is lost with the power. */
  synced: number
  /** Size and time of the database when it was closed in order; null while it is open, or after an unclean end. */
  closed: { size: number; mtimeNs: bigint } | null
}

const head = 'porla-lua state, what state.db must contain'
const counter = /^([a-z]+) (\d{15}) ([0-9a-f]{8})$/m

/** Path of the mark of a database. */
export function markPath(database: string): string {
  return `${database}-mark`
}

/**
 * The file beside the database: it is what makes a lost, an emptied or an older database known as such.
 *
 * `committed` is called after each commit and before anybody is told of it. It overwrites 30 bytes in place, without a
 * sync, so a process that is killed leaves a mark that is never ahead of the database, and at most one unacknowledged
 * change behind it. A power cut may leave the mark ahead: then the machine has been started anew, and only what was
 * synced is required (`required`).
 */
export class MarkWriter {
  readonly #fd: number
  readonly #places: Record<'changes' | 'synced', number>
  readonly #path: string
  #mark: Mark

  /** Writes a new file in one step and keeps it open. Throws what the file system throws. */
  constructor(database: string, mark: Mark) {
    this.#path = markPath(database)
    this.#mark = mark
    const text = textOf(mark)
    this.#places = { changes: text.indexOf('\nchanges') + 1, synced: text.indexOf('\nsynced') + 1 }
    replaceFile(this.#path, text, false)
    this.#fd = openSync(this.#path, 'r+')
  }

  committed(changes: number): void {
    this.#mark.changes = changes
    writeSync(this.#fd, line('changes', changes), this.#places.changes, 'latin1')
  }

  synced(changes: number): void {
    this.#mark.synced = changes
    writeSync(this.#fd, line('synced', changes), this.#places.synced, 'latin1')
  }

  /** The database was closed in order, and lies in one file. */
  closed(database: string): void {
    closeSync(this.#fd)
    const stat = statSync(database, { bigint: true, throwIfNoEntry: false })
    // Somebody removed it: the mark as it is will say so at the next start.
    if (stat === undefined) return
    const closed = { size: Number(stat.size), mtimeNs: stat.mtimeNs }
    replaceFile(this.#path, textOf({ ...this.#mark, synced: this.#mark.changes, closed }), true)
  }

  /** The database could not be closed in order: the file stays as it is. */
  abandon(): void {
    closeSync(this.#fd)
  }
}

/** Reads a mark. Null when there is none, `damaged` when it is not one. */
export function readMark(database: string): Mark | null | 'damaged' {
  let text: string
  try {
    text = readFileSync(markPath(database), 'latin1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const field = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]
  const count = (name: string) => {
    const found = counter.exec(text.slice(text.indexOf(`\n${name} `) + 1))
    return found !== null && line(name, Number(found[2])) === `${found[0]}\n` ? Number(found[2]) : Number.NaN
  }
  const closed = /^(\d+) (\d+)$/.exec(field('closed') ?? '')
  const mark: Mark = {
    boot: field('boot') ?? '',
    schema: count('schema'),
    changes: count('changes'),
    synced: count('synced'),
    closed: closed === null ? null : { size: Number(closed[1]), mtimeNs: BigInt(closed[2]!) },
  }
  const whole = text.startsWith(`${head}\n`) && mark.schema + mark.changes + mark.synced >= 0
  return whole ? mark : 'damaged'
}

/** How many changes the database must have: all, or those on the disk if the machine was started anew since. */
export function required(mark: Mark): number {
  return mark.boot === bootId() && mark.boot !== unknownBoot
    ? mark.changes
    : Math.min(mark.synced, mark.changes)
}

const unknownBoot = 'unknown'

/** Tells one start of the machine from the next (random(4)); elsewhere than on Linux the time of the start does. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    if (process.platform === 'linux') return unknownBoot
    // The clock may be set meanwhile: a minute more or less is the same start.
    return `since ${Math.round((Date.now() / 1000 - uptime()) / 60)}`
  }
}

function textOf({ boot, schema, changes, synced, closed }: Mark): string {
  const end = closed === null ? 'no' : `${closed.size} ${closed.mtimeNs}`
  return (
    `${head}\nboot ${boot}\n${line('schema', schema)}${line('changes', changes)}${line('synced', synced)}` +
    `closed ${end}\n`
  )
}

function line(name: string, count: number): string {
  const text = `${name} ${String(count).padStart(15, '0')}`
  return `${text} ${crc32(text).toString(16).padStart(8, '0')}\n`
}

/** Replaces a file by one with this text, for the owner alone: whole or not at all. */
function replaceFile(path: string, text: string, sync: boolean): void {
  const temporary = `${path}.new`
  try {
    const fd = openSync(temporary, 'w', 0o600)
    try {
      writeFileSync(fd, text)
      if (sync) fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
