import { isAbsolute } from 'node:path'
import type { Handlers } from '../../rpc/contract/index.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import { adoptAll } from '../session/repair/adopt.ts'
import { putBack } from '../session/repair/put-back.ts'
import type { Sessions } from '../session/sessions.ts'
import { backUp } from '../state/backup.ts'
import type { Store } from '../state/store.ts'

/** Handlers about the state file. */
export function stateHandlers(
  store: Store,
  sessions: Sessions,
): Pick<Handlers, 'daemon.backup' | 'daemon.repair'> {
  return {
    'daemon.repair': ({ forget = false }) => {
      const back = putBack(store, { forget })
      adoptAll(sessions, back)
      return { done: back.done, left: back.left }
    },
    'daemon.backup': ({ path }) => {
      if (!isAbsolute(path)) {
        throw new RpcError(ErrorCode.InvalidValue, `the path of a backup must be absolute; it is '${path}'`)
      }
      if (path.includes('\0')) {
        throw new RpcError(ErrorCode.InvalidValue, 'the path of a backup must not contain a NUL byte')
      }
      return backUp(store.path, path)
    },
  }
}
