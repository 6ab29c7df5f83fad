import type { ApiModule } from '../api/describe.ts'
import { decodeJson } from './json/decode.ts'
import { encodeJson } from './json/encode.ts'

export const modules: readonly ApiModule[] = [
  {
    name: 'json',
    doc: 'JSON text from and to Lua values.',
    origin: 'porla',
    members: [
      {
        kind: 'static',
        name: 'encode',
        signature: '(value: any): string',
        doc:
          'The JSON text of a value, without spaces. An empty table is `[]`; a table with `[1]` is a list and must ' +
          'have no holes; in any other table all keys must be strings. Integers and floats stay what they are and ' +
          'floats read back exactly (Porla keeps 14 digits only). Objects of the API are what `pairs` of them gives, caught ' +
          'errors of the daemon their message; other metatables are not asked. Raises an error that ' +
          'says where, for a table in itself, strings that are not UTF-8, nan, infinities and other types.',
        origin: 'porla',
        call: (api, L) => {
          api.raw._luaL_checkstack(L, 4, 0)
          if (api.raw._lua_gettop(L) === 0) api.lua.typeError(L, 1, 'value')
          encodeJson(api.lua, L, 1)
          return 1
        },
      },
      {
        kind: 'static',
        name: 'decode',
        signature: '(text: string): any',
        doc:
          'The value of a JSON text. null becomes nil, so it leaves a hole in a list and no key in a record. Whole ' +
          'numbers are integers as far as Lua has them, others floats; the last of equal keys counts. Raises an ' +
          'error with line and column of what is wrong.',
        origin: 'porla',
        call: (api, L) => {
          api.lua.checkView(L, 1)
          decodeJson(api.lua, L, 1)
          return 1
        },
      },
      {
        kind: 'constant',
        name: '_version',
        doc: 'The version that Porla’s package has, whose rules these are.',
        origin: 'porla',
        value: '0.1.2',
      },
    ],
  },
]
