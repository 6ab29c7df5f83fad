import { join } from 'node:path'
import type { Settings, SettingValue } from '../../rpc/contract/types.ts'
import {
  forgetShared,
  progressColumns,
  progressFromArray,
  selectAll,
  type TorrentField,
  torrentColumns,
  torrentFromArray,
} from './columns.ts'
import { Database } from './database.ts'
import type {
  Hints,
  MoveRow,
  ProgressRow,
  RemovalRow,
  SavedTorrent,
  TorrentChanges,
  TorrentRow,
} from './rows.ts'

type Statement = ReturnType<Database['prepare']>

/** A torrent to be kept; the store gives it its number. */
export interface NewTorrent {
  row: Omit<TorrentRow, 'id'>
  progress: ProgressRow
  hints: Hints
  torrentFile: Uint8Array | null
  have: Uint8Array | null
}

/**
 * Everything the daemon must not forget. A method that writes has committed when it returns; `transaction` makes
 * several of them one. All throw StateError when the file cannot be used.
 */
export class Store {
  readonly #db: Database
  readonly #statements = new Map<string, Statement>()

  /** Opens `state.db` in the folder. `onSyncError` hears when a sync to disk fails, which no caller waits for. */
  constructor(stateDir: string, onSyncError: (error: Error) => void) {
    this.#db = new Database(join(stateDir, 'state.db'), onSyncError)
  }

  get path(): string {
    return this.#db.path
  }

  transaction<T>(work: () => T): T {
    return this.#db.write(work)
  }

  close(): void {
    this.#statements.clear()
    this.#db.close()
  }

  /** Every torrent of every session. */
  torrents(): SavedTorrent[] {
    return this.#db.read(() => {
      const statement = this.#db.prepare(selectAll)
      statement.setReturnArrays(true)
      const rows = statement.all() as unknown as unknown[][]
      const saved = rows.map((row) => ({ row: torrentFromArray(row), progress: progressFromArray(row) }))
      forgetShared()
      return saved
    })
  }

  /** Keeps a new torrent and returns its row. */
  addTorrent(torrent: NewTorrent): TorrentRow {
    return this.#db.write(() => {
      const { row, progress } = torrent
      const fields = Object.keys(torrentColumns) as TorrentField[]
      const names = ['session', 'v1', 'added_time', ...fields.map((field) => torrentColumns[field].name)]
      const values = fields.map((field) => torrentColumns[field].write(row[field]))
      const { lastInsertRowid } = this.#insert('torrents', names).run(
        row.session,
        row.v1,
        row.addedTime,
        ...values,
      )
      const id = Number(lastInsertRowid)
      this.#insert('progress', ['id', ...Object.values(progressColumns)]).run(id, ...progressValues(progress))
      this.#insert('sources', ['id', 'hints', 'torrent_file']).run(
        id,
        JSON.stringify(torrent.hints),
        torrent.torrentFile,
      )
      if (torrent.have) this.saveHave(id, torrent.have)
      return { ...row, id }
    })
  }

  /** Changes the given fields of one torrent. */
  updateTorrent(id: number, changes: TorrentChanges): void {
    const fields = Object.keys(changes) as TorrentField[]
    if (fields.length === 0) return
    const sets = fields.map((field) => `${torrentColumns[field].name} = ?`).join(', ')
    const values = fields.map((field) => torrentColumns[field].write(changes[field]))
    this.#db.write(() => this.#statement(`UPDATE torrents SET ${sets} WHERE id = ?`).run(...values, id))
  }

  removeTorrent(id: number): void {
    this.#db.write(() => this.#statement('DELETE FROM torrents WHERE id = ?').run(id))
  }

  saveProgress(id: number, progress: ProgressRow): void {
    const sets = Object.values(progressColumns)
      .map((name) => `${name} = ?`)
      .join(', ')
    this.#db.write(() =>
      this.#statement(`UPDATE progress SET ${sets} WHERE id = ?`).run(...progressValues(progress), id),
    )
  }

  /** The last saved bitfield, null when none is. */
  have(id: number): Uint8Array | null {
    const row = this.#get('SELECT have FROM bitfields WHERE id = ?', id)
    return row ? (row.have as Uint8Array) : null
  }

  /** Saves a bitfield; null forgets it. */
  saveHave(id: number, have: Uint8Array | null): void {
    this.#db.write(() => {
      if (have === null) this.#statement('DELETE FROM bitfields WHERE id = ?').run(id)
      else this.#statement('INSERT OR REPLACE INTO bitfields (id, have) VALUES (?, ?)').run(id, have)
    })
  }

  /** What the files of a torrent looked like when its pieces were saved last, null when that is not known. */
  fileStamps(id: number): Uint8Array | null {
    const row = this.#get('SELECT stamps FROM file_stamps WHERE id = ?', id)
    return row ? (row.stamps as Uint8Array) : null
  }

  saveFileStamps(id: number, stamps: Uint8Array): void {
    this.#db.write(() =>
      this.#statement('INSERT OR REPLACE INTO file_stamps (id, stamps) VALUES (?, ?)').run(id, stamps),
    )
  }

  hints(id: number): Hints {
    const row = this.#get('SELECT hints FROM sources WHERE id = ?', id)
    if (!row) throw new Error(`torrent ${id} has no row in sources`)
    return JSON.parse(row.hints as string)
  }

  saveHints(id: number, hints: Hints): void {
    this.#db.write(() =>
      this.#statement('UPDATE sources SET hints = ? WHERE id = ?').run(JSON.stringify(hints), id),
    )
  }

  /** The bytes of the .torrent file, null before metadata. */
  torrentFile(id: number): Uint8Array | null {
    return (this.#get('SELECT torrent_file FROM sources WHERE id = ?', id)?.torrent_file ??
      null) as Uint8Array | null
  }

  saveTorrentFile(id: number, bytes: Uint8Array): void {
    this.#db.write(() => this.#statement('UPDATE sources SET torrent_file = ? WHERE id = ?').run(bytes, id))
  }

  /** Removals whose files are not deleted yet, oldest first. */
  removals(): RemovalRow[] {
    const rows = this.#db.read(() => this.#statement('SELECT * FROM removals ORDER BY id').all())
    return rows.map((row) => ({
      id: row.id as number,
      session: row.session as string,
      v1: row.v1 as string,
      savePath: row.save_path as string,
      torrentFile: row.torrent_file as Uint8Array,
    }))
  }

  addRemoval(removal: Omit<RemovalRow, 'id'>): RemovalRow {
    const { lastInsertRowid } = this.#db.write(() =>
      this.#insert('removals', ['session', 'v1', 'save_path', 'torrent_file']).run(
        removal.session,
        removal.v1,
        removal.savePath,
        removal.torrentFile,
      ),
    )
    return { ...removal, id: Number(lastInsertRowid) }
  }

  removalDone(id: number): void {
    this.#db.write(() => this.#statement('DELETE FROM removals WHERE id = ?').run(id))
  }

  /** Moves that are not finished, oldest first. */
  moves(): MoveRow[] {
    const rows = this.#db.read(() => this.#statement('SELECT * FROM moves ORDER BY id').all())
    return rows.map((row) => ({
      id: row.id as number,
      torrent: row.torrent as number,
      target: row.target as string,
    }))
  }

  addMove(move: Omit<MoveRow, 'id'>): MoveRow {
    const { lastInsertRowid } = this.#db.write(() =>
      this.#insert('moves', ['torrent', 'target']).run(move.torrent, move.target),
    )
    return { ...move, id: Number(lastInsertRowid) }
  }

  removeMove(id: number): void {
    this.#db.write(() => this.#statement('DELETE FROM moves WHERE id = ?').run(id))
  }

  isPaused(session: string): boolean {
    const find = 'SELECT 1 FROM paused_sessions WHERE name = ?'
    return this.#db.read(() => this.#statement(find).get(session)) !== undefined
  }

  setPaused(session: string, paused: boolean): void {
    const sql = paused
      ? 'INSERT OR IGNORE INTO paused_sessions (name) VALUES (?)'
      : 'DELETE FROM paused_sessions WHERE name = ?'
    this.#db.write(() => this.#statement(sql).run(session))
  }

  /** What was applied to a session's settings. */
  settings(session: string): Settings {
    const rows = this.#db.read(() =>
      this.#statement('SELECT name, value FROM settings WHERE session = ?').all(session),
    )
    return Object.fromEntries(
      rows.map((row) => [row.name as string, JSON.parse(row.value as string) as SettingValue]),
    )
  }

  saveSettings(session: string, settings: Settings): void {
    this.#db.write(() => {
      const insert = this.#statement(
        'INSERT OR REPLACE INTO settings (session, name, value) VALUES (?, ?, ?)',
      )
      for (const [name, value] of Object.entries(settings)) insert.run(session, name, JSON.stringify(value))
    })
  }

  forgetSettings(session: string, names: readonly string[]): void {
    this.#db.write(() => {
      for (const name of names) {
        this.#statement('DELETE FROM settings WHERE session = ? AND name = ?').run(session, name)
      }
    })
  }

  #get(sql: string, id: number) {
    return this.#db.read(() => this.#statement(sql).get(id))
  }

  #insert(table: string, columns: readonly string[]): Statement {
    const marks = columns.map(() => '?').join(', ')
    return this.#statement(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`)
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#db.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

function progressValues(progress: ProgressRow): number[] {
  const fields = Object.keys(progressColumns) as (keyof ProgressRow)[]
  // Monotonic milliseconds have fractions, INTEGER columns take none.
  return fields.map((field) => Math.round(Number(progress[field])))
}
