import { getBit } from '../../../../metainfo/bits.ts'
import { visible } from '../../../../program/visible.ts'
import type { TorrentStatus } from '../../../../rpc/contract/types.ts'
import type { State } from '../../vm/raw.ts'
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

function property(
  name: string,
  type: string,
  doc: string,
  get: Property['get'],
  origin: Origin = 'seed',
): Property {
  return { kind: 'property', name, type, doc, origin, get }
}

function integer(name: FieldsOf<number>, unit: string, doc: string, origin: Origin = 'seed'): Property {
  const push: Property['get'] = (api, L, self) => api.lua.pushInteger(L, fieldOf(api, self, name))
  return { ...property(name, 'integer', doc, push, origin), ...(unit && { unit }) }
}
const bytes = (name: FieldsOf<number>, doc: string, origin?: Origin) => integer(name, 'bytes', doc, origin)
const rate = (name: FieldsOf<number>, doc: string) => integer(name, 'bytes/s', doc)
const seconds = (name: FieldsOf<number>, doc: string) => integer(name, 'seconds', doc)
const count = (name: FieldsOf<number>, doc: string) => integer(name, '', doc)

function number(name: FieldsOf<number>, doc: string, origin: Origin = 'seed'): Property {
  return property(
    name,
    'number',
    doc,
    (api, L, self) => api.lua.pushNumber(L, fieldOf(api, self, name)),
    origin,
  )
}
function boolean(name: FieldsOf<boolean>, doc: string): Property {
  return property(name, 'boolean', doc, (api, L, self) => api.lua.pushBoolean(L, fieldOf(api, self, name)))
}
function text(name: FieldsOf<string>, doc: string, origin: Origin = 'seed'): Property {
  return property(
    name,
    'string',
    doc,
    (api, L, self) => api.lua.pushText(L, fieldOf(api, self, name)),
    origin,
  )
}
function optionalText(name: 'error' | 'error_file', doc: string): Property {
  return property(
    name,
    'string?',
    doc,
    (api, L, self) => {
      const value = fieldOf(api, self, name)
      if (value === null) api.lua.pushNil(L)
      else api.lua.pushText(L, value)
    },
    'own',
  )
}

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
    'The state of a torrent at one moment; it does not change. "Session counter": counts since the torrent last ' +
    'started, keeps its value while paused, and restarts at 0 on resume. Durations stand still while paused. Numbers ' +
    'that libtorrent keeps in 32 bits (progress, ratio, distributed_copies) are not rounded to those here.',
  origin: 'seed',
  operators: [
    '`pairs(status)` goes through all properties that are not nil, as plain data, without `handle` and `torrent_file`.',
  ],
  isData: (name) => name !== 'handle' && name !== 'torrent_file',
  members: [
    text(
      'state',
      '`checking_files`, `downloading_metadata`, `downloading`, `finished` (all wanted pieces there), `seeding` ' +
        '(all pieces there) or `checking_resume_data`. Independent of paused and of errors.',
      'porla',
    ),
    number(
      'progress',
      '0 to 1 in millionths: pieces looked at while checking, otherwise wanted bytes that are done.',
    ),
    boolean('is_finished', 'Every wanted piece is there.'),
    boolean('is_seeding', 'Every piece is there.'),
    property('flags', 'table<string, boolean>', 'As `TorrentHandle:flags()`.', (api, L, self) =>
      pushFlags(api, L, fieldOf(api, self, 'flags')),
    ),
    count('queue_position', 'Place among the unfinished torrents, from 0; -1 when finished.'),
    text('name', 'Name by the metadata; before that the given one, or "".'),
    text('save_path', 'Absolute folder that contains the file or folder.'),
    property('info_hash', 'InfoHash', 'What identifies the torrent.', (api, L, self) =>
      api.push(L, infoHashClass, self.data.info_hash ?? self.torrent.hash),
    ),
    property('handle', 'TorrentHandle', 'The torrent.', (api, L, self) => api.pushTorrent(L, self.torrent)),
    property(
      'torrent_file',
      'TorrentInfo',
      'What its torrent file says; empty before metadata.',
      pushTorrentFile,
    ),
    boolean('has_metadata', 'The content of the torrent file is known.'),
    bytes('total', 'Size of everything except pad files; 0 before metadata.'),
    bytes('total_done', 'Verified bytes plus complete blocks of unfinished pieces, wanted or not.'),
    bytes('total_wanted', 'Size of all wanted pieces: those with bytes of a wanted file.', 'own'),
    bytes('total_wanted_done', 'Part of `total_wanted` that is there.', 'own'),
    count('num_pieces', 'Pieces that are verified.'),
    property('pieces', 'boolean[]', 'Which pieces are verified; empty before metadata.', pushPieces, 'own'),
    bytes('block_size', 'What is requested at a time; 0 before metadata.'),
    optionalText('error', 'Why the torrent stopped; nil when all is well.'),
    optionalText('error_file', 'The path the error concerns; nil when there is none.'),
    bytes('total_download', 'Session counter: all bytes from peers.'),
    bytes('total_upload', 'Session counter: all bytes to peers.'),
    bytes('total_payload_download', 'Session counter: piece data, what is later thrown away included.'),
    bytes('total_payload_upload', 'Session counter: piece data.'),
    bytes('all_time_download', 'Piece data over the whole life of the torrent.'),
    bytes('all_time_upload', 'Piece data over the whole life of the torrent.'),
    number('ratio', '`all_time_upload / all_time_download`; 0 when nothing was downloaded.', 'porla'),
    bytes('total_failed_bytes', 'Session counter: pieces that failed their hash.'),
    bytes('total_redundant_bytes', 'Session counter: received twice.'),
    rate('download_rate', 'All bytes in.'),
    rate('upload_rate', 'All bytes out.'),
    rate('download_payload_rate', 'Piece data in.'),
    rate('upload_payload_rate', 'Piece data out.'),
    count('num_peers', 'Connections past the handshake.'),
    count('num_connections', 'Connections, half-open ones included.'),
    count('num_seeds', 'Connected peers that have everything.'),
    count('num_uploads', 'Peers we are willing to send to.'),
    count('list_peers', 'Known addresses, connected or not.'),
    count('list_seeds', 'Known addresses of seeds.'),
    count('connect_candidates', 'Known addresses worth dialling now.'),
    count('num_complete', 'Seeds by the tracker; -1 when unknown.'),
    count('num_incomplete', 'Downloaders by the tracker; -1 when unknown.'),
    count('connections_limit', 'The limit that was set; -1 when unlimited.'),
    count('uploads_limit', 'The limit that was set; -1 when unlimited.'),
    count('up_bandwidth_queue', 'Always 0, as in libtorrent 2.0.'),
    count('down_bandwidth_queue', 'Always 0, as in libtorrent 2.0.'),
    number(
      'distributed_copies',
      'Copies of the rarest piece here and among peers, and a fraction; -1 for a seed.',
    ),
    text('current_tracker', 'The last tracker that answered; "" for none.'),
    boolean('announcing_to_trackers', 'The queue allows it.'),
    boolean('announcing_to_dht', 'The queue allows it.'),
    boolean('announcing_to_lsd', 'The queue allows it.'),
    boolean('has_incoming', 'A peer ever connected from outside.'),
    boolean('moving_storage', 'The files are being moved.'),
    boolean('need_save_resume', 'Something is not written to disk yet.'),
    integer('added_time', 'unix seconds', 'When it was added.', 'porla'),
    integer('completed_time', 'unix seconds', 'When it first had everything wanted; 0 before.', 'porla'),
    seconds('active_duration', 'Time not paused, checking included.'),
    seconds('finished_duration', 'Time not paused while finished.'),
    seconds('seeding_duration', 'Time not paused while it had everything.'),
    integer('last_download', 'unix seconds', 'When piece data last came from a peer; 0 for never.', 'own'),
    integer('last_upload', 'unix seconds', 'When piece data last went to a peer; 0 for never.', 'own'),
    integer(
      'last_seen_complete',
      'unix seconds',
      'When a peer that has everything was last there, by us or by what other peers say; 0 for never.',
      'own',
    ),
    integer(
      'next_announce',
      'seconds',
      'Time until a tracker is asked again; 0 while paused, while it is being asked, and when nothing is planned.',
      'own',
    ),
    integer(
      'eta',
      'seconds',
      'Time until everything wanted is there, at `download_payload_rate`; -1 when that is not known.',
      'own',
    ),
    count('seed_rank', 'Order among seeds: higher goes first; 0 unless finished.'),
  ],
  text: (self) =>
    `TorrentStatus (${visible(self.data.name ?? self.torrent.hash[0] ?? self.torrent.hash[1] ?? '')})`,
  collected: (self, api) => {
    if (!self.complete) api.shared(partialStatusesOf).remove(self)
  },
}
