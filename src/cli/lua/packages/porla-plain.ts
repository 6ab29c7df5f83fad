import { mkdirSync } from 'node:fs'
import { resolveStateDir } from '../../../program/endpoint.ts'
import { version } from '../../../program/version.ts'
import { pushJson } from '../api/convert.ts'
import type { Api, ApiModule, StaticMember } from '../api/describe.ts'
import { checkPlace } from '../api/paths.ts'
import { systemFailure } from '../stdlib/errno.ts'
import { pathOf } from '../stdlib/names.ts'
import type { State } from '../vm/c-api.ts'
import { ArgumentError, LuaError } from '../vm/errors.ts'
import { modules as configModules, configOf, orLuaError } from './config.ts'
import { modules as fsModules } from './fs.ts'
import { decodeJson } from './json/decode.ts'
import { encodeJson } from './json/encode.ts'

type Functions = Readonly<Record<string, (api: Api, L: State) => number>>

function membersOf(modules: readonly ApiModule[], module: string, names: readonly string[]): StaticMember[] {
  const found = modules.find(({ name }) => name === module)?.members ?? []
  return found.filter((one): one is StaticMember => one.kind === 'static' && names.includes(one.name))
}

const bytesOf = (api: Api, L: State): Buffer => Buffer.from(api.lua.checkView(L, 1))

function decoded(api: Api, L: State, encoding: 'hex' | 'base64', alphabet: RegExp): number {
  const text = bytesOf(api, L).toString('latin1')
  if (!alphabet.test(text)) throw new ArgumentError(1, `${encoding} expected`)
  api.lua.pushBytes(L, Buffer.from(text, encoding))
  return 1
}

function encoded(api: Api, L: State, encoding: 'hex' | 'base64'): number {
  api.lua.pushText(L, bytesOf(api, L).toString(encoding))
  return 1
}

/** Tables of functions, as Porla groups them. */
const codecs: Readonly<Record<string, Functions>> = {
  base64: {
    encode: (api, L) => encoded(api, L, 'base64'),
    decode: (api, L) => decoded(api, L, 'base64', /^([\w+/-]{4})*([\w+/-]{2,3}={0,2})?$/),
  },
  hex: {
    encode: (api, L) => encoded(api, L, 'hex'),
    decode: (api, L) => decoded(api, L, 'hex', /^([\da-fA-F]{2})*$/),
  },
  json: {
    encode: (api, L) => {
      api.raw._luaL_checkstack(L, 4, 0)
      if (api.raw._lua_gettop(L) === 0) api.lua.typeError(L, 1, 'value')
      encodeJson(api.lua, L, 1)
      return 1
    },
    decode: (api, L) => {
      api.lua.checkView(L, 1)
      try {
        decodeJson(api.lua, L, 1)
        return 1
      } catch (error) {
        if (!(error instanceof LuaError)) throw error
        api.lua.pushNil(L)
        api.lua.pushText(L, error.message)
        return 2
      }
    },
  },
}

function pushCodecs(api: Api, L: State): void {
  const { raw, lua } = api
  raw._luaL_checkstack(L, 4, 0)
  raw._lua_createtable(L, 0, 3)
  for (const [name, functions] of Object.entries(codecs)) {
    raw._lua_createtable(L, 0, 2)
    for (const [key, call] of Object.entries(functions)) {
      api.pushFunction(L, (S) => call(api, S))
      raw._lua_setfield(L, -2, lua.name(key))
    }
    raw._lua_setfield(L, -2, lua.name(name))
  }
}

function pushRuntime(api: Api, L: State): void {
  const { env, daemon } = api.host
  const { path } = orLuaError(() =>
    resolveStateDir({ flag: daemon.stateDir, env, config: configOf(api).config }),
  )
  pushJson(api.lua, L, { version, args: { 'state-dir': path } })
}

export const modules: readonly ApiModule[] = [
  {
    name: 'porla_codec',
    doc:
      'Encodings, as newer versions of Porla have them. `json.decode` gives nil and a message for a bad text, where the ' +
      'package `json` raises an error; the others raise one.',
    origin: 'porla',
    members: [],
    data: {
      type:
        '{json: {encode: fun(value: any): string, decode: fun(text: string): any, string?}, ' +
        'hex: {encode: fun(bytes: string): string, decode: fun(text: string): string}, ' +
        'base64: {encode: fun(bytes: string): string, decode: fun(text: string): string}}',
      push: pushCodecs,
    },
  },
  {
    name: 'porla_filesystem',
    doc: 'Files, as newer versions of Porla have them; `fs` and `lfs` do more.',
    origin: 'porla',
    members: [
      ...membersOf(fsModules, 'fs', ['exists']),
      {
        kind: 'static',
        name: 'create_directories',
        signature: '(path: string): boolean?, string?',
        doc:
          'Makes a folder and those above it that are missing: true, false when it was there already, or nil and a ' +
          'message.',
        origin: 'porla',
        call: (api, L) => {
          const path = checkPlace(api, L, 1)
          try {
            api.lua.pushBoolean(L, mkdirSync(pathOf(path), { recursive: true }) !== undefined)
            return 1
          } catch (error) {
            const failure = systemFailure(error)
            if (failure === undefined) throw error
            api.lua.pushNil(L)
            api.lua.pushText(L, failure.message)
            return 2
          }
        },
      },
    ],
  },
  {
    name: 'porla_presets',
    doc: 'The presets of the configuration; the package `presets` by the name that newer versions of Porla give it.',
    origin: 'porla',
    classes: configModules.find(({ name }) => name === 'presets')?.classes ?? [],
    members: membersOf(configModules, 'presets', ['get']),
  },
  {
    name: 'porla_runtime',
    doc:
      'What runs the script: `version` is porla-lua’s, `args["state-dir"]` the state folder, there or not. Other ' +
      'arguments of Porla are nil.',
    origin: 'porla',
    members: [],
    data: { type: '{version: string, args: table<string, string>}', push: pushRuntime },
  },
]
