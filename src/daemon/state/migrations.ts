import type { DatabaseSync } from 'node:sqlite'
import { StateError } from './error.ts'

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
]

/** The version this program writes. */
export const schemaVersion = steps.length

/** Brings the schema up to date, each step in its own transaction. Throws when the file is of a newer version. */
export function migrate(database: DatabaseSync, path: string): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (row.user_version > schemaVersion) {
    throw new StateError(
      'newer',
      path,
      `the state file ${path} was written by a newer porla-lua (schema ${row.user_version}, this one knows ` +
        `${schemaVersion}); run the newer version, or use another state folder`,
    )
  }
  for (let version = row.user_version; version < schemaVersion; version++) {
    database.exec(`BEGIN IMMEDIATE; ${steps[version]}; PRAGMA user_version = ${version + 1}; COMMIT`)
  }
}
