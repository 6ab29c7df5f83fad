import { parseMagnet } from '../../../../metainfo/index.ts'
import type { Params } from '../../../../rpc/contract/index.ts'
import type { InfoHash } from '../../../../rpc/contract/types.ts'
import type { Api } from '../describe.ts'
import { absolutePath } from '../paths.ts'
import type { FlagChanges } from './flags.ts'
import { noHash } from './info-hash.ts'
import type { TorrentInfoValue } from './torrent-info.ts'
import { newUserData, readUserData, type UserDataValue } from './user-data.ts'

/** How a torrent is to be added; names and meaning are libtorrent's add_torrent_params. */
export interface ParamsValue {
  ti: TorrentInfoValue | undefined
  info_hash: InfoHash
  save_path: string
  name: string
  trackers: string[]
  tracker_tiers: number[]
  trackerid: string
  url_seeds: string[]
  peers: string[]
  file_priorities: number[]
  download_limit: number
  upload_limit: number
  max_connections: number
  max_uploads: number
  flags: FlagChanges
  userdata: UserDataValue
}

/** Parameters as libtorrent has them at first. */
export function newParams(): ParamsValue {
  return {
    ti: undefined,
    info_hash: noHash,
    save_path: '',
    name: '',
    trackers: [],
    tracker_tiers: [],
    trackerid: '',
    url_seeds: [],
    peers: [],
    file_priorities: [],
    download_limit: -1,
    upload_limit: -1,
    max_connections: -1,
    max_uploads: -1,
    flags: {},
    userdata: newUserData(),
  }
}

/** What a magnet link says. Throws MetainfoError. */
export function paramsOfMagnet(uri: string): ParamsValue {
  const magnet = parseMagnet(uri)
  return {
    ...newParams(),
    info_hash: magnet.infoHash,
    name: magnet.name,
    trackers: magnet.trackers.map(({ url }) => url),
    tracker_tiers: magnet.trackers.map(({ tier }) => tier),
    url_seeds: magnet.webSeeds,
    peers: magnet.peers,
    file_priorities: magnet.filePriorities ?? [],
    // As libtorrent: files that a selection (BEP 53) leaves out are not wanted.
    flags: magnet.filePriorities ? { default_dont_download: true } : {},
  }
}

/** The parameters as a request. What the script has left alone is left out: there the daemon's defaults count. */
export function requestOf(api: Api, session: string, p: ParamsValue): Params<'torrents.add'> {
  const { category, tags } = readUserData(api, p.userdata)
  const bytes = p.ti?.bytes
  return {
    session,
    save_path: absolutePath(api, p.save_path),
    ...(bytes && { ti: Buffer.from(bytes).toString('base64') }),
    // Beside the metadata a hash has to be that of the metadata, so none is sent when the script has set none.
    ...(!(bytes && p.info_hash.every((hash) => !hash)) && {
      info_hash: (!bytes && p.ti?.hash) || p.info_hash,
    }),
    ...(p.name && { name: p.name }),
    ...(p.trackers.length > 0 && { trackers: p.trackers }),
    ...(p.trackers.length > 0 && p.tracker_tiers.length > 0 && { tracker_tiers: p.tracker_tiers }),
    ...(p.trackerid && { trackerid: p.trackerid }),
    ...(p.url_seeds.length > 0 && { url_seeds: p.url_seeds }),
    ...(p.peers.length > 0 && { peers: p.peers }),
    ...(p.file_priorities.length > 0 && { file_priorities: p.file_priorities }),
    ...(p.download_limit > 0 && { download_limit: p.download_limit }),
    ...(p.upload_limit > 0 && { upload_limit: p.upload_limit }),
    ...(p.max_connections > 0 && { max_connections: p.max_connections }),
    ...(p.max_uploads > 0 && { max_uploads: p.max_uploads }),
    ...(Object.keys(p.flags).length > 0 && { flags: p.flags }),
    ...(category !== null && { category }),
    ...(tags.length > 0 && { tags }),
  }
}
