import type { Lua } from '../vm/lua.ts'
import type { Api, ApiModule, ClassDescription } from './describe.ts'
import { errorClass, installErrors } from './errors.ts'
import { handleOf } from './handles/handle-value.ts'
import { sessionClass } from './handles/session.ts'
import { sessionsModule } from './handles/sessions.ts'
import { torrentStatusClass } from './handles/status.ts'
import { torrentHandleClass } from './handles/torrent.ts'
import { pushPlain } from './plain.ts'
import { preload, pushStatics } from './statics.ts'
import { addTorrentParamsClass } from './values/add-torrent-params.ts'
import { announceEndpointClass, announceInfoHashClass } from './values/announce-endpoint.ts'
import { announceEntryClass } from './values/announce-entry.ts'
import { clientDataClass } from './values/client-data.ts'
import { fileStorageClass } from './values/file-storage.ts'
import { flagsClass } from './values/flags.ts'
import { infoHashClass } from './values/info-hash.ts'
import { listClass } from './values/list.ts'
import { peerInfoClass } from './values/peer-info.ts'
import { settingsPackClass } from './values/settings-pack.ts'
import { tagsClass } from './values/tags.ts'
import { torrentInfoClass } from './values/torrent-info.ts'
import { torrentsModule } from './values/torrents.ts'
import { type ApiOptions, VmApi } from './vm-api.ts'

export { describeError } from './errors.ts'
export type { ApiOptions } from './vm-api.ts'

/**
 * Every class, for the reference and the editor typings. Classes that are not `global` are reached through objects
 * only; Porla's names with a dot, such as `_G["lt.TorrentHandle"]`, do not exist.
 */
export const apiClasses: readonly ClassDescription[] = [
  sessionClass,
  torrentHandleClass,
  torrentStatusClass,
  torrentInfoClass,
  fileStorageClass,
  infoHashClass,
  clientDataClass,
  tagsClass,
  addTorrentParamsClass,
  flagsClass,
  listClass,
  settingsPackClass,
  announceEntryClass,
  peerInfoClass,
  announceEndpointClass,
  announceInfoHashClass,
  errorClass,
]

/** The modules that are always loaded; `packages` are those that are loaded when a script requires them. */
export const apiModules: readonly ApiModule[] = [sessionsModule, torrentsModule]

/**
 * Puts the API into a VM whose standard library is there: the modules under `package.preload`, the classes that have
 * static functions and the table `porla` as globals. Nothing is asked of the daemon before a script does.
 */
export function installApi(lua: Lua, options: ApiOptions): Api {
  const { raw, L } = lua
  const api = new VmApi(lua, options, {
    pushTorrent: (api, L, torrent) => api.push(L, torrentHandleClass, handleOf(torrent)),
  })
  installErrors(api)
  lua.plainOf = (L, idx) => pushPlain(api, L, idx)
  for (const cls of apiClasses) {
    if (!cls.global) continue
    pushStatics(api, L, cls)
    raw._lua_setglobal(L, lua.name(cls.name))
  }
  raw._lua_createtable(L, 0, 0)
  raw._lua_setglobal(L, lua.name('porla'))
  for (const module of apiModules) preload(api, module.name, () => module)
  return api
}
