import { type Metainfo, MetainfoError, parseTorrent } from '../../../metainfo/index.ts'
import type { SettingValue } from '../../../rpc/contract/types.ts'
import {
  type Metadata,
  type ProgressRow,
  type RemovalRow,
  type SavedTorrent,
  type SwarmSources,
  type TorrentRow,
  unknownProgress,
} from '../../state/rows.ts'
import { describeRow, type SetAside } from '../../state/set-aside.ts'
import type { Store } from '../../state/store.ts'
import { blobSum, progressNames, sumOf, tables, type Value } from '../../state/tables.ts'
import { type RawRow, wrongColumns } from '../../state/values.ts'
import { checkSetting } from '../settings/pack.ts'
import { defaultFlags } from '../torrent/flags.ts'
import { noSizes, sizesOf } from '../torrent/sizes.ts'
import { trackerSource } from '../torrent/swarm-sources.ts'

/** What came of what was set aside. It is kept when this is returned; sessions that run have to take it over. */
export interface PutBack {
  /** What is used again, a sentence each; with what could not be saved of it. */
  done: string[]
  /** What still cannot be used, and why. */
  left: string[]
  torrents: SavedTorrent[]
  settings: { session: string; name: string; value: SettingValue }[]
  removals: RemovalRow[]
  paused: string[]
  /** Counters of torrents that had to begin anew, by the number of the torrent. */
  counters: { id: number; counters: Counters }[]
}

type Counters = Pick<
  ProgressRow,
  | 'completedTime'
  | 'downloaded'
  | 'uploaded'
  | 'activeMs'
  | 'finishedMs'
  | 'seedingMs'
  | 'lastDownload'
  | 'lastUpload'
  | 'lastSeenComplete'
>

/**
 * Tries again to use what is set aside. Of a damaged row what cannot be read is replaced by what is usual, if the rest
 * makes sense without it. `forget`: what cannot be used is given up. Throws StateError, and nothing has changed then.
 */
export function putBack(store: Store, { forget }: { forget: boolean }): PutBack {
  const result: PutBack = {
    done: [],
    left: [],
    torrents: [],
    settings: [],
    removals: [],
    paused: [],
    counters: [],
  }
  store.transaction(() => {
    const bundles = Map.groupBy(store.setAside(), ({ bundle }) => bundle)
    for (const rows of bundles.values()) {
      const problem = putBundle(store, rows, result)
      if (problem === null || forget) store.forgetAside(rows)
      if (problem !== null) {
        const [{ table, row }] = rows as [SetAside, ...SetAside[]]
        result.left.push(
          `${describeRow(table, row)} ${forget ? 'is given up' : 'stays set aside'}: ${problem}`,
        )
      }
    }
  })
  return result
}

/** Null when the bundle is used again, otherwise why it cannot be. */
function putBundle(store: Store, rows: readonly SetAside[], result: PutBack): string | null {
  const torrent = rows.find(({ table }) => table === 'torrents')
  if (torrent) return putTorrent(store, rows, torrent.row, result)
  const [{ table, row }] = rows as [SetAside, ...SetAside[]]
  const [wrong] = wrongColumns(tables[table as keyof typeof tables] ?? tables.settings, row)
  switch (table) {
    case 'progress':
      return putCounters(store, row, result)
    case 'bitfields':
    case 'file_stamps':
      result.done.push(`${describeRow(table, row)}: it was found out again`)
      return null
    case 'settings':
      return wrong?.text ?? putSetting(store, row, result)
    case 'removals':
      return wrong?.text ?? putRemoval(store, row, result)
    case 'paused_sessions':
      if (wrong) return wrong.text
      store.setPaused(row.name as string, true)
      result.paused.push(row.name as string)
      result.done.push(`${describeRow(table, row)} is in force again`)
      return null
    case 'metadata':
      return wrong?.text ?? putMetadata(store, row, result)
    case 'moves':
      return 'the torrent is where it is; move it again'
    default:
      return 'the torrent that it belongs to is not there'
  }
}

function putTorrent(store: Store, rows: readonly SetAside[], row: RawRow, result: PutBack): string | null {
  const of = (table: string) => rows.find((part) => part.table === table)?.row
  const wrong = new Set(wrongColumns(tables.torrents, row).map(({ column }) => column))
  if (wrong.has('session') || wrong.has('save_path')) return 'its session or its save path cannot be read'
  const { metainfo, torrentFile } = metadataOf(of('sources'))
  const v1 = metainfo?.infoHash[0] ?? (wrong.has('v1') ? null : (row.v1 as string))
  if (v1 === null) return 'its info hash cannot be read, and its metadata is not there'
  const session = row.session as string
  const there = store.torrents()
  if (there.some((other) => other.row.session === session && other.row.v1 === v1)) {
    return 'the session has a torrent of its hash'
  }
  const value = <T extends Value>(column: string, usual: T): T =>
    wrong.has(column) ? usual : (row[column] as T)
  const filePriorities = prioritiesOf(value('file_priorities', null), metainfo)
  const { progress, have } = progressOf(of('progress'), of('bitfields'), metainfo !== null)
  const lastKey = Math.max(-1, ...there.map((other) => other.row.queueKey ?? -1))
  const sources = of('sources') ?? {}
  const soundSources = wrongColumns(tables.sources, { ...sources, torrent_file: null, id: 1 }).length === 0
  const saved: Omit<TorrentRow, 'id'> = {
    ...(metainfo ? sizesOf(metainfo, filePriorities) : noSizes),
    session,
    v1,
    v2: metainfo ? metainfo.infoHash[1] : value('v2', null),
    name: metainfo && wrong.has('name') ? metainfo.name : value('name', ''),
    savePath: row.save_path as string,
    addedTime: value('added_time', Math.floor(Date.now() / 1000)),
    flags: value('flags', defaultFlags),
    // It comes last in the queue.
    queueKey: progress.finished ? null : lastKey + 1,
    category: value('category', null),
    tags: wrong.has('tags') || row.tags === null ? [] : (JSON.parse(row.tags as string) as string[]),
    downloadLimit: value('download_limit', -1),
    uploadLimit: value('upload_limit', -1),
    maxConnections: value('max_connections', -1),
    maxUploads: value('max_uploads', -1),
    filePriorities,
    error: value('error', null),
    errorFile: value('error_file', null),
  }
  const swarmSources = soundSources
    ? (JSON.parse(sources.hints as string) as SwarmSources)
    : swarmSourcesOf(metainfo)
  result.torrents.push({
    row: store.addTorrent({
      row: saved,
      progress,
      swarmSources,
      torrentFile,
      have,
      metadata: ownMetadata(of('metadata')),
    }),
    progress,
  })
  const derived = ['id', 'v1', 'queue_key', 'size', 'total', 'total_wanted', 'piece_length', 'pieces']
  const gone = [...wrong].filter((column) => !derived.includes(column))
  if (!soundSources) gone.push('trackers')
  const what = gone.length === 0 ? '' : `, without its ${gone.join(', ')}, which could not be read`
  result.done.push(`${describeRow('torrents', { ...row, name: saved.name })} is used again${what}`)
  return null
}

/** The metadata, if all of its bytes are there. */
function metadataOf(sources: RawRow | undefined): {
  metainfo: Metainfo | null
  torrentFile: Uint8Array | null
} {
  const bytes = sources?.torrent_file
  if (!(bytes instanceof Uint8Array)) return { metainfo: null, torrentFile: null }
  if (sources?.torrent_file_sum !== null && sources?.torrent_file_sum !== blobSum(bytes)) {
    return { metainfo: null, torrentFile: null }
  }
  try {
    return { metainfo: parseTorrent(bytes), torrentFile: bytes }
  } catch (error) {
    if (!(error instanceof MetainfoError)) throw error
    return { metainfo: null, torrentFile: null }
  }
}

function prioritiesOf(bytes: Uint8Array | null, metainfo: Metainfo | null): Uint8Array | null {
  if (bytes === null || (metainfo !== null && bytes.length !== metainfo.files.length)) return null
  return bytes
}

/** What was known of its files, if that is whole; otherwise they are looked at again. */
function progressOf(
  row: RawRow | undefined,
  bitfield: RawRow | undefined,
  metadata: boolean,
): { progress: ProgressRow; have: Uint8Array | null } {
  if (row === undefined) return { progress: { ...unknownProgress }, have: null }
  // A row of an older schema has fewer columns.
  const columns = progressNames.filter((name) => row[name] !== undefined)
  const whole = sumOf(columns.map((name) => row[name])) === row.sum && metadata
  const counters = countersOf(row)
  if (!whole) return { progress: { ...unknownProgress, ...counters }, have: null }
  const progress: ProgressRow = {
    ...counters,
    files: row.files as ProgressRow['files'],
    haveCount: row.have_count as number,
    done: row.done as number,
    wantedDone: row.wanted_done as number,
    finished: row.finished === 1,
  }
  const sound = bitfield !== undefined && sumOf([bitfield.id, bitfield.have]) === bitfield.sum
  return { progress, have: sound ? (bitfield.have as Uint8Array) : null }
}

function countersOf(row: RawRow): Counters {
  const wrong = new Set(wrongColumns(tables.progress, row).map(({ column }) => column))
  const count = (column: string) => (wrong.has(column) ? 0 : (row[column] as number))
  return {
    completedTime: count('completed_time'),
    downloaded: count('downloaded'),
    uploaded: count('uploaded'),
    activeMs: count('active_ms'),
    finishedMs: count('finished_ms'),
    seedingMs: count('seeding_ms'),
    lastDownload: count('last_download'),
    lastUpload: count('last_upload'),
    lastSeenComplete: count('last_seen_complete'),
  }
}

/** What a client kept with the torrent, null for nothing or what cannot be read. */
function ownMetadata(row: RawRow | undefined): Metadata | null {
  if (row === undefined || wrongColumns(tables.metadata, row).length > 0) return null
  return JSON.parse(row.content as string) as Metadata
}

function swarmSourcesOf(metainfo: Metainfo | null): SwarmSources {
  const trackers = metainfo?.trackers ?? []
  return {
    trackers: trackers.map(({ url, tier }) => ({ url, tier, source: trackerSource.torrentFile })),
    webSeeds: [],
    peers: [],
    trackerId: '',
  }
}

/** A torrent went on with counters of 0; what was counted before is added to them. */
function putCounters(store: Store, row: RawRow, result: PutBack): string | null {
  const now = store.torrents().find((torrent) => torrent.row.id === row.id)
  if (now === undefined) return 'the torrent that it belongs to is not there'
  const counters = countersOf(row)
  store.saveProgress(now.row.id, withCounters(now.progress, counters))
  result.counters.push({ id: now.row.id, counters })
  result.done.push(`${describeRow('torrents', { name: now.row.name })} has its counters again`)
  return null
}

function putMetadata(store: Store, row: RawRow, result: PutBack): string | null {
  const id = row.id as number
  const torrent = store.torrents().find((one) => one.row.id === id)
  if (torrent === undefined) return 'the torrent that it belongs to is not there'
  if (store.metadata(id) !== null) return 'it was set again meanwhile'
  store.saveMetadata(id, ownMetadata(row) ?? {})
  result.done.push(
    `${describeRow('torrents', { name: torrent.row.name })} has its metadata of a client again`,
  )
  return null
}

/** Progress with what was counted before. */
export function withCounters(progress: ProgressRow, before: Counters): ProgressRow {
  return {
    ...progress,
    completedTime: progress.completedTime || before.completedTime,
    downloaded: progress.downloaded + before.downloaded,
    uploaded: progress.uploaded + before.uploaded,
    activeMs: progress.activeMs + before.activeMs,
    finishedMs: progress.finishedMs + before.finishedMs,
    seedingMs: progress.seedingMs + before.seedingMs,
    lastDownload: Math.max(progress.lastDownload, before.lastDownload),
    lastUpload: Math.max(progress.lastUpload, before.lastUpload),
    lastSeenComplete: Math.max(progress.lastSeenComplete, before.lastSeenComplete),
  }
}

function putSetting(store: Store, row: RawRow, result: PutBack): string | null {
  const { session, name } = row as { session: string; name: string }
  const value = JSON.parse(row.value as string) as SettingValue
  const problem = checkSetting(name, value)
  if (problem !== null) return problem
  if (name in store.settings(session)) return 'it was set again meanwhile'
  store.saveSettings(session, { [name]: value })
  result.settings.push({ session, name, value })
  result.done.push(`${describeRow('settings', row)} is in force again`)
  return null
}

function putRemoval(store: Store, row: RawRow, result: PutBack): string | null {
  const torrentFile = row.torrent_file as Uint8Array
  try {
    if (parseTorrent(torrentFile).infoHash[0] !== row.v1) return 'its torrent file is of another torrent'
  } catch (error) {
    if (!(error instanceof MetainfoError)) throw error
    return `its torrent file cannot be read: ${error.message}`
  }
  const { session, v1, save_path: savePath } = row as { session: string; v1: string; save_path: string }
  result.removals.push(store.addRemoval({ session, v1, savePath, torrentFile }))
  result.done.push(`${describeRow('removals', row)} goes on`)
  return null
}
