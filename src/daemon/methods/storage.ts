import type { Handlers } from '../../rpc/contract/index.ts'
import type { storageMethods } from '../../rpc/contract/storage.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import { moveTorrent } from '../session/actions/move-storage.ts'
import type { Find } from './find.ts'

/** Handlers of the methods about where files are. */
export function storageHandlers(find: Find): Pick<Handlers, keyof typeof storageMethods> {
  return {
    'torrents.move': ({ path, flags, ...key }) => {
      if (flags !== undefined && flags !== 'always_replace_files') throw otherMove(flags)
      moveTorrent(...find(key), path)
      return null
    },
  }
}

function otherMove(flags: string): RpcError {
  const text = `torrents.move: 'flags' is '${flags}', but files of the same names are always replaced (always_replace_files)`
  return new RpcError(ErrorCode.InvalidValue, `${text}; look for such files before`, { path: 'flags' })
}
