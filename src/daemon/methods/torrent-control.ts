import type { Handlers } from '../../rpc/contract/index.ts'
import type { torrentControlMethods } from '../../rpc/contract/torrent-control.ts'
import {
  closeFiles,
  filePriorities,
  fileProgressOf,
  filesOf,
  prioritizeFiles,
} from '../session/actions/files.ts'
import { clearPeers } from '../session/actions/peers.ts'
import { propertiesOf, setProperties } from '../session/actions/properties.ts'
import { moveInQueue } from '../session/actions/queue-position.ts'
import type { Find } from './find.ts'

/** Handlers of the methods about parts of a torrent: limits and flags, files, place in the queue, peers. */
export function torrentControlHandlers(find: Find): Pick<Handlers, keyof typeof torrentControlMethods> {
  return {
    'torrents.properties.get': (key) => propertiesOf(find(key)[1]),
    'torrents.properties.set': (params) => ({ warnings: setProperties(...find(params), params) }),
    'torrents.files.list': async (key) => ({ files: await filesOf(...find(key)) }),
    'torrents.files.priorities': async (key) => ({ priorities: await filePriorities(...find(key)) }),
    'torrents.files.progress': async (key) => ({ progress: await fileProgressOf(...find(key)) }),
    'torrents.files.close': async (key) => {
      await closeFiles(...find(key))
      return null
    },
    'torrents.files.prioritize': ({ priorities, ...key }) => {
      prioritizeFiles(...find(key), priorities)
      return null
    },
    'torrents.queue.move': ({ to, ...key }) => ({ queue_position: moveInQueue(...find(key), to) }),
    'torrents.peers.clear': (key) => {
      clearPeers(...find(key))
      return null
    },
  }
}
