import type { Handlers } from '../../rpc/contract/index.ts'
import type { trackerMethods } from '../../rpc/contract/trackers.ts'
import { addTracker, reannounce, replaceTrackers, trackersOf } from '../session/trackers.ts'
import type { Find } from './find.ts'

/** Handlers of the methods about a torrent's trackers. */
export function trackerHandlers(find: Find): Pick<Handlers, keyof typeof trackerMethods> {
  return {
    'torrents.trackers.list': (key) => ({ trackers: trackersOf(...find(key)) }),
    'torrents.trackers.add': ({ url, tier, ...key }) => {
      addTracker(...find(key), url, tier)
      return null
    },
    'torrents.trackers.replace': ({ trackers, ...key }) => {
      replaceTrackers(...find(key), trackers)
      return null
    },
    'torrents.trackers.reannounce': ({ seconds, tracker_index, ...key }) => {
      reannounce(...find(key), {
        ...(seconds !== undefined && { seconds }),
        ...(tracker_index !== undefined && { tracker_index }),
      })
      return null
    },
  }
}
