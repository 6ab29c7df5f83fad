import { pushNilAndMessage } from '../api/convert.ts'
import type { Api, ApiModule } from '../api/describe.ts'
import type { State } from '../vm/c-api.ts'
import { ArgumentError, LuaError } from '../vm/errors.ts'
import { decodeJson } from './json/decode.ts'
import { encodeJson } from './json/encode.ts'

type Functions = Readonly<Record<string, (api: Api, L: State) => number>>

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
        return pushNilAndMessage(api.lua, L, error.message)
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
]
