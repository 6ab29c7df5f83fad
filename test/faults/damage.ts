import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

type Random = (below: number) => number

/** Files as they were earlier in the life of the state, for damages that put them back. */
export interface Earlier {
  folder: string
}

/** One way to damage a state that nobody has open. Returns what was done, or null when this state has nothing to damage. */
type Damage = (folder: string, random: Random, earlier: Earlier) => string | null

const database = (folder: string) => join(folder, 'state.db')
const log = (folder: string) => join(folder, 'state.db-wal')

function change(path: string, edit: (bytes: Buffer) => string): string | null {
  if (!existsSync(path) || statSync(path).size === 0) return null
  const bytes = readFileSync(path)
  const what = edit(bytes)
  writeFileSync(path, bytes)
  return what
}

/** A bit that turned on the disk changes no time of the file. */
function keepingTime(path: string, work: () => string | null): string | null {
  const reference = `${path}-time`
  writeFileSync(reference, '')
  try {
    spawnSync('touch', ['-r', path, reference])
    const what = work()
    spawnSync('touch', ['-r', reference, path])
    return what
  } finally {
    rmSync(reference)
  }
}

const flip = (path: (folder: string) => string): Damage => {
  return (folder, random) =>
    change(path(folder), (bytes) => {
      const at = random(bytes.length)
      const bit = random(8)
      bytes[at] = bytes[at]! ^ (1 << bit)
      return `bit ${bit} of byte ${at} of ${path('')}`
    })
}

const overwrite = (path: (folder: string) => string): Damage => {
  return (folder, random) =>
    change(path(folder), (bytes) => {
      const at = random(Math.ceil(bytes.length / 512)) * 512
      const value = random(2) * random(256)
      bytes.fill(value, at, at + 512)
      return `512 bytes from ${at} of ${path('')} are ${value}`
    })
}

const cut = (path: (folder: string) => string): Damage => {
  return (folder, random) => {
    if (!existsSync(path(folder))) return null
    const size = random(statSync(path(folder)).size)
    truncateSync(path(folder), size)
    return `${path('')} is cut to ${size} bytes`
  }
}

const remove = (path: (folder: string) => string): Damage => {
  return (folder) => {
    if (!existsSync(path(folder))) return null
    rmSync(path(folder))
    return `${path('')} is removed`
  }
}

/** Values that no column should hold; STRICT tables take them where the type fits. */
const oddValues = [
  '9007199254740993',
  '-9223372036854775808',
  "'[\"a'",
  "'zz'",
  "''",
  "x'ff00'",
  "CAST(x'c328' AS TEXT)",
  '-5',
  'NULL',
]

/** A statement of another program, with its checks off. Returns null when the schema would not take it. */
function sql(folder: string, text: string): string | null {
  const sqlite = new DatabaseSync(database(folder), { enableForeignKeyConstraints: false })
  try {
    sqlite.exec(text)
    return text
  } catch {
    return null
  } finally {
    sqlite.close()
  }
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[random(list.length)] as T
}

function tablesOf(folder: string): string[] {
  const sqlite = new DatabaseSync(database(folder))
  const rows = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
  sqlite.close()
  return rows.map(({ name }) => name as string)
}

function columnsOf(folder: string, table: string): string[] {
  const sqlite = new DatabaseSync(database(folder))
  const rows = sqlite.prepare('SELECT name FROM pragma_table_info(?)').all(table)
  sqlite.close()
  return rows.map(({ name }) => name as string)
}

const someRow = (table: string, random: Random) => {
  const order = table === 'settings' ? 'session, name' : 'rowid'
  const key = table === 'settings' ? '(session, name)' : 'rowid'
  const select = table === 'settings' ? 'session, name' : 'rowid'
  return `${key} = (SELECT ${select} FROM ${table} ORDER BY ${order} LIMIT 1 OFFSET ${random(30)} % max(1, (SELECT count(*) FROM ${table})))`
}

/** The kinds of damage by name; more can be added. */
export const damages: Record<string, Damage> = {
  'bit in the database': flip(database),
  'bit in the database, its time kept': (folder, random, earlier) =>
    keepingTime(database(folder), () => flip(database)(folder, random, earlier)),
  'bit in the log': flip(log),
  'sector of the database': overwrite(database),
  'sector of the log': overwrite(log),
  'database cut': cut(database),
  'log cut': cut(log),
  'database removed': remove(database),
  'log removed': remove(log),
  'database emptied': (folder) => {
    if (!existsSync(database(folder))) return null
    truncateSync(database(folder), 0)
    return 'state.db has 0 bytes'
  },
  'older database': (folder, _, earlier) => {
    copyFileSync(join(earlier.folder, 'state.db'), database(folder))
    return 'state.db is an older one'
  },
  'older database without its log': (folder, _, earlier) => {
    copyFileSync(join(earlier.folder, 'state.db'), database(folder))
    rmSync(log(folder), { force: true })
    return 'state.db is an older one, and its log is removed'
  },
  'odd value': (folder, random) => {
    const table = pick(tablesOf(folder), random)
    const column = pick(columnsOf(folder, table), random)
    return sql(
      folder,
      `UPDATE ${table} SET ${column} = ${pick(oddValues, random)} WHERE ${someRow(table, random)}`,
    )
  },
  'plausible value': (folder, random) =>
    sql(
      folder,
      pick(
        [
          `UPDATE torrents SET save_path = '/elsewhere' WHERE ${someRow('torrents', random)}`,
          `UPDATE progress SET uploaded = uploaded + 1048576 WHERE ${someRow('progress', random)}`,
          `UPDATE settings SET value = '"other.example"' WHERE name = 'proxy_hostname'`,
          `UPDATE torrents SET v1 = '${'cd'.repeat(20)}' WHERE ${someRow('torrents', random)}`,
          `UPDATE bitfields SET have = randomblob(length(have)) WHERE ${someRow('bitfields', random)}`,
        ],
        random,
      ),
    ),
  'row deleted': (folder, random) => {
    const table = pick(tablesOf(folder), random)
    return sql(folder, `DELETE FROM ${table} WHERE ${someRow(table, random)}`)
  },
  'row moved': (folder, random) => {
    const table = pick(['torrents', 'progress', 'bitfields', 'sources', 'moves'], random)
    return sql(folder, `UPDATE ${table} SET id = id + 1000 WHERE ${someRow(table, random)}`)
  },
  'row doubled': (folder, random) =>
    sql(
      folder,
      `CREATE TEMP TABLE t AS SELECT * FROM torrents WHERE ${someRow('torrents', random)};
       UPDATE t SET id = 5000, v1 = upper(v1); INSERT INTO torrents SELECT * FROM t`,
    ),
  'table dropped': (folder, random) => {
    const table = pick(tablesOf(folder), random)
    return sql(folder, `DROP TABLE ${table}`)
  },
}
