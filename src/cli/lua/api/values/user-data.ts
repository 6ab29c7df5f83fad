import type { Result } from '../../../../rpc/contract/index.ts'
import type { Api } from '../describe.ts'
import { keyOf, type TorrentRef } from './torrent-ref.ts'

export type UserData = Result<'torrents.userdata.get'>

/** Category and tags of a torrent, or, with `torrent` undefined, of parameters that were not added yet. */
export interface UserDataValue {
  torrent: TorrentRef | undefined
  /** Of parameters: the data itself. Of a torrent: what was known when `channel.calls` was `knownAt`. */
  known: UserData
  knownAt: number
}

/** Those of parameters that were not added yet. */
export function newUserData(): UserDataValue {
  return { torrent: undefined, known: { category: null, tags: [] }, knownAt: 0 }
}

/** The data as it is now. Nothing is asked if nothing was asked of the daemon since it was last seen. */
export function readUserData(api: Api, self: UserDataValue): UserData {
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
export function changeUserData(api: Api, self: UserDataValue, change: UserDataChange): void {
  if (self.torrent) {
    api.call('torrents.userdata.update', { ...keyOf(self.torrent), ...change })
    return
  }
  const { known } = self
  const tags = new Set([...(change.tags ?? known.tags), ...(change.add_tags ?? [])])
  for (const tag of change.remove_tags ?? []) tags.delete(tag)
  self.known = { category: change.category === undefined ? known.category : change.category, tags: [...tags] }
}
