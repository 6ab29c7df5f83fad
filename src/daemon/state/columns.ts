import type { ProgressRow, TorrentRow } from './rows.ts'
import { progressNames, torrentNames } from './tables.ts'

type Value = string | number | null | Uint8Array

/** How a field of a row is kept: its column, and what goes into it. */
interface Column<T> {
  readonly name: string
  readonly write: (value: T) => Value
}

const plain = (name: string): Column<unknown> => ({ name, write: (value) => value as Value })

/** Columns of `torrents` that may change, by field. */
export const torrentColumns = {
  v2: plain('v2'),
  name: plain('name'),
  savePath: plain('save_path'),
  flags: plain('flags'),
  queueKey: plain('queue_key'),
  category: plain('category'),
  tags: { name: 'tags', write: (tags) => ((tags as string[]).length > 0 ? JSON.stringify(tags) : null) },
  downloadLimit: plain('download_limit'),
  uploadLimit: plain('upload_limit'),
  maxConnections: plain('max_connections'),
  maxUploads: plain('max_uploads'),
  filePriorities: plain('file_priorities'),
  error: plain('error'),
  errorFile: plain('error_file'),
  size: plain('size'),
  total: plain('total'),
  totalWanted: plain('total_wanted'),
  pieceLength: plain('piece_length'),
  pieces: plain('pieces'),
} as const satisfies Record<string, Column<unknown>>

export type TorrentField = keyof typeof torrentColumns

/** Columns of `progress`, by field. */
export const progressColumns: Record<keyof ProgressRow, string> = {
  files: 'files',
  haveCount: 'have_count',
  done: 'done',
  wantedDone: 'wanted_done',
  finished: 'finished',
  completedTime: 'completed_time',
  downloaded: 'downloaded',
  uploaded: 'uploaded',
  activeMs: 'active_ms',
  finishedMs: 'finished_ms',
  seedingMs: 'seeding_ms',
  lastDownload: 'last_download',
  lastUpload: 'last_upload',
  lastSeenComplete: 'last_seen_complete',
}

/** What `torrentFromArray` and `progressFromArray` read, in their order: the columns of both tables with their sums. */
export const selectAll =
  `SELECT ${torrentNames.map((name) => `t.${name}`).join(', ')}, t.sum, ` +
  `${progressNames.map((name) => `p.${name}`).join(', ')}, p.sum ` +
  'FROM torrents t LEFT JOIN progress p ON p.id = t.id'

/** Where the sum of the torrent is in such a row, the progress, and its sum. */
export const torrentSumAt = torrentNames.length
export const progressAt = torrentSumAt + 1
export const progressSumAt = progressAt + progressNames.length

/** Strings that thousands of rows share are kept once. */
const shared = new Map<string, string>()
const none: readonly string[] = Object.freeze([])

function share(text: string): string {
  const known = shared.get(text)
  if (known !== undefined) return known
  shared.set(text, text)
  return text
}

function tagsOf(json: string): string[] {
  return (JSON.parse(json) as string[]).map(share)
}

/** Forgets the shared strings; the rows keep theirs. */
export function forgetShared(): void {
  shared.clear()
}

// Read by position: ten thousand rows as arrays take a third of the time that they take as objects.
export function torrentFromArray(a: readonly unknown[]): TorrentRow {
  return {
    id: a[0] as number,
    session: share(a[1] as string),
    v1: a[2] as string,
    v2: a[3] as string | null,
    name: a[4] as string,
    savePath: share(a[5] as string),
    addedTime: a[6] as number,
    flags: a[7] as number,
    queueKey: a[8] as number | null,
    category: a[9] === null ? null : share(a[9] as string),
    tags: a[10] === null ? none : tagsOf(a[10] as string),
    downloadLimit: a[11] as number,
    uploadLimit: a[12] as number,
    maxConnections: a[13] as number,
    maxUploads: a[14] as number,
    filePriorities: a[15] as Uint8Array | null,
    error: a[16] as string | null,
    errorFile: a[17] as string | null,
    size: a[18] as number,
    total: a[19] as number,
    totalWanted: a[20] as number,
    pieceLength: a[21] as number,
    pieces: a[22] as number,
  }
}

export function progressFromArray(a: readonly unknown[]): ProgressRow {
  return {
    files: a[25] as ProgressRow['files'],
    haveCount: a[26] as number,
    done: a[27] as number,
    wantedDone: a[28] as number,
    finished: a[29] === 1,
    completedTime: a[30] as number,
    downloaded: a[31] as number,
    uploaded: a[32] as number,
    activeMs: a[33] as number,
    finishedMs: a[34] as number,
    seedingMs: a[35] as number,
    lastDownload: a[36] as number,
    lastUpload: a[37] as number,
    lastSeenComplete: a[38] as number,
  }
}
