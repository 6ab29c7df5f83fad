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
import { StateError } from './error.ts'
import type { OpenOptions } from './open.ts'
import type {
  Metadata,
  MoveRow,
  ProgressRow,
  RemovalRow,
  SavedTorrent,
  SwarmSources,
  TorrentChanges,
  TorrentPlace,
  TorrentRow,
} from './rows.ts'
import { describeRow, keepAside, listAside, readRaw, type SetAside } from './set-aside.ts'
import { blobSum, insertSql, sumOf, type TableName, tables, updateSql, type Value } from './tables.ts'

type Statement = ReturnType<Database['prepare']>

/** A torrent to be kept; the store gives it its number. */
export interface NewTorrent {
  row: Omit<TorrentRow, 'id'>
  progress: ProgressRow
  swarmSources: SwarmSources
  torrentFile: Uint8Array | null
  have: Uint8Array | null
  /** What a client wants to be kept with it; null for nothing. */
  metadata?: Metadata | null
}

/**
 * Everything the daemon must not forget. A method that writes has committed when it returns; `transaction` makes
 * several of them one. All throw StateError when the file cannot be used.
 */
export class Store {
  readonly #db: Database
  readonly #statements = new Map<string, Statement>()
  readonly #warn: (text: string) => void
  /** Read when it was opened, and given away once. */
  #torrents: SavedTorrent[] | null
  #nextId: Map<TableName, number> = new Map()

  /**
   * Opens `state.db` in the folder. `onSyncError` hears when a sync to disk fails, which no caller waits for. Throws
   * StateError.
   */
  constructor(stateDir: string, onSyncError: (error: Error) => void, options: OpenOptions = {}) {
    this.#warn = options.warn ?? (() => {})
    this.#db = new Database(join(stateDir, 'state.db'), onSyncError, options)
    this.#torrents = this.#db.examined.torrents
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

  /** Sessions that must stay still until somebody has looked, since what guards them was damaged. */
  get hold(): ReadonlySet<string> | 'all' {
    return this.#db.examined.hold
  }

  /** Commits so far, over the life of the file. */
  get changes(): number {
    return this.#db.changes
  }

  /** The torrents of every session, as they were when the state was opened. The second call has none. */
  takeTorrents(): SavedTorrent[] {
    const torrents = this.#torrents ?? []
    this.#torrents = null
    return torrents
  }

  /** Rows that were damaged and are kept apart, oldest first. */
  setAside(): SetAside[] {
    return this.#db.read(() => listAside(this.#db.sqlite))
  }

  /** Gives up rows that are set aside. */
  forgetAside(rows: readonly SetAside[]): void {
    this.#db.write(() => {
      for (const { id } of rows) this.#statement('DELETE FROM set_aside WHERE id = ?').run(id)
    })
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
      const id = this.#newId('torrents')
      const fields = Object.keys(torrentColumns) as TorrentField[]
      const names = [
        'id',
        'session',
        'v1',
        'added_time',
        ...fields.map((field) => torrentColumns[field].name),
      ]
      const values = fields.map((field) => torrentColumns[field].write(row[field]))
      this.#insert('torrents', names, [id, row.session, row.v1, row.addedTime, ...values])
      this.#insert('progress', ['id', ...Object.values(progressColumns)], [id, ...progressValues(progress)])
      const { swarmSources, torrentFile } = torrent
      this.#insert(
        'sources',
        ['id', 'hints', 'torrent_file'],
        [id, JSON.stringify(swarmSources), torrentFile],
      )
      if (torrent.have) this.saveHave(id, torrent.have)
      if (torrent.metadata) this.saveMetadata(id, torrent.metadata)
      return { ...row, id }
    })
  }

  /** Changes the given fields of one torrent. */
  updateTorrent(id: number, changes: TorrentChanges): void {
    const fields = Object.keys(changes) as TorrentField[]
    if (fields.length === 0) return
    const columns = fields.map((field) => torrentColumns[field].name)
    const values = fields.map((field) => torrentColumns[field].write(changes[field]))
    this.#update('torrents', columns, [...values, id])
  }

  removeTorrent(id: number): void {
    this.#db.write(() => {
      // By the schema they would go with it, but then nobody would count them.
      this.#delete('moves', 'torrent = ?', [id])
      this.#delete('sources', 'id = ?', [id])
      this.#delete('metadata', 'id = ?', [id])
      this.#delete('torrents', 'id = ?', [id])
    })
  }

  saveProgress(id: number, progress: ProgressRow): void {
    this.#update('progress', Object.values(progressColumns), [...progressValues(progress), id])
  }

  /** The last saved bitfield, null when none is, or when it was damaged: the pieces have to be looked for then. */
  have(id: number): Uint8Array | null {
    return this.#blob('bitfields', 'have', id)
  }

  /** Saves a bitfield; null forgets it. */
  saveHave(id: number, have: Uint8Array | null): void {
    this.#db.write(() => {
      if (have === null) this.#statement('DELETE FROM bitfields WHERE id = ?').run(id)
      else this.#statement(insertSql(tables.bitfields, ['id', 'have'], 'INSERT OR REPLACE')).run(id, have)
    })
  }

  /** What the files of a torrent looked like when its pieces were saved last, null when that is not known. */
  fileStamps(id: number): Uint8Array | null {
    return this.#blob('file_stamps', 'stamps', id)
  }

  saveFileStamps(id: number, stamps: Uint8Array): void {
    this.#db.write(() =>
      this.#statement(insertSql(tables.file_stamps, ['id', 'stamps'], 'INSERT OR REPLACE')).run(id, stamps),
    )
  }

  /** Throws StateError when they were damaged. */
  swarmSources(id: number): SwarmSources {
    const row = this.#get('SELECT hints, sum FROM sources WHERE id = ?', id)
    if (row === undefined || sumOf([id, row.hints]) !== row.sum) throw this.#damaged('trackers', id)
    return JSON.parse(row.hints as string)
  }

  saveSwarmSources(id: number, sources: SwarmSources): void {
    this.#update('sources', ['hints'], [JSON.stringify(sources), id])
  }

  /** What a client keeps with a torrent, null for nothing. Throws StateError when it was damaged. */
  metadata(id: number): Metadata | null {
    const row = this.#get('SELECT content, sum FROM metadata WHERE id = ?', id)
    if (row === undefined) return null
    if (sumOf([id, row.content]) !== row.sum) throw this.#damaged('metadata of a client', id)
    return JSON.parse(row.content as string)
  }

  saveMetadata(id: number, metadata: Metadata): void {
    const content = JSON.stringify(metadata)
    this.#db.write(() => {
      if (this.#update('metadata', ['content'], [content, id]) > 0) return
      this.#insert('metadata', ['id', 'content'], [id, content])
    })
  }

  /** The bytes of the .torrent file, null before metadata. Throws StateError when they were damaged. */
  torrentFile(id: number): Uint8Array | null {
    const row = this.#get('SELECT torrent_file, torrent_file_sum AS sum FROM sources WHERE id = ?', id)
    const bytes = (row?.torrent_file ?? null) as Uint8Array | null
    if (row === undefined || blobSum(bytes) !== row.sum) throw this.#damaged('torrent file', id)
    return bytes
  }

  saveTorrentFile(id: number, bytes: Uint8Array): void {
    this.#update('sources', ['torrent_file'], [bytes, id])
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
    const { session, v1, savePath, torrentFile } = removal
    return this.#db.write(() => {
      const id = this.#newId('removals')
      const columns = ['id', 'session', 'v1', 'save_path', 'torrent_file']
      this.#insert('removals', columns, [id, session, v1, savePath, torrentFile])
      return { ...removal, id }
    })
  }

  removalDone(id: number): void {
    this.#db.write(() => this.#delete('removals', 'id = ?', [id]))
  }

  /** Where the files of all torrents with metadata lie, those of sessions that are not configured too. */
  places(): TorrentPlace[] {
    const sql = 'SELECT id, session, v1, name, save_path, total FROM torrents WHERE piece_length > 0'
    return this.#db
      .read(() => this.#statement(sql).all())
      .map((row) => ({
        id: row.id as number,
        session: row.session as string,
        v1: row.v1 as string,
        name: row.name as string,
        savePath: row.save_path as string,
        total: row.total as number,
      }))
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
    return this.#db.write(() => {
      const id = this.#newId('moves')
      this.#insert('moves', ['id', 'torrent', 'target'], [id, move.torrent, move.target])
      return { ...move, id }
    })
  }

  removeMove(id: number): void {
    this.#db.write(() => this.#delete('moves', 'id = ?', [id]))
  }

  isPaused(session: string): boolean {
    const find = 'SELECT 1 FROM paused_sessions WHERE name = ?'
    return this.#db.read(() => this.#statement(find).get(session)) !== undefined
  }

  setPaused(session: string, paused: boolean): void {
    this.#db.write(() => {
      if (!paused) this.#delete('paused_sessions', 'name = ?', [session])
      else if (!this.isPaused(session)) this.#insert('paused_sessions', ['name'], [session])
    })
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
      for (const [name, value] of Object.entries(settings)) {
        const text = JSON.stringify(value)
        if (this.#update('settings', ['value'], [text, session, name]) > 0) continue
        this.#insert('settings', ['session', 'name', 'value'], [session, name, text])
      }
    })
  }

  forgetSettings(session: string, names: readonly string[]): void {
    this.#db.write(() => {
      for (const name of names) this.#delete('settings', 'session = ? AND name = ?', [session, name])
    })
  }

  /** Bytes that can be found out again: damaged ones are set aside, and are not there any more. */
  #blob(table: 'bitfields' | 'file_stamps', column: string, id: number): Uint8Array | null {
    const row = this.#get(`SELECT ${column} AS bytes, sum FROM ${table} WHERE id = ?`, id)
    if (row === undefined) return null
    if (sumOf([id, row.bytes]) === row.sum) return row.bytes as Uint8Array
    const reason = 'it was changed by something else than this program, or damaged'
    this.#warn(`${describeRow(table, { id })} is set aside: ${reason}; the torrent's files are checked again`)
    this.#db.write(() => {
      const rows = readRaw(this.#db.sqlite, tables[table], 'id = ?', [id])
      keepAside(
        this.#db.sqlite,
        rows.map((row) => ({ table, row, reason })),
      )
      this.#statement(`DELETE FROM ${table} WHERE id = ?`).run(id)
      // without what their files looked like, pieces would be believed for the files' sizes alone
      this.#statement('DELETE FROM bitfields WHERE id = ?').run(id)
    })
    return null
  }

  #damaged(what: string, id: number): StateError {
    const row = this.#get('SELECT session, name, v1 FROM torrents WHERE id = ?', id) as Record<string, Value>
    return new StateError(
      'damaged',
      this.path,
      `the ${what} of ${describeRow('torrents', row ?? { name: String(id) })} in the state file ${this.path} ` +
        'is damaged: restart the daemon, which sets it aside, and look with `porla-lua daemon check`',
    )
  }

  #get(sql: string, id: number) {
    return this.#db.read(() => this.#statement(sql).get(id))
  }

  #insert(table: TableName, columns: readonly string[], values: readonly Value[]): void {
    this.#db.write(() => {
      this.#statement(insertSql(tables[table], columns)).run(...values)
      if (tables[table].counted) this.#db.ledger.add(table, 1)
    })
  }

  /** Values are those of the columns, then those of the key. Returns how many rows there were. */
  #update(table: TableName, columns: readonly string[], values: readonly Value[]): number {
    const sql = updateSql(tables[table], columns)
    return this.#db.write(() => Number(this.#statement(sql).run(...values).changes))
  }

  #delete(table: TableName, where: string, values: readonly Value[]): void {
    const { changes } = this.#statement(`DELETE FROM ${table} WHERE ${where}`).run(...values)
    if (tables[table].counted) this.#db.ledger.add(table, -Number(changes))
  }

  /** The sum of a row covers its number, so it is chosen before. Numbers are not used twice while the daemon runs. */
  #newId(table: 'torrents' | 'removals' | 'moves'): number {
    let next = this.#nextId.get(table)
    if (next === undefined) {
      const last = this.#statement(`SELECT max(id) AS id FROM ${table}`).get()?.id
      next = Number(last ?? 0) + 1
    }
    this.#nextId.set(table, next + 1)
    return next
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
