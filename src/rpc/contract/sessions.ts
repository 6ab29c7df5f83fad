import { Type } from 'typebox'
import { method, noParams, nothing, object } from './method.ts'
import { Count, Settings, Warnings } from './types.ts'

const name = Type.String({ description: 'name of the session' })

/** Methods about sessions and their settings. */
export const sessionMethods = {
  'sessions.list': method({
    params: noParams,
    result: object({
      sessions: Type.Array(
        object({
          name: Type.String(),
          torrents_total: Count,
          is_listening: Type.Boolean(),
          is_dht_running: Type.Boolean(),
          is_paused: Type.Boolean(),
          listen_port: Type.Integer({
            minimum: 0,
            maximum: 65535,
            description: 'the port at which peers reach it, 0 while it does not listen',
          }),
        }),
      ),
    }),
    changes: false,
    doc: 'Lists the sessions by name in byte order.',
  }),
  'sessions.pause': method({
    params: object({ name: Type.Optional(name) }),
    result: nothing,
    changes: true,
    doc: 'Pauses a session (default: `default`) as a whole until it is resumed: none of its torrents runs, though each keeps its own `paused`.',
  }),
  'sessions.resume': method({
    params: object({ name: Type.Optional(name) }),
    result: nothing,
    changes: true,
    doc: 'Lets the torrents of a session (default: `default`) run again, as far as each of them and the queue allow.',
  }),
  'sessions.metrics': method({
    params: noParams,
    result: object({
      metrics: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description: 'name to place' }),
    }),
    changes: false,
    doc: "Names the counters of `session_stats` and their places, from 0; libtorrent's names where it counts the same.",
  }),
  'sessions.settings.list': method({
    params: object({
      name: Type.Optional(name),
      keys: Type.Optional(Type.Array(Type.String(), { description: 'only these settings' })),
    }),
    result: object({ settings: Settings }),
    changes: false,
    doc: 'Returns the settings of a session (default: `default`), as applied.',
  }),
  'sessions.settings.update': method({
    params: object({ name: Type.Optional(name), settings: Settings }),
    result: object({
      settings: Settings,
      warnings: Warnings,
      without_effect: Type.Array(Type.String(), {
        description:
          'the settings among them that are kept but change nothing here, as `warnings` says in a sentence',
      }),
    }),
    changes: true,
    doc: 'Sets the given settings, leaves the rest, keeps them across restarts, and returns all of them.',
  }),
  'sessions.settings.reset': method({
    params: object({
      name: Type.Optional(name),
      keys: Type.Optional(Type.Array(Type.String(), { description: 'only these settings; default all' })),
    }),
    result: object({ settings: Settings }),
    changes: true,
    doc: 'Forgets what was set by update: the values of the config file rule again.',
  }),
  'settings.preset': method({
    params: object({
      preset: Type.Union([
        Type.Literal('default'),
        Type.Literal('min_memory_usage'),
        Type.Literal('high_performance_seed'),
      ]),
    }),
    result: object({ settings: Settings, defaults: Settings }),
    changes: false,
    doc: "Returns one of libtorrent's presets (only what it sets) beside the defaults of every setting.",
  }),
}
