import type { TorrentStatus } from '../../../../rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../../../../rpc/errors.ts'
import type { Api } from '../describe.ts'
import { keyOf, torrentId } from '../values/torrent-ref.ts'
import type { UserData } from '../values/user-data.ts'
import { changesOf } from './changes.ts'
import { askPage, type HandleValue, Question } from './handle-value.ts'

/** Category and tags as they are: from the page, or from the daemon. */
export function currentUserData(api: Api, handle: HandleValue): UserData {
  const answer = askPage(api, handle, Question.userData)
  if (answer) {
    answer.page.learned.add('category').add('tags')
    const { category, tags } = answer.data
    if (category !== undefined && tags && !api.shared(changesOf).relabelled(torrentId(handle.torrent)))
      return { category, tags }
  }
  return api.call('torrents.userdata.get', keyOf(handle.torrent))
}

/** The status as the daemon has it now. */
export function currentStatus(api: Api, handle: HandleValue): TorrentStatus {
  return api.call('torrents.status', keyOf(handle.torrent))
}

/** The full hash of the torrent, null when it is gone. */
export function findHash(api: Api, handle: HandleValue): TorrentStatus['info_hash'] | null {
  try {
    return api.call('torrents.find', keyOf(handle.torrent)).info_hash
  } catch (error) {
    if (error instanceof RpcError && error.code === ErrorCode.UnknownSession) return null
    throw error
  }
}
