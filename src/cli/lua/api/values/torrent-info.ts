import { readFileSync, statSync } from 'node:fs'
import { type Metainfo, MetainfoError, makeMagnetUri, parseTorrent } from '../../../../metainfo/index.ts'
import { visible } from '../../../../program/visible.ts'
import type { InfoHash } from '../../../../rpc/contract/types.ts'
import { maxLineBytes } from '../../../../rpc/protocol.ts'
import { systemFailure } from '../../stdlib/errno.ts'
import { pathOf } from '../../stdlib/names.ts'
import type { State } from '../../vm/c-api.ts'
import { pushJson, pushList, pushNilAndMessage } from '../convert.ts'
import type { Api, ApiClass, MethodMember } from '../describe.ts'
import { checkPlace } from '../paths.ts'
import { announceEntryClass, sourceTorrentFile } from './announce-entry.ts'
import { fileStorageClass } from './file-storage.ts'
import { infoHashClass } from './info-hash.ts'

/** What a torrent file says. `bytes` is the whole file; null, as `metainfo`, before the metadata of a magnet. */
export interface TorrentInfoValue {
  hash: InfoHash
  bytes: Uint8Array | null
  metainfo: Pick<
    Metainfo,
    | 'name'
    | 'files'
    | 'totalSize'
    | 'pieceLength'
    | 'numPieces'
    | 'private'
    | 'comment'
    | 'creator'
    | 'creationDate'
    | 'trackers'
    | 'webSeeds'
  >
}

/** The info of a torrent whose metadata is not there yet: everything is empty but its hash. */
export function emptyTorrentInfo(hash: InfoHash): TorrentInfoValue {
  const metainfo = {
    name: '',
    files: [],
    totalSize: 0,
    pieceLength: 0,
    numPieces: 0,
    private: false,
    comment: '',
    creator: '',
    creationDate: 0,
  }
  return { hash, bytes: null, metainfo: { ...metainfo, trackers: [], webSeeds: [] } }
}

/** Throws MetainfoError. */
export function torrentInfoOf(bytes: Uint8Array): TorrentInfoValue {
  const metainfo = parseTorrent(bytes)
  return { hash: metainfo.infoHash, bytes, metainfo }
}

/** No torrent file is larger: the daemon takes what fits, in base64, into one request beside its other fields. */
const largestFile = Math.floor((maxLineBytes - 1024 * 1024) / 4) * 3

/** Throws MetainfoError for a file that is too large to be a torrent file: a film, say, is not read first. */
function readTorrentFile(path: string | Buffer): Uint8Array {
  const { size } = statSync(path)
  if (size > largestFile) {
    throw new MetainfoError(`metadata too large (${size} bytes, a torrent file has at most ${largestFile})`)
  }
  return readFileSync(path)
}

/** Pushes the object, or nil and why the bytes are no torrent. */
function pushParsed(api: Api, L: State, bytes: Uint8Array): number {
  let info: TorrentInfoValue
  try {
    info = torrentInfoOf(bytes)
  } catch (error) {
    if (!(error instanceof MetainfoError)) throw error
    return pushNilAndMessage(api.lua, L, error.message)
  }
  api.push(L, torrentInfoClass, info)
  return 1
}

type Method = MethodMember<TorrentInfoValue>
function method(
  name: string,
  result: string,
  doc: string,
  call: Method['call'],
  origin: Method['origin'] = 'seed',
): Method {
  return { kind: 'method', name, signature: `(): ${result}`, doc, origin, call }
}
function text(name: string, doc: string, of: (self: TorrentInfoValue) => string): Method {
  return method(name, 'string', doc, (api, L, self) => {
    api.lua.pushText(L, of(self))
    return 1
  })
}
function integer(
  name: string,
  doc: string,
  of: (self: TorrentInfoValue) => number,
  origin?: Method['origin'],
): Method {
  const push: Method['call'] = (api, L, self) => {
    api.lua.pushInteger(L, of(self))
    return 1
  }
  return method(name, 'integer', doc, push, origin)
}

export const torrentInfoClass: ApiClass<TorrentInfoValue> = {
  name: 'TorrentInfo',
  doc: 'What a torrent file says. Made by `from_file` and `from_buffer`, never changed.',
  origin: 'seed',
  global: true,
  operators: [
    '`pairs(info)` goes through what the methods without arguments give, but for the magnet link, as plain data.',
  ],
  isData: (name) => name !== 'make_magnet_uri',
  members: [
    {
      kind: 'static',
      name: 'from_buffer',
      signature: '(data: string): TorrentInfo?, string?',
      doc: 'Reads the bytes of a torrent file. nil and a message when they are none.',
      origin: 'seed',
      call: (api, L) => pushParsed(api, L, api.lua.checkBytes(L, 1)),
    },
    {
      kind: 'static',
      name: 'from_file',
      signature: '(path: string): TorrentInfo?, string?',
      doc: 'Reads a torrent file from disk. nil and a message when it cannot be read or is none.',
      origin: 'seed',
      call: (api, L) => {
        const path = pathOf(checkPlace(api, L, 1))
        let bytes: Uint8Array
        try {
          bytes = readTorrentFile(path)
        } catch (error) {
          const message = error instanceof MetainfoError ? error.message : systemFailure(error)?.message
          if (message === undefined) throw error
          return pushNilAndMessage(api.lua, L, message)
        }
        return pushParsed(api, L, bytes)
      },
    },
    text('comment', '"" when there is none.', (self) => self.metainfo.comment),
    integer(
      'creation_date',
      'When the file was made, in unix seconds; 0 when it does not say.',
      (self) => self.metainfo.creationDate,
      'own',
    ),
    text(
      'creator',
      'The program that made the file; "" when it does not say.',
      (self) => self.metainfo.creator,
    ),
    method(
      'files',
      'FileStorage',
      'The files.',
      (api, L, self) => {
        api.push(L, fileStorageClass, self.metainfo.files)
        return 1
      },
      'porla',
    ),
    method('info_hash', 'InfoHash', 'Both hashes, each nil when the torrent lacks it.', (api, L, self) => {
      api.push(L, infoHashClass, self.hash)
      return 1
    }),
    method(
      'make_magnet_uri',
      'string',
      "A magnet link of the torrent with its name, trackers and web seeds, as libtorrent's make_magnet_uri.",
      (api, L, self) => {
        const { name, trackers, webSeeds } = self.metainfo
        const urls = trackers.map(({ url }) => url)
        api.lua.pushText(L, makeMagnetUri({ infoHash: self.hash, name, trackers: urls, webSeeds }))
        return 1
      },
      'own',
    ),
    text('name', 'Top folder, or name of the single file.', (self) => self.metainfo.name),
    integer('num_files', 'Number of files, pad files included.', (self) => self.metainfo.files.length),
    integer('num_pieces', 'Number of pieces.', (self) => self.metainfo.numPieces),
    integer(
      'piece_length',
      'Size of a piece in bytes; the last one may be smaller.',
      (self) => self.metainfo.pieceLength,
      'own',
    ),
    method('priv', 'boolean', 'Whether the torrent is private.', (api, L, self) => {
      api.lua.pushBoolean(L, self.metainfo.private)
      return 1
    }),
    integer(
      'total_size',
      'Size of all files in bytes, pad files included.',
      (self) => self.metainfo.totalSize,
    ),
    method('trackers', 'AnnounceEntry[]', 'The trackers, sorted by tier.', (api, L, self) => {
      pushList(api.lua, L, self.metainfo.trackers, ({ url, tier }) => {
        const entry = {
          url,
          tier,
          trackerid: '',
          fail_limit: 0,
          source: sourceTorrentFile,
          verified: false,
          endpoints: [],
        }
        api.push(L, announceEntryClass, entry)
      })
      return 1
    }),
    method(
      'web_seeds',
      '{url: string, type: integer, auth: string}[]',
      'The web seeds. `type` is 0, a web server (BEP 19); `auth` is "".',
      (api, L, self) => {
        pushJson(
          api.lua,
          L,
          self.metainfo.webSeeds.map((url) => ({ url, type: 0, auth: '' })),
        )
        return 1
      },
      'own',
    ),
  ],
  text: (self) => `TorrentInfo (${visible(self.metainfo.name)})`,
}
