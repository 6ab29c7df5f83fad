import { type Static, Type } from 'typebox'
import { eventNames, longestWait } from '../event-names.ts'
import { method, object } from './method.ts'
import { Count, InfoHash, InfoHashParam } from './types.ts'

/** Something that happened to a torrent or a session. */
export const DaemonEvent = object({
  seq: Count,
  event: Type.Enum(eventNames),
  session: Type.String({ description: 'name of the session' }),
  info_hash: Type.Optional(InfoHash),
  file: Type.Optional(Type.String({ description: 'torrent_file_error: path of the file' })),
  error: Type.Optional(Type.String({ description: 'torrent_file_error: what went wrong' })),
  stats: Type.Optional(
    Type.Record(Type.String(), Type.Integer(), { description: 'session_stats: counters' }),
  ),
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

const filter = {
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
    doc: 'Sends what happens from now on, or after `after`, to this connection; replaces what it asked for before.',
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
