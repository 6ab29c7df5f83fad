import { DatabaseSync } from 'node:sqlite'
import type { ApiClass, ApiModule, ConstantMember } from '../api/describe.ts'
import { inHome } from '../api/paths.ts'
import { ArgumentError } from '../vm/errors.ts'
import { codes, inSqlite, letInterruptsThrough } from './sqlite3/in-sqlite.ts'
import { parametersOf } from './sqlite3/parameters.ts'
import { statementClass } from './sqlite3/statement.ts'

/** How long another process may keep the database locked, as it is waited for. */
const lockTimeoutMs = 5000

interface DatabaseValue {
  readonly sqlite: DatabaseSync
}

const databaseClass: ApiClass<DatabaseValue> = {
  name: 'Database',
  doc: 'An open database.',
  origin: 'porla',
  members: [
    {
      kind: 'method',
      name: 'exec',
      signature: '(sql: string)',
      doc:
        'Runs any number of statements, whose rows are thrown away. Raises an error with SQLite’s words when one ' +
        'fails (Porla says nothing).',
      origin: 'porla',
      call: (api, L, self) => {
        const sql = api.lua.checkText(L, 2)
        api.host.keepUp()
        inSqlite('cannot run the SQL', () => self.sqlite.exec(sql))
        return 0
      },
    },
    {
      kind: 'method',
      name: 'prepare',
      signature: '(sql: string): Statement',
      doc: 'Prepares one statement. Raises an error when it is none (Porla’s first step fails).',
      origin: 'porla',
      call: (api, L, self) => {
        const sql = api.lua.checkText(L, 2)
        const sqlite = inSqlite('cannot prepare the statement', () => {
          const statement = self.sqlite.prepare(sql)
          statement.setReadBigInts(true)
          statement.setReturnArrays(true)
          return statement
        })
        api.push(L, statementClass, {
          sqlite,
          database: self.sqlite,
          sql,
          parameters: parametersOf(sql),
          cells: [],
          rows: undefined,
          row: undefined,
          count: 0,
        })
        return 1
      },
    },
    {
      kind: 'method',
      name: 'close',
      signature: '(): integer',
      doc:
        'Closes the database and its statements: `sqlite3.OK`, or `sqlite3.ERROR` when it was closed. The end of ' +
        'the script does the same.',
      origin: 'porla',
      call: (api, L, self) => {
        const { isOpen } = self.sqlite
        if (isOpen) inSqlite('cannot close the database', () => self.sqlite.close())
        api.lua.pushInteger(L, isOpen ? codes.OK : codes.ERROR)
        return 1
      },
    },
  ],
}

function constant(name: keyof typeof codes, doc: string): ConstantMember {
  return { kind: 'constant', name, value: codes[name], doc, origin: 'porla' }
}

export const modules: readonly ApiModule[] = [
  {
    name: 'sqlite3',
    doc:
      'SQLite databases on this machine. A transaction that reads first and writes later should start with `begin ' +
      'immediate`: after a plain `begin`, another program may write in between, and the write then fails at once with ' +
      '"database is locked", whatever the time that statements wait.',
    origin: 'porla',
    classes: [databaseClass, statementClass],
    members: [
      {
        kind: 'static',
        name: 'open',
        signature: '(path: string): Database',
        doc:
          'Opens a database file and makes it when it is missing; ":memory:" has none. Where another program keeps ' +
          'it locked, statements wait up to 5 seconds. Raises an error when it cannot be opened.',
        origin: 'porla',
        call: (api, L) => {
          const path = inHome(api, api.lua.checkText(L, 1))
          if (path === '' || path.includes('\0')) throw new ArgumentError(1, 'a path or ":memory:" expected')
          letInterruptsThrough()
          const sqlite = inSqlite(`cannot open '${path}'`, () => {
            // As SQLite itself is without being told otherwise.
            const asUsual = { enableForeignKeyConstraints: false, enableDoubleQuotedStringLiterals: true }
            return new DatabaseSync(path, { ...asUsual, timeout: lockTimeoutMs })
          })
          api.push(L, databaseClass, { sqlite })
          return 1
        },
      },
      constant('OK', 'Done.'),
      constant('ERROR', 'Not done.'),
      constant('ROW', 'There is a row.'),
      constant('DONE', 'There are no more rows.'),
    ],
  },
]
