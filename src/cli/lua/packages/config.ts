import { join } from 'node:path'
import { type ConfigAndData, loadConfigSync } from '../../../program/config/load-sync.ts'
import type { Preset } from '../../../program/config/types.ts'
import { resolveStateDir } from '../../../program/endpoint.ts'
import { Failure } from '../../../program/failure.ts'
import { isRecord } from '../../../program/value-in-words.ts'
import { showConfigWarning } from '../../daemon/config-warning.ts'
import { pushJson } from '../api/convert.ts'
import type { Api, ApiClass, ApiModule, PropertyMember } from '../api/describe.ts'
import { LuaError } from '../vm/errors.ts'

/** Turns what makes configuration or folders unusable into a Lua error with the same words. */
export function orLuaError<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof Failure ? new LuaError(error.message) : error
  }
}

/** The configuration that this program uses, read once. */
export const configOf = (api: Api): ConfigAndData => api.shared(readConfig)

function readConfig(api: Api): ConfigAndData {
  const { env, daemon } = api.host
  const config = orLuaError(() => loadConfigSync({ env, flag: daemon.config }))
  showConfigWarning(config.config, api.host.say)
  return config
}

/**
 * What `require("config")` gives. Names may meet: the script's own keys come first, then what stands at the top of the
 * file, then the tables of scripts.
 */
function tableOf(data: unknown, script: string | undefined): Map<string, unknown> {
  const top = isRecord(data) ? data : {}
  const scripts = isRecord(top.scripts) ? top.scripts : {}
  const own = script !== undefined && Object.hasOwn(scripts, script) ? scripts[script] : {}
  return new Map([
    ...Object.entries(scripts),
    ...Object.entries(top),
    ...(isRecord(own) ? Object.entries(own) : []),
  ])
}

function pushConfig(api: Api, L: number): void {
  const { data } = configOf(api)
  api.raw._luaL_checkstack(L, 4, 0)
  api.raw._lua_createtable(L, 0, 0)
  for (const [key, value] of tableOf(data, api.host.script)) {
    api.lua.pushText(L, key)
    pushJson(api.lua, L, plain(value))
    api.raw._lua_rawset(L, -3)
  }
}

/** Dates of TOML and YAML as text; they are objects of their parsers. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(plain)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

function pushApp(api: Api, L: number): void {
  const { env, daemon } = api.host
  const { path } = orLuaError(() =>
    resolveStateDir({ flag: daemon.stateDir, env, config: configOf(api).config }),
  )
  pushJson(api.lua, L, { db_file: join(path, 'state.db') })
}

function property(
  name: Exclude<keyof Preset, '$hidden' | 'storage_mode'>,
  type: string,
  doc: string,
  unit?: string,
): PropertyMember<Preset> {
  const push: PropertyMember<Preset>['get'] = (api, L, self) => pushJson(api.lua, L, self[name])
  return { kind: 'property', name, type, doc, origin: 'porla', get: push, ...(unit && { unit }) }
}

const presetClass: ApiClass<Preset> = {
  name: 'Preset',
  doc: 'Values for adding torrents, from `[presets.NAME]` of the configuration. Nothing applies them by itself.',
  origin: 'porla',
  members: [
    property('category', 'string?', 'nil when it is not set.'),
    property('download_limit', 'integer?', '-1 or 0: unlimited; nil when it is not set.', 'bytes/s'),
    property('max_connections', 'integer?', '-1 or 0: unlimited; nil when it is not set.'),
    property('max_uploads', 'integer?', '-1 or 0: unlimited; nil when it is not set.'),
    property('save_path', 'string?', 'Absolute folder; nil when it is not set.'),
    property('session', 'string?', 'Name of a session; nil when it is not set.'),
    property('upload_limit', 'integer?', '-1 or 0: unlimited; nil when it is not set.', 'bytes/s'),
    {
      ...property('tags', 'string[]', 'A new list; empty when it is not set.'),
      get: (api, L, self) => pushJson(api.lua, L, self.tags ?? []),
    },
  ],
}

export const modules: readonly ApiModule[] = [
  {
    name: 'config',
    doc:
      'The configuration as a table: the keys of `[scripts.NAME]`, NAME being the file name of the script without ' +
      '`.lua` (none for standard input and `-e`); the keys at the top of the file, `sessions`, `presets` and ' +
      '`scripts` among them; and each table of `scripts` by its name. Of equal names the first of these counts. Dates ' +
      'are text. Empty when there is no file; a name that is not there is nil. `require` raises an error when the ' +
      'file cannot be used.',
    origin: 'porla',
    members: [],
    data: {
      type: 'table<string, any>',
      push: pushConfig,
    },
  },
  {
    name: 'config.app',
    doc: 'Where the program keeps its things: `db_file` is the path of the daemon’s database, there or not.',
    origin: 'porla',
    members: [],
    data: { type: '{db_file: string}', push: pushApp },
  },
  {
    name: 'presets',
    doc: 'The presets of the configuration file.',
    origin: 'porla',
    classes: [presetClass],
    members: [
      {
        kind: 'static',
        name: 'get',
        signature: '(name: string): Preset?',
        doc: 'The preset of a name; nil when there is none. Raises an error when the file cannot be used.',
        origin: 'porla',
        call: (api, L) => {
          const preset = configOf(api).config.presets.get(api.lua.checkText(L, 1))
          if (preset === undefined) api.lua.pushNil(L)
          else api.push(L, presetClass, preset)
          return 1
        },
      },
    ],
  },
]
