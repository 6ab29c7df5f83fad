import { MetainfoError } from '../../../../metainfo/index.ts'
import { LuaError } from '../../vm/errors.ts'
import type { Api } from '../describe.ts'
import { type TorrentInfoValue, torrentInfoOf } from './torrent-info.ts'
import { keyOf, type TorrentRef } from './torrent-ref.ts'

/** What the torrent file of a torrent says; undefined before its metadata is there. */
export function fetchTorrentInfo(api: Api, torrent: TorrentRef): TorrentInfoValue | undefined {
  const { ti } = api.call('torrents.metadata.get', keyOf(torrent))
  if (ti === null) return undefined
  try {
    return torrentInfoOf(Buffer.from(ti, 'base64'))
  } catch (error) {
    if (error instanceof MetainfoError)
      throw new LuaError(`the daemon's torrent file is broken: ${error.message}`)
    throw error
  }
}
