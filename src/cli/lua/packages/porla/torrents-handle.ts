import { RpcError } from '../../../../rpc/errors.ts'
import { pushNilAndMessage, readBoolean, readFields, readText } from '../../api/convert.ts'
import type { Api, ApiClass, MethodMember } from '../../api/describe.ts'
import { type HandleValue, handleOf } from '../../api/handles/handle-value.ts'
import { TorrentPages } from '../../api/handles/pages.ts'
import { checkHash, overview, type SessionValue } from '../../api/handles/session.ts'
import { torrentHandleClass } from '../../api/handles/torrent.ts'
import { plainMethod } from '../../api/plain-members.ts'
import { addTorrentParamsClass } from '../../api/values/add-torrent-params.ts'
import { infoHashClass } from '../../api/values/info-hash.ts'
import { type ParamsValue, requestOf } from '../../api/values/params-value.ts'
import { keyOf, type TorrentRef } from '../../api/values/torrent-ref.ts'
import { LuaType, type State } from '../../vm/c-api.ts'
import { filterClass } from '../pql.ts'

/** The method of a class by its name. */
export function methodOf<T>(cls: ApiClass<T>, name: string): MethodMember<T> {
  const member = cls.members.find((one) => one.name === name)
  if (member?.kind !== 'method') throw new Error(`bug: ${cls.name} has no method '${name}'`)
  return member
}

const removeOptions = { delete_files: readBoolean }
const addOptions = { preset: readText }

/** AddTorrentParams, or a table of their properties. */
function checkParams(api: Api, L: State, arg: number): ParamsValue {
  const { raw } = api
  if (api.lua.type(L, arg) !== LuaType.table) return api.check(L, arg, addTorrentParamsClass)
  const create = addTorrentParamsClass.members.find(({ name }) => name === 'new')
  if (create?.kind !== 'static') throw new Error('bug: AddTorrentParams has no new')
  raw._luaL_checkstack(L, 6, 0)
  create.call(api, L)
  const params = raw._lua_gettop(L)
  raw._lua_pushnil(L)
  while (raw._lua_next(L, arg)) {
    raw._lua_pushvalue(L, -2)
    raw._lua_rotate(L, -2, 1)
    // The property checks its value.
    raw._lua_settable(L, params)
  }
  return api.check(L, params, addTorrentParamsClass)
}

function pushFound(api: Api, L: State, handle: HandleValue): number {
  api.push(L, torrentHandleClass, handle)
  methodOf(torrentHandleClass, 'status').call(api, L, handle)
  return 2
}

function find(api: Api, session: string, L: State, arg: number): TorrentRef | undefined {
  const hash = checkHash(api, L, arg)
  const [v1, v2] = hash
  const info_hash = v1 !== null && v2 !== null ? hash : (v1 ?? v2)
  const found = info_hash && api.call('torrents.find', { session, info_hash }).info_hash
  return found ? { session, hash: found } : undefined
}

/** The torrents of a session, as newer versions of Porla have them. */
export const torrentsHandleClass: ApiClass<SessionValue> = {
  name: 'PoTorrentsHandle',
  doc: 'The torrents of a session.',
  origin: 'porla',
  members: [
    {
      kind: 'method',
      name: 'add',
      signature: '(params: AddTorrentParams|table, options?: {preset?: string}): InfoHash?, string?',
      doc:
        'Adds a torrent and returns its hash; nil and a message when the daemon refuses it. A table holds properties of ' +
        'AddTorrentParams.',
      origin: 'porla',
      call: (api, L, self) => {
        const options = api.lua.isNoneOrNil(L, 3)
          ? {}
          : api.argument(3, () => readFields<{ preset: string }>(api.lua, L, 3, addOptions))
        const params = checkParams(api, L, 2)
        const { save_path, ...request } = requestOf(api, self.name, params)
        try {
          const added = api.call('torrents.add', {
            ...request,
            ...options,
            ...((params.save_path !== '' || options.preset === undefined) && { save_path }),
          })
          api.warn(added.warnings)
          api.push(L, infoHashClass, added.info_hash)
          return 1
        } catch (error) {
          if (!(error instanceof RpcError)) throw error
          return pushNilAndMessage(api.lua, L, error.message)
        }
      },
    },
    plainMethod(
      'count',
      'integer',
      'How many torrents there are.',
      'porla',
      (self, api) => overview(api, self).torrents_total,
    ),
    {
      kind: 'method',
      name: 'get',
      signature: '(info_hash: InfoHash|string): TorrentHandle?, TorrentStatus?',
      doc: 'The torrent with a hash, and its status; nil when there is none.',
      origin: 'porla',
      call: (api, L, self) => {
        const torrent = find(api, self.name, L, 2)
        if (torrent) return pushFound(api, L, handleOf(torrent))
        api.lua.pushNil(L)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'list',
      signature: '(query?: Filter|string): fun(): TorrentHandle?, TorrentStatus?',
      doc:
        'For `for torrent, status in torrents:list() do`: all torrents, or those of which a query is true, with the ' +
        'status that each has when it is reached.',
      origin: 'porla',
      call: (api, L, self) => {
        const filter = api.test(L, 2, filterClass)
        const query = api.lua.isNoneOrNil(L, 2)
          ? undefined
          : (filter?.text ?? api.argument(2, () => readText(api.lua, L, 2)))
        const pages = new TorrentPages(api, self.name, query)
        api.pushIterator(L, (S) => {
          const handle = pages.next()
          return handle === undefined ? 0 : pushFound(api, S, handle)
        })
        return 1
      },
    },
    {
      kind: 'method',
      name: 'remove',
      signature: '(torrent: TorrentHandle|InfoHash|string, options?: {delete_files?: boolean})',
      doc: 'Removes a torrent, with `delete_files = true` also its files. One that is not there is nothing to do.',
      origin: 'porla',
      call: (api, L, self) => {
        const { delete_files } = api.lua.isNoneOrNil(L, 3)
          ? {}
          : api.argument(3, () => readFields<{ delete_files: boolean }>(api.lua, L, 3, removeOptions))
        const handle = api.test(L, 2, torrentHandleClass)
        const torrent = handle?.torrent ?? find(api, self.name, L, 2)
        if (torrent === undefined) return 0
        const request = { ...keyOf(torrent), ...(delete_files && { remove_files: true }) }
        api.warn(api.call('torrents.remove', request).warnings)
        return 0
      },
    },
  ],
  equals: (a, b) => a.name === b.name,
  text: (self) => `PoTorrentsHandle (${self.name})`,
}
