import { Type } from 'typebox'
import { method, noParams, nothing, object } from './method.ts'
import { Count } from './types.ts'

/** A damaged row of the state file. */
export const SetAsideRow = object({
  table: Type.String(),
  what: Type.String({ description: 'the row in words' }),
  reason: Type.String(),
  time: Type.Integer({ description: 'unix seconds' }),
})

/** Methods about the daemon itself. */
export const daemonMethods = {
  hello: method({
    params: object({
      protocol: Type.Optional(
        Type.String({ pattern: '^[0-9]+\\.[0-9]+$', description: 'the version the caller speaks' }),
      ),
      client: Type.Optional(Type.String({ description: 'who calls, for the log' })),
    }),
    result: object({
      protocol: Type.String(),
      version: Type.String({ description: "the daemon's version" }),
      pid: Count,
      generation: Type.String({ description: 'a new one at every start of the daemon' }),
      methods: Type.Array(Type.String()),
      capabilities: Type.Array(Type.String()),
      events_seq: Type.Integer({ description: 'number of the last event so far' }),
    }),
    changes: false,
    doc: 'Says who answers; refuses a caller of another major protocol version.',
  }),
  'daemon.status': method({
    params: noParams,
    result: object({
      version: Type.String(),
      pid: Count,
      generation: Type.String(),
      uptime: Type.Integer({ description: 'seconds since the start' }),
      socket: Type.String(),
      state_dir: Type.String(),
      config_file: Type.Union([Type.String(), Type.Null()]),
      sessions: Type.Array(
        object({
          name: Type.String(),
          torrents: Count,
          engine: object({
            state: Type.Union([
              Type.Literal('idle'),
              Type.Literal('starting'),
              Type.Literal('running'),
              Type.Literal('waiting'),
            ]),
            pid: Type.Union([Count, Type.Null()]),
            restarts: Count,
            crashes: Type.Integer({
              minimum: 0,
              description: 'how often its host ended by itself, or hung and was ended',
            }),
            last_crash: Type.Union([
              object({ time: Type.Integer({ description: 'Unix seconds' }), reason: Type.String() }),
              Type.Null(),
            ]),
            listening: Type.Union([Type.String(), Type.Null()], { description: 'host:port or null' }),
            error: Type.Union([Type.String(), Type.Null()], {
              description: 'the last trouble, null when well; in state "waiting" why its host is down',
            }),
          }),
        }),
      ),
      state: object({
        file: Type.String(),
        changes: Type.Integer({ description: 'commits over the life of the file' }),
        set_aside: Type.Array(SetAsideRow, {
          description: 'rows that were damaged and are kept apart, the first 100; the rest runs without them',
        }),
        set_aside_count: Count,
      }),
    }),
    changes: false,
    doc: 'Tells where the daemon lives and how its sessions do.',
  }),
  'daemon.backup': method({
    params: object({
      path: Type.String({ description: 'absolute path of the copy; a file there is replaced' }),
    }),
    result: object({
      file: Type.String(),
      size: Type.Integer({ description: 'bytes' }),
      changes: Type.Integer({ description: 'commits that it holds' }),
    }),
    changes: false,
    doc: 'Copies the state into a file while it runs, reads the copy, and answers when it is on the disk.',
  }),
  'daemon.repair': method({
    params: object({
      forget: Type.Optional(Type.Boolean({ description: 'gives up what cannot be used; default false' })),
    }),
    result: object({
      done: Type.Array(Type.String(), { description: 'what is used again, a sentence each' }),
      left: Type.Array(Type.String(), { description: 'what cannot be used, and why' }),
    }),
    changes: true,
    doc: 'Tries again to use the rows of the state that are set aside; values that cannot be read get the usual ones.',
  }),
  'daemon.stop': method({
    params: noParams,
    result: nothing,
    changes: true,
    doc: 'Saves everything, tells trackers, and ends the daemon; answers before it goes.',
  }),
}
