import { LuaType, type State } from '../../vm/c-api.ts'
import { WrongValue } from '../../vm/errors.ts'
import { readList, readText } from '../convert.ts'
import type { Api, ApiClass } from '../describe.ts'
import { tagsClass } from './tags.ts'
import { changeUserData, readUserData, type UserDataValue } from './user-data.ts'

function readTags(api: Api, L: State, idx: number): string[] {
  const other = api.test(L, idx, tagsClass)
  if (other) return readUserData(api, other).tags
  if (api.lua.type(L, idx) !== LuaType.table) {
    throw new WrongValue(`table expected, got ${api.lua.typeName(L, idx)}`)
  }
  return readList(api.lua, L, idx, readText)
}

export const clientDataClass: ApiClass<UserDataValue> = {
  name: 'TorrentClientData',
  doc: 'What the user keeps about a torrent. Live: a change is written at once and seen everywhere.',
  origin: 'seed',
  members: [
    {
      kind: 'property',
      name: 'category',
      type: 'string?',
      doc: 'nil when there is none. Writing nil removes it; "" is a value.',
      origin: 'seed',
      get: (api, L, self) => {
        const { category } = readUserData(api, self)
        if (category === null) api.lua.pushNil(L)
        else api.lua.pushText(L, category)
      },
      set: (api, L, self, idx) => {
        const category = api.lua.isNoneOrNil(L, idx) ? null : readText(api.lua, L, idx)
        changeUserData(api, self, { category })
      },
    },
    {
      kind: 'property',
      name: 'session',
      type: 'string?',
      doc: 'Name of the session the torrent is in; nil before it was added.',
      origin: 'seed',
      get: (api, L, self) => {
        if (self.torrent) api.lua.pushText(L, self.torrent.session)
        else api.lua.pushNil(L)
      },
    },
    {
      kind: 'property',
      name: 'tags',
      type: 'Tags',
      doc: 'The tags, live. Writing a sequence of strings, or the tags of another torrent, replaces all.',
      origin: 'seed',
      get: (api, L, self) => api.push(L, tagsClass, self),
      set: (api, L, self, idx) => changeUserData(api, self, { tags: [...new Set(readTags(api, L, idx))] }),
    },
  ],
  text: ({ torrent }) => `TorrentClientData (${torrent ? torrent.session : 'not added'})`,
}
