import { makeMagnetUri } from '../../../metainfo/index.ts'
import type { Session } from '../session.ts'
import { infoHashOf, type TorrentRecord } from '../torrent/record.ts'
import { trackersOf } from './trackers.ts'
import { urlSeeds } from './url-seeds.ts'

/** A magnet link of a torrent, with the trackers in the order in which they are asked. Throws StateError. */
export function magnetUriOf(session: Session, record: TorrentRecord): string {
  return makeMagnetUri({
    infoHash: infoHashOf(record),
    name: record.row.name,
    trackers: trackersOf(session, record).map(({ url }) => url),
    webSeeds: urlSeeds(session, record),
  })
}
