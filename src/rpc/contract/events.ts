import { type Static, Type } from 'typebox'
import { eventNames, longestWait, type Postable, postedEvents } from '../event-names.ts'
import { method, object } from './method.ts'
import { PartialPiece, PeerInfo } from './peers.ts'
import { AnnounceEntry } from './trackers.ts'
import { Count, InfoHash, InfoHashParam, TorrentStatus, torrentKey } from './types.ts'

/** Something that happened to a torrent or a session. */
export const DaemonEvent = object({
  seq: Count,
  event: Type.Enum(eventNames),
  session: Type.String({ description: 'name of the session' }),
  info_hash: Type.Optional(InfoHash),
  file: Type.Optional(
    Type.String({
      description: 'torrent_file_error: path of the file; torrent_moved, torrent_move_failed: the folder',
    }),
  ),
  error: Type.Optional(
    Type.String({ description: 'torrent_file_error, torrent_move_failed, engine_down: what went wrong' }),
  ),
  stats: Type.Optional(
    Type.Record(Type.String(), Type.Integer(), { description: 'session_stats: counters' }),
  ),
  pieces: Type.Optional(Type.Array(PartialPiece, { description: 'piece_info: pieces that have begun' })),
  progress: Type.Optional(
    Type.Array(Count, { description: 'file_progress: bytes of each file that are there' }),
  ),
  peers: Type.Optional(Type.Array(PeerInfo, { description: 'peer_info' })),
  availability: Type.Optional(
    Type.Array(Count, { description: 'piece_availability: for each piece how many peers have it' }),
  ),
  status: Type.Optional(TorrentStatus),
  trackers: Type.Optional(Type.Array(AnnounceEntry, { description: 'tracker_list' })),
})
export type DaemonEvent = Static<typeof DaemonEvent>

/** Events that are not kept any more: the listener was too slow, or asked for what was long ago. */
export const Overflow = object({
  seq: Count,
  event: Type.Literal('overflow'),
  from: Type.Integer({ description: 'first number that is lost' }),
  to: Type.Integer({ description: 'last number that is lost' }),
})
export type Overflow = Static<typeof Overflow>

const client = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 64,
    description:
      'a word of your own that makes your connections one for what was posted; choose it at random',
  }),
)

const filter = {
  client,
  events: Type.Optional(Type.Array(Type.Enum(eventNames), { description: 'only these; default all' })),
  session: Type.Optional(Type.String({ description: 'only of this session; default all' })),
  after: Type.Optional(
    Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'default: from now on' }),
  ),
}

/** Methods about what happens. */
export const eventMethods = {
  'events.subscribe': method({
    params: object(filter),
    result: object({ seq: Type.Integer({ description: 'events after this number follow' }) }),
    changes: false,
    doc:
      'Sends what happens from now on, or after `after`, to this connection; replaces what it asked for before. Numbers ' +
      'grow; those of events that were not asked for, or were posted for somebody else, are left out.',
  }),
  'events.post': method({
    params: object({
      ...torrentKey,
      what: Type.Enum(Object.keys(postedEvents) as Postable[]),
      client,
    }),
    result: object({ seq: Type.Integer({ description: 'number of the event' }) }),
    changes: false,
    doc:
      'Emits an event with what is known of a torrent now (`piece_info`, `file_progress`, `peer_info`, ' +
      '`piece_availability`, `state_update` or `tracker_list`), for this connection and those of the same `client` alone.',
  }),
  'events.wait': method({
    params: object({
      ...filter,
      info_hash: Type.Optional(InfoHashParam),
      timeout: Type.Number({ minimum: 0, description: `seconds; held for ${longestWait} at most` }),
    }),
    result: object({
      event: Type.Union([DaemonEvent, Overflow, Type.Null()], { description: 'null when nothing happened' }),
      seq: Count,
    }),
    changes: false,
    doc: 'Waits for the next event, or the first after `after`, and returns it; `seq` is what to go on after.',
  }),
}
