import type { Result } from '../../../rpc/contract/index.ts'
import { WrongValue } from '../vm/errors.ts'
import { LuaType, type State } from '../vm/raw.ts'
import type { Api } from './api.ts'
import type { ApiClass } from './describe.ts'
import { tagsClass } from './tags.ts'
import { keyOf, type TorrentRef } from './torrent-ref.ts'
import { readList, readText } from './values.ts'

export type UserData = Result<'torrents.userdata.get'>

/** Category and tags of a torrent, or, with `torrent` undefined, of parameters that were not added yet. */
export interface ClientDataValue {
  torrent: TorrentRef | undefined
  /** Of parameters: the data itself. Of a torrent: what was known when `channel.calls` was `knownAt`. */
  known: UserData
  knownAt: number
}

export function newClientData(): ClientDataValue {
  return { torrent: undefined, known: { category: null, tags: [] }, knownAt: 0 }
}

/** The data as it is now. Nothing is asked if nothing was asked of the daemon since it was last seen. */
export function readUserData(api: Api, self: ClientDataValue): UserData {
  if (self.torrent && self.knownAt !== api.channel.calls) {
    self.known = api.call('torrents.userdata.get', keyOf(self.torrent))
  }
  // Used once: the next read asks, since the object is live.
  self.knownAt = Number.NaN
  return self.known
}

export interface UserDataChange {
  category?: string | null
  tags?: string[]
  add_tags?: string[]
  remove_tags?: string[]
}

/** Changes the data; of a torrent it is kept by the daemon when this returns. */
export function changeUserData(api: Api, self: ClientDataValue, change: UserDataChange): void {
  if (self.torrent) {
    api.call('torrents.userdata.update', { ...keyOf(self.torrent), ...change })
    return
  }
  const { known } = self
  const tags = new Set([...(change.tags ?? known.tags), ...(change.add_tags ?? [])])
  for (const tag of change.remove_tags ?? []) tags.delete(tag)
  self.known = { category: change.category === undefined ? known.category : change.category, tags: [...tags] }
}

function readTags(api: Api, L: State, idx: number): string[] {
  const other = api.test(L, idx, tagsClass)
  if (other) return readUserData(api, other).tags
  if (api.lua.type(L, idx) !== LuaType.table) {
    throw new WrongValue(`table expected, got ${api.lua.typeName(L, idx)}`)
  }
  return readList(api.lua, L, idx, readText)
}

export const clientDataClass: ApiClass<ClientDataValue> = {
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
