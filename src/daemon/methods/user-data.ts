import type { Handlers } from '../../rpc/contract/index.ts'
import type { userDataMethods } from '../../rpc/contract/user-data.ts'
import { updateUserData, userData } from '../session/actions/user-data.ts'
import type { Find } from './find.ts'

/** Handlers of the methods about category and tags. */
export function userDataHandlers(find: Find): Pick<Handlers, keyof typeof userDataMethods> {
  return {
    'torrents.userdata.get': (key) => userData(find(key)[1]),
    'torrents.userdata.update': (params) => updateUserData(...find(params), params),
  }
}
