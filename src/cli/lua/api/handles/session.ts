import type { Result } from '../../../../rpc/contract/index.ts'
import type { InfoHash } from '../../../../rpc/contract/types.ts'
import { LuaType, type State } from '../../vm/c-api.ts'
import { ArgumentError, LuaError } from '../../vm/errors.ts'
import { readBoolean, readFields, readText } from '../convert.ts'
import type { Api, ApiClass, MethodMember } from '../describe.ts'
import { plainMethod } from '../plain-members.ts'
import { addTorrentParamsClass } from '../values/add-torrent-params.ts'
import { hashOfText, infoHashClass } from '../values/info-hash.ts'
import { type ParamsValue, requestOf } from '../values/params-value.ts'
import { settingsPackClass, settingsToApply } from '../values/settings-pack.ts'
import { keyOf } from '../values/torrent-ref.ts'
import { handleOf } from './handle-value.ts'
import { TorrentPages } from './pages.ts'
import { torrentHandleClass } from './torrent.ts'

/** A session is its name. */
export interface SessionValue {
  readonly name: string
}

const removeOptions = { remove_files: readBoolean }

/** The hashes of an argument: an InfoHash object, or a hash as hex. */
export function checkHash(api: Api, L: State, arg: number): InfoHash {
  const object = api.test(L, arg, infoHashClass)
  if (object) return object
  if (api.lua.type(L, arg) !== LuaType.string) api.lua.typeError(L, arg, 'InfoHash or string')
  const text = api.lua.checkText(L, arg)
  const hash = hashOfText(text)
  if (hash === undefined) throw new ArgumentError(arg, `40 or 64 hex digits expected, got '${text}'`)
  return hash
}

/** The parameters of an argument; text, which people try first, is told how to become some. */
function checkParams(api: Api, L: State, arg: number): ParamsValue {
  if (api.lua.type(L, arg) !== LuaType.string) return api.check(L, arg, addTorrentParamsClass)
  const isLink = /^magnet:/i.test(api.lua.text(L, arg) ?? '')
  const how = isLink
    ? 'AddTorrentParams.from_magnet(link) reads a magnet link'
    : 'AddTorrentParams.new() makes some, and TorrentInfo.from_file(path) reads a torrent file for their ti'
  throw new ArgumentError(arg, `AddTorrentParams expected, got string: ${how}`)
}

/** What the daemon says of the session itself. Raises an error when it is not there any more. */
export function overview(api: Api, { name }: SessionValue): Result<'sessions.list'>['sessions'][number] {
  const found = api.call('sessions.list', {}).sessions.find((session) => session.name === name)
  if (found === undefined) throw new LuaError(`there is no session '${name}' any more`)
  return found
}

/** A method that only tells the daemon what to do. */
function command(name: 'pause' | 'resume', doc: string): MethodMember<SessionValue> {
  const call: MethodMember<SessionValue>['call'] = (api, _L, self) => {
    api.call(`sessions.${name}`, { name: self.name })
    return 0
  }
  return { kind: 'method', name, signature: '()', doc, origin: 'own', call }
}

export const sessionClass: ApiClass<SessionValue> = {
  name: 'Session',
  doc: 'A set of torrents with settings of its own.',
  origin: 'seed',
  operators: ['`a == b` is true for the same session.'],
  members: [
    {
      kind: 'property',
      name: 'name',
      type: 'string',
      doc: 'As configured.',
      origin: 'porla',
      get: (api, L, self) => api.lua.pushText(L, self.name),
    },
    {
      kind: 'method',
      name: 'add_torrent',
      signature: '(params: AddTorrentParams): TorrentHandle',
      doc:
        'Adds a torrent and returns it; it is there at once and is kept. One that is there already is returned as ' +
        'it is, with the trackers that are new to it.',
      origin: 'porla',
      call: (api, L, self) => {
        const params = checkParams(api, L, 2)
        const request = requestOf(api, self.name, params)
        if (
          !request.ti &&
          typeof request.info_hash === 'object' &&
          request.info_hash.every((hash) => !hash)
        ) {
          throw new ArgumentError(2, 'the parameters name no torrent: set ti or info_hash')
        }
        const { session, info_hash, warnings } = api.call('torrents.add', request)
        api.warn(warnings)
        if (params.save_path === '')
          api.warn([`no save_path was given: torrents go into the current folder, ${request.save_path}`])
        const torrent = { session, hash: info_hash }
        api.push(L, torrentHandleClass, handleOf(torrent))
        return 1
      },
    },
    {
      kind: 'method',
      name: 'apply_settings',
      signature: '(pack: SettingsPack)',
      doc: 'Sets the values the pack contains, leaves the rest, and keeps them across restarts.',
      origin: 'seed',
      call: (api, L, self) => {
        const settings = settingsToApply(api.check(L, 2, settingsPackClass), self.name)
        api.warnNoEffect(api.call('sessions.settings.update', { name: self.name, settings }).without_effect)
        return 0
      },
    },
    {
      kind: 'method',
      name: 'find_torrent',
      signature: '(info_hash: InfoHash|string): TorrentHandle?',
      doc: 'The torrent with exactly these hashes, or with the one hash that is given as hex; nil when there is none.',
      origin: 'seed',
      call: (api, L, self) => {
        const hash = checkHash(api, L, 2)
        const [v1, v2] = hash
        const info_hash = v1 !== null && v2 !== null ? hash : (v1 ?? v2)
        const found = info_hash && api.call('torrents.find', { session: self.name, info_hash }).info_hash
        if (found) {
          api.push(L, torrentHandleClass, handleOf({ session: self.name, hash: found }))
        } else api.lua.pushNil(L)
        return 1
      },
    },
    plainMethod(
      'is_paused',
      'boolean',
      'Whether the session is paused as a whole.',
      'own',
      (self, api) => overview(api, self).is_paused,
    ),
    plainMethod(
      'listen_port',
      'integer',
      'The port at which peers reach the session; 0 while it does not listen, as before it has had a torrent to run, ' +
        'and while its port is taken.',
      'own',
      (self, api) => overview(api, self).listen_port,
    ),
    command(
      'pause',
      'Pauses the session as a whole until it is resumed, across restarts: none of its torrents runs, though each keeps ' +
        'its own `paused`.',
    ),
    {
      kind: 'method',
      name: 'remove_torrent',
      signature: '(torrent: TorrentHandle, options?: {remove_files?: boolean})',
      doc:
        'Removes a torrent, with `remove_files = true` also its files and the folders that are empty then. Files that ' +
        'other torrents use stay, which a warning on stderr says.',
      origin: 'porla',
      call: (api, L, self) => {
        const { torrent } = api.check(L, 2, torrentHandleClass)
        if (api.lua.type(L, 3) === LuaType.boolean)
          throw new ArgumentError(
            3,
            'a table expected: write {remove_files = true} to remove the files as well',
          )
        const options = api.lua.isNoneOrNil(L, 3)
          ? {}
          : api.argument(3, () => readFields<{ remove_files?: boolean }>(api.lua, L, 3, removeOptions))
        if (torrent.session !== self.name) {
          throw new ArgumentError(2, `the torrent is in session '${torrent.session}', not in '${self.name}'`)
        }
        api.warn(api.call('torrents.remove', { ...keyOf(torrent), ...options }).warnings)
        return 0
      },
    },
    command('resume', 'Lets the torrents run again, as far as each of them and the queue allow.'),
    {
      kind: 'method',
      name: 'settings',
      signature: '(): SettingsPack',
      doc: 'A copy of all settings; changing it changes nothing until it is applied.',
      origin: 'seed',
      call: (api, L, self) => {
        const { settings } = api.call('sessions.settings.list', { name: self.name })
        api.push(L, settingsPackClass, {
          values: settings,
          defaults: settings,
          source: self.name,
          written: new Set<string>(),
        })
        return 1
      },
    },
    {
      kind: 'method',
      name: 'torrents',
      signature: '(query?: string): fun(): TorrentHandle?',
      doc:
        'For `for torrent in session:torrents() do`: all torrents in ascending order of info hash, or those of which ' +
        'a PQL query is true (docs/pql.md), which the daemon picks. Adding and removing meanwhile is safe. Raises an ' +
        'error with the place of a mistake in the query.',
      origin: 'seed',
      call: (api, L, self) => {
        const query = api.lua.isNoneOrNil(L, 2) ? undefined : api.argument(2, () => readText(api.lua, L, 2))
        const pages = new TorrentPages(api, self.name, query)
        api.pushIterator(L, (S) => {
          const handle = pages.next()
          if (handle === undefined) return 0
          api.push(S, torrentHandleClass, handle)
          return 1
        })
        return 1
      },
    },
  ],
  equals: (a, b) => a.name === b.name,
  text: (self) => `Session (${self.name})`,
}
