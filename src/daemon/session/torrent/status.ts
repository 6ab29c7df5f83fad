import type { StateName, TorrentStatus } from '../../../rpc/contract/types.ts'
import { blockLength } from '../../engine/units.ts'
import { FilesState } from '../../state/rows.ts'
import type { Counters } from './counters.ts'
import { activeSeconds, finishedSeconds, seedingSeconds } from './durations.ts'
import { counter } from './observed.ts'
import {
  countsAsSeed,
  flagsOf,
  hasMetadata,
  isChecking,
  isFinished,
  isMoving,
  isPaused,
  isSeed,
  isStopped,
} from './predicates.ts'
import { infoHashOf, type LastReported, type TorrentRecord } from './record.ts'
import { type SeedLimits, seedRank } from './seed-rank.ts'

export type StatusField = keyof TorrentStatus

/** What a status depends on beside the record. */
export interface StatusContext {
  /** Monotonic milliseconds. */
  now: number
  /** Unix seconds. */
  time: number
  seedLimits: SeedLimits
  /** The verified pieces of a torrent, a bit each. */
  pieces: (record: TorrentRecord) => Uint8Array
}

type Field<K extends StatusField> = (record: TorrentRecord, context: StatusContext) => TorrentStatus[K]

const seen =
  <K extends keyof LastReported>(name: K, otherwise: LastReported[K] & (number | string | boolean)) =>
  (record: TorrentRecord) =>
    (record.observed?.seen[name] ?? otherwise) as number
const counted = (name: keyof Counters) => (record: TorrentRecord) => counter(record, name)
/** Unlimited reads -1, however it was said. */
const limit = (value: number) => (value > 0 ? value : -1)
const zero = () => 0
/** Neither the torrent nor its session is paused. */
const runs = (record: TorrentRecord) => !isPaused(record) && !record.holds.sessionPaused
/** Of connections: as in libtorrent there are none as soon as it is paused, whatever the engine has not said yet. */
const connected = (name: 'peers' | 'connections' | 'seeds' | 'unchoked') => (record: TorrentRecord) =>
  runs(record) ? (record.observed?.seen[name] ?? 0) : 0

/** A torrent that an error stopped serves nobody: its files have to be looked at before it is a seed again. */
const serves = (record: TorrentRecord) => !isStopped(record)

function stateOf(record: TorrentRecord): StateName {
  if (!hasMetadata(record)) return 'downloading_metadata'
  if (record.progress.files === FilesState.unseen) return 'checking_resume_data'
  if (record.progress.files === FilesState.unchecked) return 'checking_files'
  if (!serves(record) && isFinished(record)) return 'checking_resume_data'
  if (isSeed(record)) return 'seeding'
  return isFinished(record) ? 'finished' : 'downloading'
}

function progressOf(record: TorrentRecord): number {
  if (!hasMetadata(record)) return 0
  if (isChecking(record))
    return inMillionths(record.observed?.failedCheck?.checked ?? record.observed?.seen.checked ?? 0)
  if (record.progress.files === FilesState.unseen) return 0
  const { totalWanted } = record.row
  if (totalWanted === 0 || isFinished(record)) return 1
  return inMillionths(record.progress.wantedDone / totalWanted)
}

/** Rounded down: 1 means all of it. */
function inMillionths(share: number): number {
  return Math.floor(share * 1e6) / 1e6
}

/** What lies on disk; 0 while a check has not reached it, and what it found when it failed. */
const known = (record: TorrentRecord, name: 'haveCount' | 'done' | 'wantedDone') =>
  record.progress.files === FilesState.known
    ? record.progress[name]
    : (record.observed?.failedCheck?.sums[name] ?? 0)

function distributedCopies(record: TorrentRecord): number {
  if (!hasMetadata(record)) return 0
  if (isSeed(record) || countsAsSeed(record)) return -1
  const reported = record.observed?.seen.distributedCopies
  if (reported !== null && reported !== undefined) return reported
  // Without peers: our own share, in thousandths.
  return Math.floor((known(record, 'haveCount') * 1000) / record.row.pieces) / 1000
}

/** As libtorrent's: nothing is planned while it does not run. */
function nextAnnounce(record: TorrentRecord, { time }: StatusContext): number {
  const at = runs(record) ? (record.observed?.seen.nextAnnounce ?? 0) : 0
  return Math.max(0, at - time)
}

/** Porla's: what is missing at the rate of now. */
function etaOf(record: TorrentRecord): number {
  const rate = record.observed?.seen.payloadDownloadRate ?? 0
  const missing = isSeed(record) ? 0 : record.row.totalWanted - known(record, 'wantedDone')
  return missing > 0 && rate > 0 ? Math.floor(missing / rate) : -1
}

/** One function per property of a status; names, units and meaning are libtorrent's torrent_status. */
const fields: { readonly [K in StatusField]: Field<K> } = {
  session: ({ row }) => row.session,
  info_hash: infoHashOf,
  name: ({ row }) => row.name,
  save_path: ({ row }) => row.savePath,
  state: stateOf,
  flags: flagsOf,
  progress: progressOf,
  is_finished: (record) => serves(record) && isFinished(record),
  is_seeding: (record) => serves(record) && isSeed(record),
  has_metadata: hasMetadata,
  error: ({ row }) => row.error,
  error_file: ({ row }) => row.errorFile,
  queue_position: ({ queue }) => queue.position,
  total: ({ row }) => row.total,
  total_done: (record) => known(record, 'done'),
  // As in libtorrent, what is wanted is forgotten once everything is there.
  total_wanted: (record) => (isSeed(record) ? record.row.total : record.row.totalWanted),
  total_wanted_done: (record) => (isSeed(record) ? record.row.total : known(record, 'wantedDone')),
  num_pieces: (record) => known(record, 'haveCount'),
  pieces: (record, { pieces }) => ({
    size: record.row.pieces,
    bits: Buffer.from(pieces(record)).toString('base64'),
  }),
  block_size: ({ row }) => Math.min(blockLength, row.pieceLength),
  total_download: counted('download'),
  total_upload: counted('upload'),
  total_payload_download: counted('payloadDownload'),
  total_payload_upload: counted('payloadUpload'),
  all_time_download: ({ progress }) => progress.downloaded,
  all_time_upload: ({ progress }) => progress.uploaded,
  ratio: ({ progress }) => (progress.downloaded > 0 ? progress.uploaded / progress.downloaded : 0),
  total_failed_bytes: counted('failedBytes'),
  total_redundant_bytes: counted('redundantBytes'),
  download_rate: seen('downloadRate', 0),
  upload_rate: seen('uploadRate', 0),
  download_payload_rate: seen('payloadDownloadRate', 0),
  upload_payload_rate: seen('payloadUploadRate', 0),
  num_peers: connected('peers'),
  num_connections: connected('connections'),
  num_seeds: connected('seeds'),
  num_uploads: connected('unchoked'),
  list_peers: seen('knownPeers', 0),
  list_seeds: seen('knownSeeds', 0),
  connect_candidates: seen('candidates', 0),
  num_complete: seen('swarmSeeds', -1),
  num_incomplete: seen('swarmLeechers', -1),
  connections_limit: ({ row }) => limit(row.maxConnections),
  uploads_limit: ({ row }) => limit(row.maxUploads),
  up_bandwidth_queue: zero,
  down_bandwidth_queue: zero,
  distributed_copies: distributedCopies,
  current_tracker: ({ observed }) => observed?.seen.currentTracker ?? '',
  announcing_to_trackers: (record) => runs(record) && record.queue.announces.trackers,
  announcing_to_dht: (record) => runs(record) && record.queue.announces.dht,
  announcing_to_lsd: (record) => runs(record) && record.queue.announces.lsd,
  has_incoming: ({ observed }) => observed?.seen.hasIncoming ?? false,
  moving_storage: isMoving,
  need_save_resume: ({ unsaved }) => unsaved.progress || unsaved.have,
  added_time: ({ row }) => row.addedTime,
  completed_time: ({ progress }) => progress.completedTime,
  active_duration: (record, { now }) => activeSeconds(record, now),
  finished_duration: (record, { now }) => finishedSeconds(record, now),
  seeding_duration: (record, { now }) => seedingSeconds(record, now),
  last_download: ({ progress }) => progress.lastDownload,
  last_upload: ({ progress }) => progress.lastUpload,
  last_seen_complete: ({ progress }) => progress.lastSeenComplete,
  next_announce: nextAnnounce,
  eta: etaOf,
  seed_rank: (record, { now, seedLimits }) => seedRank(record, seedLimits, now),
  category: ({ row }) => row.category,
  tags: ({ row }) => [...row.tags],
}

/** Every name of a status. */
export const statusFields = Object.keys(fields) as StatusField[]

/** What a list has of each torrent when its caller does not say: all but the pieces, which are a bit each. */
export const listedFields: readonly StatusField[] = statusFields.filter((name) => name !== 'pieces')

export function isStatusField(name: string): name is StatusField {
  return Object.hasOwn(fields, name)
}

/** A snapshot of everything known. */
export function statusOf(record: TorrentRecord, context: StatusContext): TorrentStatus {
  return partialStatus(record, context, statusFields) as TorrentStatus
}

/** A snapshot of some fields; the others are not computed. */
export function partialStatus(
  record: TorrentRecord,
  context: StatusContext,
  names: readonly StatusField[],
): Partial<TorrentStatus> {
  const status: Record<string, unknown> = {}
  for (const name of names) status[name] = (fields[name] as Field<StatusField>)(record, context)
  return status as Partial<TorrentStatus>
}
