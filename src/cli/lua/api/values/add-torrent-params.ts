import { MetainfoError, makeMagnetUri } from '../../../../metainfo/index.ts'
import { visible } from '../../../../program/visible.ts'
import type { InfoHash } from '../../../../rpc/contract/types.ts'
import { LuaType, type State } from '../../vm/c-api.ts'
import { WrongValue } from '../../vm/errors.ts'
import { int32, pushNilAndMessage, readInteger, readList, readText } from '../convert.ts'
import type { Api, ApiClass, PropertyMember } from '../describe.ts'
import { clientDataClass } from './client-data.ts'
import { flagsClass, readFlags } from './flags.ts'
import { hashOfText, infoHashClass } from './info-hash.ts'
import { type ItemType, integerItem, listClass, textItem } from './list.ts'
import { newParams, type ParamsValue, paramsOfMagnet } from './params-value.ts'
import { torrentInfoClass } from './torrent-info.ts'

type Property = PropertyMember<ParamsValue>
type Names<T> = { [K in keyof ParamsValue]: ParamsValue[K] extends T ? K : never }[keyof ParamsValue]

function text(name: 'save_path' | 'name' | 'trackerid', doc: string): Property {
  return {
    kind: 'property',
    name,
    type: 'string',
    doc,
    origin: 'porla',
    get: (api, L, self) => api.lua.pushText(L, self[name]),
    set: (api, L, self, idx) => {
      self[name] = readText(api.lua, L, idx)
    },
  }
}

function limit(name: Names<number>, unit: string): Property {
  return {
    kind: 'property',
    name,
    type: 'integer',
    ...(unit && { unit }),
    doc: '-1, the default, or 0: unlimited.',
    origin: 'porla',
    get: (api, L, self) => api.lua.pushInteger(L, self[name]),
    set: (api, L, self, idx) => {
      self[name] = readInteger(api.lua, L, idx, -1, int32.high)
    },
  }
}

function list(
  name: Names<string[] | number[]>,
  type: string,
  of: ItemType,
  doc: string,
  origin: Property['origin'] = 'porla',
): Property {
  return {
    kind: 'property',
    name,
    type,
    doc: `${doc} Reads as a list; a sequence can be written.`,
    origin,
    get: (api, L, self) => api.push(L, listClass, { items: self[name], of }),
    set: (api, L, self, idx) => {
      const items: (string | number)[] = self[name]
      const read = readList(api.lua, L, idx, of)
      items.length = 0
      for (const item of read) items.push(item)
    },
  }
}

export const addTorrentParamsClass: ApiClass<ParamsValue> = {
  name: 'AddTorrentParams',
  doc: 'How a torrent is to be added. Give it to `Session:add_torrent`.',
  origin: 'porla',
  global: true,
  members: [
    {
      kind: 'static',
      name: 'new',
      signature: '(): AddTorrentParams',
      doc: 'Empty parameters.',
      origin: 'porla',
      call: (api, L) => {
        api.push(L, addTorrentParamsClass, newParams())
        return 1
      },
    },
    {
      kind: 'static',
      name: 'from_magnet',
      signature: '(uri: string): AddTorrentParams?, string?',
      doc: 'Reads a magnet link: hash, name, trackers, web seeds and peers. nil and a message for a bad one.',
      origin: 'porla',
      call: (api, L) => {
        const uri = api.lua.checkText(L, 1)
        let params: ParamsValue
        try {
          params = paramsOfMagnet(uri)
        } catch (error) {
          if (!(error instanceof MetainfoError)) throw error
          return pushNilAndMessage(api.lua, L, error.message)
        }
        api.push(L, addTorrentParamsClass, params)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'make_magnet_uri',
      signature: '(): string',
      doc:
        "A magnet link of these parameters, as libtorrent's make_magnet_uri: hash, name, trackers, web seeds, peers and " +
        'which files are wanted. Of `ti` only the hash counts. "" while no hash is known.',
      origin: 'own',
      call: (api, L, self) => {
        const given = self.info_hash.some((hash) => hash !== null)
        const uri = makeMagnetUri({
          infoHash: (!given && self.ti?.hash) || self.info_hash,
          name: self.name,
          trackers: self.trackers,
          webSeeds: self.url_seeds,
          peers: self.peers,
          filePriorities: self.file_priorities,
        })
        api.lua.pushText(L, uri)
        return 1
      },
    },
    {
      kind: 'property',
      name: 'ti',
      type: 'TorrentInfo?',
      doc: 'What the torrent file says. An `info_hash` beside it has to be its own.',
      origin: 'porla',
      get: (api, L, self) => {
        if (self.ti) api.push(L, torrentInfoClass, self.ti)
        else api.lua.pushNil(L)
      },
      set: (api, L, self, idx) => {
        self.ti = api.lua.isNoneOrNil(L, idx) ? undefined : api.read(L, idx, torrentInfoClass)
      },
    },
    {
      kind: 'property',
      name: 'info_hash',
      type: 'InfoHash',
      doc: 'For a torrent without metadata; both parts are nil by default. A hex string can be written.',
      origin: 'porla',
      get: (api, L, self) => api.push(L, infoHashClass, self.info_hash),
      set: (api, L, self, idx) => {
        self.info_hash = readHash(api, L, idx)
      },
    },
    text(
      'save_path',
      'Folder that will contain the file or folder. A relative one, and "", start at the current folder.',
    ),
    text('name', 'Shown until the metadata is known.'),
    list('trackers', 'List<string>', textItem, 'Added to those of the torrent; doubles are dropped.'),
    list('tracker_tiers', 'List<integer>', integerItem(0, 255), 'Tier of each of `trackers`.'),
    text('trackerid', 'Sent to trackers as tracker id.'),
    list('url_seeds', 'List<string>', textItem, 'Web seeds (BEP 19).', 'own'),
    list('peers', 'List<string>', textItem, 'Peers to try at once, as `address:port`.', 'own'),
    list(
      'file_priorities',
      'List<integer>',
      integerItem(0, 7),
      '0 (not wanted) to 7 for each file; 4 for those that are left out.',
    ),
    limit('download_limit', 'bytes/s'),
    limit('upload_limit', 'bytes/s'),
    limit('max_connections', ''),
    limit('max_uploads', ''),
    {
      kind: 'property',
      name: 'flags',
      type: 'TorrentFlags',
      doc: 'Flags by name. Writing a table sets those that it names, and the others to their defaults.',
      origin: 'own',
      get: (api, L, self) => api.push(L, flagsClass, self.flags),
      set: (api, L, self, idx) => {
        self.flags = { ...(api.test(L, idx, flagsClass) ?? readFlags(api, L, idx)) }
      },
    },
    {
      kind: 'property',
      name: 'userdata',
      type: 'TorrentClientData',
      doc: 'Category and tags, copied to the torrent when it is added.',
      origin: 'porla',
      get: (api, L, self) => api.push(L, clientDataClass, self.userdata),
    },
  ],
  elsewhere: (name) => (name === 'tags' || name === 'category' ? `params.userdata.${name}` : undefined),
  text: (self) => `AddTorrentParams (${visible(self.ti?.metainfo.name ?? self.name)})`,
}

function readHash(api: Api, L: State, idx: number): InfoHash {
  if (api.lua.type(L, idx) !== LuaType.string) return api.read(L, idx, infoHashClass)
  const hash = hashOfText(readText(api.lua, L, idx))
  if (hash === undefined) throw new WrongValue('InfoHash, or 40 or 64 hex digits expected')
  return hash
}
