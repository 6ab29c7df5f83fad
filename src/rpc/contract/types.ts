import { type Static, Type } from 'typebox'
import { type FlagName, flagNames } from '../../program/flag-names.ts'
import { base64Format } from '../base64.ts'
import { described, type FieldDoc } from './docs/field.ts'
import { statusDocs as docs } from './docs/status.ts'
import { object } from './method.ts'

export { type FlagName, flagNames }

/** v1 and v2 info hash as lower-case hex (40 and 64 digits); null for the version a torrent lacks. */
export const InfoHash = Type.Tuple([
  Type.Union([Type.String({ pattern: '^[0-9a-f]{40}$' }), Type.Null()]),
  Type.Union([Type.String({ pattern: '^[0-9a-f]{64}$' }), Type.Null()]),
])
export type InfoHash = Static<typeof InfoHash>

/** How a request names a torrent: the pair above, or one of its hashes alone as hex in either case. */
export const InfoHashParam = Type.Union(
  [InfoHash, Type.String({ pattern: '^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$' })],
  { description: 'an info hash: 40 or 64 hex digits, or the pair [v1, v2]' },
)
export type InfoHashParam = Static<typeof InfoHashParam>

/** Fields that name one torrent. */
export const torrentKey = {
  session: Type.Optional(
    Type.String({
      description:
        'name of the session; without it the one that has the torrent, and an error that names them if several have',
    }),
  ),
  info_hash: InfoHashParam,
}

/** Bounds of libtorrent's `int`. */
export const int32 = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 } as const

/** A whole number that fits a double exactly. */
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
export const Bytes64 = Type.String({
  format: base64Format,
  description: 'bytes as base64',
})

/** Flags to change: a name left out stays as it is. */
export const FlagChanges = object(
  Object.fromEntries(flagNames.map((name) => [name, Type.Optional(Type.Boolean())])) as {
    [K in FlagName]: ReturnType<typeof Type.Optional<ReturnType<typeof Type.Boolean>>>
  },
)
export type FlagChanges = { [K in FlagName]?: boolean }

/** libtorrent's torrent_status::state_t, as Porla spells it. */
export const stateNames = [
  'checking_files',
  'downloading_metadata',
  'downloading',
  'finished',
  'seeding',
  'checking_resume_data',
] as const
export type StateName = (typeof stateNames)[number]

/** The schema of a status field, with its sentence. */
const whole = (doc: FieldDoc) => Type.Integer({ description: described(doc) })
const real = (doc: FieldDoc) => Type.Number({ description: described(doc) })
const string = (doc: FieldDoc) => Type.String({ description: described(doc) })
const yesNo = (doc: FieldDoc) => Type.Boolean({ description: described(doc) })
const stringOrNull = (doc: FieldDoc) =>
  Type.Union([Type.String(), Type.Null()], { description: described(doc) })

/**
 * Everything known of a torrent at one moment; names, units and meaning are libtorrent's torrent_status.
 * Session counters restart when the torrent does; `all_time_*` and the durations survive restarts.
 */
export const TorrentStatus = object({
  session: string(docs.session),
  // As it is, so that the reference names its type.
  info_hash: InfoHash,
  name: string(docs.name),
  save_path: string(docs.save_path),
  state: Type.Enum(stateNames, { description: described(docs.state) }),
  flags: Type.Array(Type.Enum(flagNames), { description: described(docs.flags) }),
  progress: real(docs.progress),
  is_finished: yesNo(docs.is_finished),
  is_seeding: yesNo(docs.is_seeding),
  has_metadata: yesNo(docs.has_metadata),
  error: stringOrNull(docs.error),
  error_file: stringOrNull(docs.error_file),
  queue_position: whole(docs.queue_position),
  total: whole(docs.total),
  total_done: whole(docs.total_done),
  total_wanted: whole(docs.total_wanted),
  total_wanted_done: whole(docs.total_wanted_done),
  num_pieces: whole(docs.num_pieces),
  pieces: object(
    {
      size: Type.Integer({ description: 'pieces of the torrent, 0 before metadata' }),
      bits: Type.String({
        contentEncoding: 'base64',
        description:
          'verified pieces, one bit each, the first is the high bit of the first byte; torrents.list has it only when `fields` names it',
      }),
    },
    described(docs.pieces),
  ),
  block_size: whole(docs.block_size),
  total_download: whole(docs.total_download),
  total_upload: whole(docs.total_upload),
  total_payload_download: whole(docs.total_payload_download),
  total_payload_upload: whole(docs.total_payload_upload),
  all_time_download: whole(docs.all_time_download),
  all_time_upload: whole(docs.all_time_upload),
  ratio: real(docs.ratio),
  total_failed_bytes: whole(docs.total_failed_bytes),
  total_redundant_bytes: whole(docs.total_redundant_bytes),
  download_rate: whole(docs.download_rate),
  upload_rate: whole(docs.upload_rate),
  download_payload_rate: whole(docs.download_payload_rate),
  upload_payload_rate: whole(docs.upload_payload_rate),
  num_peers: whole(docs.num_peers),
  num_connections: whole(docs.num_connections),
  num_seeds: whole(docs.num_seeds),
  num_uploads: whole(docs.num_uploads),
  list_peers: whole(docs.list_peers),
  list_seeds: whole(docs.list_seeds),
  connect_candidates: whole(docs.connect_candidates),
  num_complete: whole(docs.num_complete),
  num_incomplete: whole(docs.num_incomplete),
  connections_limit: whole(docs.connections_limit),
  uploads_limit: whole(docs.uploads_limit),
  up_bandwidth_queue: whole(docs.up_bandwidth_queue),
  down_bandwidth_queue: whole(docs.down_bandwidth_queue),
  distributed_copies: real(docs.distributed_copies),
  current_tracker: string(docs.current_tracker),
  announcing_to_trackers: yesNo(docs.announcing_to_trackers),
  announcing_to_dht: yesNo(docs.announcing_to_dht),
  announcing_to_lsd: yesNo(docs.announcing_to_lsd),
  has_incoming: yesNo(docs.has_incoming),
  moving_storage: yesNo(docs.moving_storage),
  need_save_resume: yesNo(docs.need_save_resume),
  added_time: whole(docs.added_time),
  completed_time: whole(docs.completed_time),
  active_duration: whole(docs.active_duration),
  finished_duration: whole(docs.finished_duration),
  seeding_duration: whole(docs.seeding_duration),
  last_download: whole(docs.last_download),
  last_upload: whole(docs.last_upload),
  last_seen_complete: whole(docs.last_seen_complete),
  next_announce: whole(docs.next_announce),
  eta: whole(docs.eta),
  seed_rank: whole(docs.seed_rank),
  category: stringOrNull(docs.category),
  tags: Type.Array(Type.String(), { description: described(docs.tags) }),
})
export type TorrentStatus = Static<typeof TorrentStatus>

/** A settings value has one of libtorrent's three types. */
export const SettingValue = Type.Union([Type.Boolean(), Type.Integer(), Type.String()])
export type SettingValue = Static<typeof SettingValue>
export const Settings = Type.Record(Type.String(), SettingValue)
export type Settings = Static<typeof Settings>

export const Warnings = Type.Array(Type.String(), {
  description: 'sentences for the user about what was accepted but has no effect',
})

/** Category of a torrent, null for none. */
export const category = Type.Union([Type.String(), Type.Null()])
