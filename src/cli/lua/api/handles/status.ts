import { getBit } from '../../../../metainfo/bits.ts'
import { visible } from '../../../../program/visible.ts'
import { sessionCounterDoc, statusDocs } from '../../../../rpc/contract/docs/status.ts'
import type { TorrentStatus } from '../../../../rpc/contract/types.ts'
import type { State } from '../../vm/c-api.ts'
import { pushList } from '../convert.ts'
import type { Api, ApiClass, Origin, PropertyMember } from '../describe.ts'
import { pushFlags } from '../values/flags.ts'
import { infoHashClass } from '../values/info-hash.ts'
import { emptyTorrentInfo, torrentInfoClass } from '../values/torrent-info.ts'
import { fetchTorrentInfo } from '../values/torrent-metadata.ts'
import { type Field, fieldOf, partialStatusesOf, type StatusValue } from './status-value.ts'

/** Names of the status fields with a value of that type. */
type FieldsOf<T> = { [F in Field]: TorrentStatus[F] extends T ? F : never }[Field]
type Property = PropertyMember<StatusValue>

/** A field of the status, with the sentence and the unit that the contract has too. */
function field(name: Field, type: string, get: Property['get'], origin: Origin = 'seed'): Property {
  return { kind: 'property', name, type, ...statusDocs[name], origin, get }
}

/** A property that is no field. */
function property(name: string, type: string, doc: string, get: Property['get']): Property {
  return { kind: 'property', name, type, doc, origin: 'seed', get }
}

const integer = (name: FieldsOf<number>, origin?: Origin): Property =>
  field(name, 'integer', (api, L, self) => api.lua.pushInteger(L, fieldOf(api, self, name)), origin)

const number = (name: FieldsOf<number>, origin?: Origin): Property =>
  field(name, 'number', (api, L, self) => api.lua.pushNumber(L, fieldOf(api, self, name)), origin)

const boolean = (name: FieldsOf<boolean>): Property =>
  field(name, 'boolean', (api, L, self) => api.lua.pushBoolean(L, fieldOf(api, self, name)))

const text = (name: FieldsOf<string>, origin?: Origin): Property =>
  field(name, 'string', (api, L, self) => api.lua.pushText(L, fieldOf(api, self, name)), origin)

const optionalText = (name: 'error' | 'error_file'): Property =>
  field(
    name,
    'string?',
    (api, L, self) => {
      const value = fieldOf(api, self, name)
      if (value === null) api.lua.pushNil(L)
      else api.lua.pushText(L, value)
    },
    'own',
  )

function pushPieces(api: Api, L: State, status: StatusValue): void {
  if (status.pieces === undefined) {
    const { size, bits } = fieldOf(api, status, 'pieces')
    const bytes = Buffer.from(bits, 'base64')
    status.pieces = Uint8Array.from({ length: size }, (_, i) => Number(getBit(bytes, i)))
  }
  pushList(api.lua, L, [...status.pieces], (there) => api.lua.pushBoolean(L, there === 1))
}

/** Also before the metadata an object, whose members are empty then, as in Porla. */
function pushTorrentFile(api: Api, L: State, status: StatusValue): void {
  status.info ??= fetchTorrentInfo(api, status.torrent) ?? emptyTorrentInfo(status.torrent.hash)
  api.push(L, torrentInfoClass, status.info)
}

export const torrentStatusClass: ApiClass<StatusValue> = {
  name: 'TorrentStatus',
  doc:
    `The state of a torrent at one moment; it does not change. ${sessionCounterDoc} Durations stand still while paused. ` +
    'Numbers that libtorrent keeps in 32 bits (progress, ratio, distributed_copies) are not rounded to those here.',
  origin: 'seed',
  operators: [
    '`pairs(status)` goes through all properties that are not nil, as plain data, without `handle` and `torrent_file`.',
  ],
  isData: (name) => name !== 'handle' && name !== 'torrent_file',
  members: [
    text('state', 'porla'),
    number('progress'),
    boolean('is_finished'),
    boolean('is_seeding'),
    field('flags', 'table<string, boolean>', (api, L, self) =>
      pushFlags(api, L, fieldOf(api, self, 'flags')),
    ),
    integer('queue_position'),
    text('name'),
    text('save_path'),
    field('info_hash', 'InfoHash', (api, L, self) =>
      api.push(L, infoHashClass, self.data.info_hash ?? self.torrent.hash),
    ),
    property('handle', 'TorrentHandle', 'The torrent.', (api, L, self) => api.pushTorrent(L, self.torrent)),
    property(
      'torrent_file',
      'TorrentInfo',
      'What its torrent file says; empty before metadata.',
      pushTorrentFile,
    ),
    boolean('has_metadata'),
    integer('total'),
    integer('total_done'),
    integer('total_wanted', 'own'),
    integer('total_wanted_done', 'own'),
    integer('num_pieces'),
    field('pieces', 'boolean[]', pushPieces, 'own'),
    integer('block_size'),
    optionalText('error'),
    optionalText('error_file'),
    integer('total_download'),
    integer('total_upload'),
    integer('total_payload_download'),
    integer('total_payload_upload'),
    integer('all_time_download'),
    integer('all_time_upload'),
    number('ratio', 'porla'),
    integer('total_failed_bytes'),
    integer('total_redundant_bytes'),
    integer('download_rate'),
    integer('upload_rate'),
    integer('download_payload_rate'),
    integer('upload_payload_rate'),
    integer('num_peers'),
    integer('num_connections'),
    integer('num_seeds'),
    integer('num_uploads'),
    integer('list_peers'),
    integer('list_seeds'),
    integer('connect_candidates'),
    integer('num_complete'),
    integer('num_incomplete'),
    integer('connections_limit'),
    integer('uploads_limit'),
    integer('up_bandwidth_queue'),
    integer('down_bandwidth_queue'),
    number('distributed_copies'),
    text('current_tracker'),
    boolean('announcing_to_trackers'),
    boolean('announcing_to_dht'),
    boolean('announcing_to_lsd'),
    boolean('has_incoming'),
    boolean('moving_storage'),
    boolean('need_save_resume'),
    integer('added_time', 'porla'),
    integer('completed_time', 'porla'),
    integer('active_duration'),
    integer('finished_duration'),
    integer('seeding_duration'),
    integer('last_download', 'own'),
    integer('last_upload', 'own'),
    integer('last_seen_complete', 'own'),
    integer('next_announce', 'own'),
    integer('eta', 'own'),
    integer('seed_rank'),
  ],
  text: (self) =>
    `TorrentStatus (${visible(self.data.name ?? self.torrent.hash[0] ?? self.torrent.hash[1] ?? '')})`,
  collected: (self, api) => {
    if (!self.complete) api.shared(partialStatusesOf).remove(self)
  },
}
