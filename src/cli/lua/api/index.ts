import type { Lua } from '../vm/lua.ts'
import { addTorrentParamsClass } from './add-torrent-params.ts'
import { announceEndpointClass, announceInfoHashClass } from './announce-endpoint.ts'
import { announceEntryClass } from './announce-entry.ts'
import { Api, type ApiOptions } from './api.ts'
import { clientDataClass } from './client-data.ts'
import type { ApiModule, ClassDescription } from './describe.ts'
import { errorClass, installErrors } from './errors.ts'
import { fileStorageClass } from './file-storage.ts'
import { flagsClass } from './flags.ts'
import { infoHashClass } from './info-hash.ts'
import { listClass } from './list.ts'
import { peerInfoClass } from './peer-info.ts'
import { pushPlain } from './plain.ts'
import { sessionClass } from './session.ts'
import { sessionsModule } from './sessions.ts'
import { settingsPackClass } from './settings-pack.ts'
import { preload, pushStatics } from './statics.ts'
import { tagsClass } from './tags.ts'
import { torrentHandleClass } from './torrent-handle.ts'
import { torrentInfoClass } from './torrent-info.ts'
import { torrentStatusClass } from './torrent-status.ts'
import { torrentsModule } from './torrents.ts'

export type { ApiOptions } from './api.ts'
export { describeError } from './errors.ts'

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
  const api = new Api(lua, options)
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
