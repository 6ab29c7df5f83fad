import type { DatabaseSync } from 'node:sqlite'
import { StateError } from './error.ts'
import { sumAgain, type Value } from './tables.ts'

/**
 * The schema, one step per version: step n brings a file of version n to n + 1. Steps are never changed once
 * released; a new version is a new step at the end.
 *
 * What changes together lies together: `torrents` is written when somebody asks for something, `progress` and
 * `bitfields` every few seconds while data moves, `sources` when a torrent is added or its metadata arrives.
 */
const steps: readonly string[] = [
  `
  CREATE TABLE settings (
    session TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL, -- JSON
    PRIMARY KEY (session, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE torrents (
    id INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    v1 TEXT NOT NULL, -- hex
    v2 TEXT,
    name TEXT NOT NULL,
    save_path TEXT NOT NULL,
    added_time INTEGER NOT NULL, -- unix seconds
    flags INTEGER NOT NULL, -- bits, see session/flags.ts
    queue_key INTEGER, -- orders the queue; null when finished
    category TEXT,
    tags TEXT, -- JSON array; null for none
    download_limit INTEGER NOT NULL, -- limits: -1 unlimited
    upload_limit INTEGER NOT NULL,
    max_connections INTEGER NOT NULL,
    max_uploads INTEGER NOT NULL,
    file_priorities BLOB, -- one byte a file
    error TEXT,
    error_file TEXT,
    size INTEGER NOT NULL, -- bytes, pad files included; 0 before metadata, like the four below
    total INTEGER NOT NULL, -- bytes without pad files
    total_wanted INTEGER NOT NULL,
    piece_length INTEGER NOT NULL,
    pieces INTEGER NOT NULL,
    UNIQUE (session, v1)
  ) STRICT;

  CREATE TABLE progress (
    id INTEGER PRIMARY KEY REFERENCES torrents (id) ON DELETE CASCADE,
    files INTEGER NOT NULL, -- see FilesState
    have_count INTEGER NOT NULL, -- pieces
    done INTEGER NOT NULL, -- bytes
    wanted_done INTEGER NOT NULL,
    finished INTEGER NOT NULL, -- 0 or 1
    completed_time INTEGER NOT NULL, -- unix seconds, 0 never
    downloaded INTEGER NOT NULL, -- bytes of piece data over the torrent's life
    uploaded INTEGER NOT NULL,
    active_ms INTEGER NOT NULL,
    finished_ms INTEGER NOT NULL,
    seeding_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE bitfields (
    id INTEGER PRIMARY KEY REFERENCES torrents (id) ON DELETE CASCADE,
    have BLOB NOT NULL
  ) STRICT;

  CREATE TABLE sources (
    id INTEGER PRIMARY KEY REFERENCES torrents (id) ON DELETE CASCADE,
    hints TEXT NOT NULL, -- JSON: where to find peers
    torrent_file BLOB -- null before metadata
  ) STRICT;

  CREATE TABLE removals (
    id INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    v1 TEXT NOT NULL,
    save_path TEXT NOT NULL,
    torrent_file BLOB NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE moves (
    id INTEGER PRIMARY KEY, -- in their order
    torrent INTEGER NOT NULL REFERENCES torrents (id) ON DELETE CASCADE,
    target TEXT NOT NULL
  ) STRICT;
  CREATE INDEX moves_of_torrent ON moves (torrent);
  `,
  `
  CREATE TABLE paused_sessions (name TEXT PRIMARY KEY) STRICT;
  `,
  `
  CREATE TABLE file_stamps (
    id INTEGER PRIMARY KEY REFERENCES torrents (id) ON DELETE CASCADE,
    stamps BLOB NOT NULL -- size and time of each file, see engine/storage/file-stamps.ts
  ) STRICT;
  `,
  // Rows get their sums when they are examined.
  `
  ALTER TABLE settings ADD COLUMN sum INTEGER; -- see tables.ts
  ALTER TABLE torrents ADD COLUMN sum INTEGER;
  ALTER TABLE progress ADD COLUMN sum INTEGER;
  ALTER TABLE bitfields ADD COLUMN sum INTEGER;
  ALTER TABLE file_stamps ADD COLUMN sum INTEGER;
  ALTER TABLE sources ADD COLUMN sum INTEGER;
  ALTER TABLE sources ADD COLUMN torrent_file_sum INTEGER;
  ALTER TABLE removals ADD COLUMN sum INTEGER;
  ALTER TABLE moves ADD COLUMN sum INTEGER;
  ALTER TABLE paused_sessions ADD COLUMN sum INTEGER;

  CREATE TABLE ledger (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    changes INTEGER NOT NULL, -- commits so far
    rows TEXT NOT NULL, -- JSON: how many rows each table has
    sum INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE set_aside (
    id INTEGER PRIMARY KEY,
    bundle INTEGER NOT NULL, -- rows of one torrent belong together
    time INTEGER NOT NULL, -- unix seconds
    origin TEXT NOT NULL, -- its table
    reason TEXT NOT NULL,
    content TEXT NOT NULL -- JSON, see set-aside.ts
  ) STRICT;
  `,
  `
  ALTER TABLE progress ADD COLUMN last_download INTEGER NOT NULL DEFAULT 0; -- unix seconds, 0 never, like those below
  ALTER TABLE progress ADD COLUMN last_upload INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE progress ADD COLUMN last_seen_complete INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE metadata (
    id INTEGER PRIMARY KEY REFERENCES torrents (id) ON DELETE CASCADE,
    content TEXT NOT NULL, -- JSON object of a client's own, see torrents.add
    sum INTEGER
  ) STRICT;
  `,
]

/** The first version with sums and a ledger. */
export const sumsSince = 5

/** The version this program writes. */
export const schemaVersion = steps.length

/** The version of a file. Throws when it is newer than this program. */
export function versionOf(database: DatabaseSync, path: string): number {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (row.user_version > schemaVersion) {
    throw new StateError(
      'newer',
      path,
      `the state file ${path} was written by a newer porla-lua (schema ${row.user_version}, this one knows ` +
        `${schemaVersion}); run the newer version, or use another state folder`,
    )
  }
  return row.user_version
}

/** A row whose sum is not to be believed: a statement that takes it away, and the row's key. */
export interface Unsummed {
  sql: string
  key: Value[]
}

/**
 * Brings the schema from one version to another in one transaction: a process that dies leaves the old one. `wrong` are
 * rows whose sums are wrong before; they must not get right ones by this.
 */
export function migrate(
  database: DatabaseSync,
  from: number,
  to = schemaVersion,
  wrong: readonly Unsummed[] = [],
): void {
  if (from >= to) return
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const step of steps.slice(from, to)) database.exec(step)
    // The sums of older versions cover fewer columns. Rows without any get theirs when they are examined.
    if (from >= sumsSince) sumAgain(database)
    for (const { sql, key } of wrong) database.prepare(sql).run(...key)
    database.exec(`PRAGMA user_version = ${to}; COMMIT`)
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
