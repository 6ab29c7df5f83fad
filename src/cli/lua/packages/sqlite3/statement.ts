import { isUtf8 } from 'node:buffer'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { readInteger } from '../../api/convert.ts'
import type { Api, ApiClass } from '../../api/describe.ts'
import { LuaType, type State } from '../../vm/c-api.ts'
import { ArgumentError, LuaError } from '../../vm/errors.ts'
import { exactText } from './exact-text.ts'
import { codes, inSqlite } from './in-sqlite.ts'
import type { Parameters } from './parameters.ts'

type Cell = null | bigint | number | string | Uint8Array

/** A prepared statement and its run. */
export interface StatementValue {
  /** Undefined once finalized. */
  sqlite: StatementSync | undefined
  readonly database: DatabaseSync
  readonly sql: string
  readonly parameters: Parameters
  /** What is bound, by index from 1; index 0 is not used. */
  readonly cells: Cell[]
  /** The run that is under way. */
  rows: Iterator<unknown> | undefined
  /** What the last step came to, nil without a row. */
  row: readonly Cell[] | undefined
  /** Rows of the run so far. */
  count: number
}

/** Text is UTF-8; other bytes are a blob, since SQLite's text is text. */
function readCell(api: Api, L: State, arg: number): Cell {
  const { lua, raw } = api
  switch (lua.type(L, arg)) {
    case LuaType.nil:
      return null
    case LuaType.number:
      return raw._lua_isinteger(L, arg) ? raw._lua_tointegerx(L, arg, 0) : raw._lua_tonumberx(L, arg, 0)
    case LuaType.string: {
      const bytes = lua.checkBytes(L, arg)
      return isUtf8(bytes) ? Buffer.from(bytes).toString() : bytes
    }
    default:
      throw new ArgumentError(arg, `nil, string or number expected, got ${lua.typeName(L, arg)}`)
  }
}

function pushCell(api: Api, L: State, cell: Cell): void {
  if (cell === null) api.lua.pushNil(L)
  else if (typeof cell === 'bigint') api.raw._lua_pushinteger(L, cell)
  else if (typeof cell === 'number') api.lua.pushNumber(L, cell)
  else if (typeof cell === 'string') api.lua.pushText(L, cell)
  else api.lua.pushBytes(L, cell)
}

function openStatement(self: StatementValue): StatementSync {
  if (self.sqlite === undefined) throw new LuaError('the statement was finalized')
  return self.sqlite
}

/** Ends the run under way, so that the next step begins anew. */
function reset(self: StatementValue): void {
  self.rows?.return?.()
  self.rows = undefined
  self.row = undefined
  self.count = 0
}

/** What is bound, as node:sqlite takes it: those with a name in an object, the others in their order. */
function bound({ parameters, cells }: StatementValue): SQLInputValue[] {
  const named: Record<string, Cell> = {}
  const others: Cell[] = []
  parameters.forEach((name, i) => {
    const cell = cells[i + 1] ?? null
    if (name === null) others.push(cell)
    else named[name] = cell
  })
  // The types know the object only as a first argument of its own.
  return [named as unknown as SQLInputValue, ...others]
}

/** One step; true when it came to a row. */
function step(self: StatementValue): boolean {
  const statement = openStatement(self)
  return inSqlite('cannot run the statement', () => {
    try {
      self.rows ??= statement.iterate(...bound(self))[Symbol.iterator]()
      const { done, value } = self.rows.next()
      if (done) reset(self)
      else {
        self.row = value as Cell[]
        self.count++
      }
      return !done
    } catch (error) {
      self.rows = undefined
      self.row = undefined
      throw error
    }
  })
}

export const statementClass: ApiClass<StatementValue> = {
  name: 'Statement',
  doc: 'A prepared statement.',
  origin: 'porla',
  members: [
    {
      kind: 'method',
      name: 'bind',
      signature: '(position: integer, value: string|number|nil): Statement',
      doc:
        'Sets the parameter at an index, from 1, and returns the statement, so that calls chain. Every kind counts, as ' +
        'SQLite does: `?` and a new `:name`, `@name` or `$name` take the next index, `?5` takes 5. Ends a run ' +
        'that is under way. Integers stay integers (Porla makes floats of them); strings are text, or a blob when ' +
        'they are not UTF-8 (`cast(? as text)` keeps such bytes as text). Parameters that were not set are NULL.',
      origin: 'porla',
      call: (api, L, self) => {
        openStatement(self)
        const count = self.parameters.length
        if (count === 0) throw new LuaError('the statement has no parameters')
        const position = api.argument(2, () => readInteger(api.lua, L, 2, 1, count))
        if (api.lua.type(L, 3) === LuaType.none) api.lua.typeError(L, 3, 'value')
        const cell = readCell(api, L, 3)
        reset(self)
        self.cells[position] = cell
        api.raw._lua_settop(L, 1)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'exec',
      signature: '()',
      doc: 'Takes one step and ends the run: all there is to do for a statement that gives no rows.',
      origin: 'porla',
      call: (_api, _L, self) => {
        step(self)
        reset(self)
        return 0
      },
    },
    {
      kind: 'method',
      name: 'step',
      signature: '(): integer',
      doc:
        'Goes to the next row: `sqlite3.ROW`, or `sqlite3.DONE` behind the last one; the step after that begins ' +
        'anew. Raises an error when SQLite refuses (Porla gives its number).',
      origin: 'porla',
      call: (api, L, self) => {
        api.host.keepUp()
        api.lua.pushInteger(L, step(self) ? codes.ROW : codes.DONE)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'get_value',
      signature: '(column: integer): string|number|nil',
      doc:
        'The value of a column of the row, from 0; nil is NULL. Text and blobs are strings, byte for byte (Porla crashes ' +
        'on text and gives nil for blobs); where text is not UTF-8, the query is run again for it. Raises an error when there is no row or no such column.',
      origin: 'porla',
      call: (api, L, self) => {
        openStatement(self)
        const { row } = self
        if (row === undefined) throw new LuaError('there is no row: call step() until it gives sqlite3.ROW')
        const column = api.argument(2, () => readInteger(api.lua, L, 2))
        const cell = row[column]
        if (cell === undefined) {
          throw new ArgumentError(2, `the row has columns 0 to ${row.length - 1}, got ${column}`)
        }
        if (typeof cell === 'string' && cell.includes('\ufffd')) {
          const place = { sql: self.sql, bound: bound(self), columns: row.length, row: self.count - 1 }
          api.lua.pushBytes(L, exactText(self.database, place, column, cell))
        } else pushCell(api, L, cell)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'finalize',
      signature: '(): integer',
      doc: 'Lets go of the statement: `sqlite3.OK`, or `sqlite3.ERROR` the second time.',
      origin: 'porla',
      call: (api, L, self) => {
        api.lua.pushInteger(L, self.sqlite ? codes.OK : codes.ERROR)
        reset(self)
        self.sqlite = undefined
        return 1
      },
    },
  ],
}
