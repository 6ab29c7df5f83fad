import { type Static, Type } from 'typebox'
import { method, noParams, object } from './method.ts'

const optional = (type: 'Integer' | 'String', description: string) =>
  Type.Optional(type === 'Integer' ? Type.Integer({ description }) : Type.String({ description }))

/** A preset of the configuration file, with what is set in it. */
const Preset = object({
  category: Type.Optional(Type.String()),
  download_limit: optional('Integer', 'bytes/s'),
  upload_limit: optional('Integer', 'bytes/s'),
  max_connections: Type.Optional(Type.Integer()),
  max_uploads: Type.Optional(Type.Integer()),
  save_path: optional('String', 'absolute'),
  session: Type.Optional(Type.String()),
  storage_mode: Type.Optional(Type.Enum(['sparse', 'allocate'])),
  tags: Type.Optional(Type.Array(Type.String())),
  $hidden: Type.Optional(Type.Boolean({ description: 'not to be offered to people' })),
})

/** A preset as Porla shows it: null for what is not set. */
const PorlaPreset = Type.Object(
  Object.fromEntries(
    Object.entries(Preset.properties).map(([name, schema]) => [
      name,
      Type.Optional(Type.Union([schema, Type.Null()])),
    ]),
  ),
)

/** Methods about presets, and about the machine that the daemon runs on. */
export const presetMethods = {
  'presets.list': method({
    params: noParams,
    // this program's own callers read `presets`
    result: Type.Unsafe<{ presets: Record<string, Static<typeof Preset>> }>(
      Type.Object({ presets: Type.Record(Type.String(), Preset) }, { additionalProperties: PorlaPreset }),
    ),
    changes: false,
    doc:
      'Lists the presets of the configuration file, by name, as the daemon read them at its start; `torrents.add` takes such ' +
      'a name. Each stands a second time beside `presets`, as in Porla, with null for what is not set.',
  }),
  'fs.space': method({
    params: object({ path: Type.String({ description: 'absolute, of the machine of the daemon' }) }),
    result: object({
      available: Type.Integer({ description: 'bytes that the daemon may still write' }),
      capacity: Type.Integer({ description: 'bytes in all' }),
      free: Type.Integer({ description: 'bytes that nobody uses' }),
      quota: Type.Null({ description: 'quotas of users are not read' }),
    }),
    changes: false,
    doc: 'Tells how much room there is on the disk of a path.',
  }),
}
