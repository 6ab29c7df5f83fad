import { type Static, Type } from 'typebox'
import { type FlagName, flagNames } from '../../program/flag-names.ts'
import { base64Format } from '../base64.ts'
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

const rate = (what: string) => Type.Integer({ description: `${what}, bytes/s` })
const bytes = (what: string) => Type.Integer({ description: `${what}, bytes` })
const seconds = (what: string) => Type.Integer({ description: `${what}, seconds` })
const when = (what: string) => Type.Integer({ description: `${what}, unix seconds, 0 for never` })
const number = (what: string) => Type.Integer({ description: what })
const yesNo = (what: string) => Type.Boolean({ description: what })

/**
 * Everything known of a torrent at one moment; names, units and meaning are libtorrent's torrent_status.
 * Session counters restart when the torrent does; `all_time_*` and the durations survive restarts.
 */
export const TorrentStatus = object({
  session: Type.String({ description: 'name of the owning session' }),
  info_hash: InfoHash,
  name: Type.String({ description: 'metadata name, before that the given one, or ""' }),
  save_path: Type.String({ description: 'absolute folder that contains the file or folder' }),
  state: Type.Enum(stateNames),
  flags: Type.Array(Type.Enum(flagNames), { description: 'the flags that are set' }),
  progress: Type.Number({ description: '0..1: share checked while checking, else wanted bytes done' }),
  is_finished: yesNo('every wanted piece is there'),
  is_seeding: yesNo('every piece is there'),
  has_metadata: yesNo('the info dictionary is known'),
  error: Type.Union([Type.String(), Type.Null()], { description: 'why it stopped, null when well' }),
  error_file: Type.Union([Type.String(), Type.Null()], { description: 'path the error concerns' }),
  queue_position: number('0-based place among unfinished torrents, -1 when finished'),
  total: bytes('size of all files except pad files, 0 before metadata'),
  total_done: bytes('verified and received so far'),
  total_wanted: bytes('size of all wanted pieces'),
  total_wanted_done: bytes('part of total_wanted that is there'),
  num_pieces: number('verified pieces'),
  pieces: object({
    size: number('pieces of the torrent, 0 before metadata'),
    bits: Type.String({
      contentEncoding: 'base64',
      description:
        'verified pieces, one bit each, the first is the high bit of the first byte; torrents.list has it only when `fields` names it',
    }),
  }),
  block_size: bytes('request unit, 0 before metadata'),
  total_download: bytes('session counter, protocol included'),
  total_upload: bytes('session counter, protocol included'),
  total_payload_download: bytes('session counter, piece data'),
  total_payload_upload: bytes('session counter, piece data'),
  all_time_download: bytes('piece data over the life of the torrent'),
  all_time_upload: bytes('piece data over the life of the torrent'),
  ratio: Type.Number({ description: 'all_time_upload / all_time_download, 0 when nothing was downloaded' }),
  total_failed_bytes: bytes('session counter, pieces that failed their hash'),
  total_redundant_bytes: bytes('session counter, received twice'),
  download_rate: rate('all bytes in'),
  upload_rate: rate('all bytes out'),
  download_payload_rate: rate('piece data in'),
  upload_payload_rate: rate('piece data out'),
  num_peers: number('connections past the handshake'),
  num_connections: number('connections, half-open ones included'),
  num_seeds: number('connected peers that have everything'),
  num_uploads: number('peers that are unchoked'),
  list_peers: number('known addresses'),
  list_seeds: number('known addresses of seeds'),
  connect_candidates: number('known addresses worth dialling'),
  num_complete: number('seeds by the tracker, -1 unknown'),
  num_incomplete: number('downloaders by the tracker, -1 unknown'),
  connections_limit: number('set limit, -1 unlimited'),
  uploads_limit: number('set limit, -1 unlimited'),
  up_bandwidth_queue: number('always 0, as in libtorrent 2.0'),
  down_bandwidth_queue: number('always 0, as in libtorrent 2.0'),
  distributed_copies: Type.Number({ description: 'copies among peers and here, -1 for a seed' }),
  current_tracker: Type.String({ description: 'last tracker that answered, else ""' }),
  announcing_to_trackers: yesNo('the queue allows it'),
  announcing_to_dht: yesNo('the queue allows it'),
  announcing_to_lsd: yesNo('the queue allows it'),
  has_incoming: yesNo('a peer ever connected from outside'),
  moving_storage: yesNo('files are being moved'),
  need_save_resume: yesNo('something is not written to disk yet'),
  added_time: when('when it was added'),
  completed_time: when('when it first had everything wanted'),
  active_duration: seconds('time not paused'),
  finished_duration: seconds('time not paused while finished'),
  seeding_duration: seconds('time not paused while a seed'),
  last_download: when('when piece data last came from a peer'),
  last_upload: when('when piece data last went to a peer'),
  last_seen_complete: when('when a peer that has everything was last there, by us or by other peers'),
  next_announce: seconds('time until a tracker is asked again, 0 when paused or nothing is planned'),
  eta: seconds('time until everything wanted is there, at the rate of now; -1 unknown'),
  seed_rank: number('order among seeds, 0 unless finished'),
  category: Type.Union([Type.String(), Type.Null()]),
  tags: Type.Array(Type.String()),
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
