import type { Table, Value } from './tables.ts'

/** A row by its columns. */
export type RawRow = Record<string, Value>

/** What a value must be, as the end of a sentence about the column; null when the value is that. */
type Check = (value: Value) => string | null

const isWhole = (value: Value): value is number => typeof value === 'number' && Number.isSafeInteger(value)
const is = (what: string, test: (value: Value) => boolean): Check => {
  return (value) => (test(value) ? null : what)
}
const orNull = (check: Check): Check => {
  return (value) => (value === null ? null : check(value))
}

const text = is('a text', (value) => typeof value === 'string')
const words = is('a text that is not empty', (value) => typeof value === 'string' && value !== '')
const bytes = is('bytes', (value) => value instanceof Uint8Array)
const whole = is('an integer up to 2^53', isWhole)
const count = is('an integer from 0 to 2^53', (value) => isWhole(value) && value >= 0)
const number = is('the number of a row', (value) => isWhole(value) && value > 0)
const flags = is('bits of flags', (value) => isWhole(value) && value >= 0 && value < 2 ** 31)
const limit = is('a limit from -1', (value) => isWhole(value) && value >= -1)
const path = is('an absolute path', (value) => typeof value === 'string' && value.startsWith('/'))
const v1 = is('40 hex digits', (value) => typeof value === 'string' && /^[0-9a-f]{40}$/.test(value))
const v2 = is('64 hex digits', (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value))
const priorities = is(
  'priorities from 0 to 7',
  (value) => value instanceof Uint8Array && value.every((priority) => priority <= 7),
)
const tags = is('a JSON array of texts', (value) => {
  const list = json(value)
  return Array.isArray(list) && list.every((tag) => typeof tag === 'string')
})
const setting = is('a JSON value of a setting', (value) =>
  ['string', 'number', 'boolean'].includes(typeof json(value)),
)
const metadata = is('a JSON object', (value) => {
  const content = json(value)
  return typeof content === 'object' && content !== null && !Array.isArray(content)
})
const hints = is('JSON with trackers, web seeds and peers', (value) => isHints(json(value)))

/** What each column of each table must be; columns that are not named may be anything. */
const checks: Record<string, Record<string, Check>> = {
  settings: { session: text, name: words, value: setting },
  torrents: {
    id: number,
    session: text,
    v1,
    v2: orNull(v2),
    name: text,
    save_path: path,
    added_time: whole,
    flags,
    queue_key: orNull(whole),
    category: orNull(text),
    tags: orNull(tags),
    download_limit: limit,
    upload_limit: limit,
    max_connections: limit,
    max_uploads: limit,
    file_priorities: orNull(priorities),
    error: orNull(text),
    error_file: orNull(text),
    size: count,
    total: count,
    total_wanted: count,
    piece_length: count,
    pieces: count,
  },
  progress: {
    id: number,
    files: is('0, 1 or 2', (value) => value === 0 || value === 1 || value === 2),
    have_count: count,
    done: count,
    wanted_done: count,
    finished: is('0 or 1', (value) => value === 0 || value === 1),
    completed_time: whole,
    downloaded: count,
    uploaded: count,
    active_ms: count,
    finished_ms: count,
    seeding_ms: count,
    last_download: count,
    last_upload: count,
    last_seen_complete: count,
  },
  bitfields: { id: number, have: bytes },
  file_stamps: { id: number, stamps: bytes },
  metadata: { id: number, content: metadata },
  sources: { id: number, hints, torrent_file: orNull(bytes) },
  removals: { id: number, session: text, v1, save_path: path, torrent_file: bytes },
  moves: { id: number, torrent: number, target: path },
  paused_sessions: { name: text },
}

/** The columns of a row that hold what they must not, each with a sentence. */
export function wrongColumns(table: Table, row: RawRow): { column: string; text: string }[] {
  return Object.entries(checks[table.name] ?? {}).flatMap(([column, check]) => {
    const what = check(row[column] ?? null)
    return what === null ? [] : [{ column, text: `${column} is not ${what}` }]
  })
}

function json(value: Value): unknown {
  if (typeof value !== 'string') return undefined
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

function isHints(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { trackers, webSeeds, peers, trackerId } = value as Record<string, unknown>
  const texts = (list: unknown) => Array.isArray(list) && list.every((entry) => typeof entry === 'string')
  return (
    Array.isArray(trackers) &&
    trackers.every((tracker) => typeof tracker?.url === 'string' && Number.isSafeInteger(tracker?.tier)) &&
    texts(webSeeds) &&
    texts(peers) &&
    typeof trackerId === 'string'
  )
}
