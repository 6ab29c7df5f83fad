import type { Handlers } from '../../rpc/contract/index.ts'
import type { trackerMethods } from '../../rpc/contract/trackers.ts'
import { addTracker, reannounce, replaceTrackers, scrape, trackersOf } from '../session/actions/trackers.ts'
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
    'torrents.trackers.reannounce': (params) => {
      reannounce(...find(params), params)
      return null
    },
    'torrents.trackers.scrape': ({ tracker_index, ...key }) => {
      scrape(...find(key), tracker_index)
      return null
    },
  }
}
