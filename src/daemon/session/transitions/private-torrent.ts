import type { Session } from '../session.ts'
import { inEngine } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { trackerSource } from '../torrent/swarm-sources.ts'

/** Says that a private torrent took nothing, if there was something to be taken. */
export function leaveOut(session: Session, { row }: TorrentRecord, news: boolean): string[] {
  if (!news) return []
  const words =
    `${row.name || row.v1} is private: trackers, web seeds and peers from elsewhere are left out. ` +
    'What belongs to it is added with add_tracker, add_url_seed and connect_peer'
  session.log.warning(`session ${session.name}: ${words}`)
  return [words]
}

/**
 * The metadata that peers sent says that a torrent is private: what other links of the same hash brought is dropped, and
 * a tracker stays that a script added as well. To be called before the metadata is kept.
 */
export function dropLater(session: Session, record: TorrentRecord): void {
  const { id } = record.row
  const { later, ...sources } = session.store.swarmSources(id)
  if (later === undefined) return
  const strange = new Set(later.trackers)
  session.store.saveSwarmSources(id, {
    ...sources,
    trackers: sources.trackers.filter(
      ({ url, source = 0 }) => !strange.has(url) || (source & trackerSource.client) !== 0,
    ),
    webSeeds: sources.webSeeds.filter((url) => !later.webSeeds.includes(url)),
    peers: sources.peers.filter((peer) => !later.peers.includes(peer)),
  })
  leaveOut(session, record, true)
  if (later.peers.length > 0) forgetPeers(session, record, later.peers)
  session.optionsChanged(record)
}

/** Lets go of peers: those that are named, or all. */
export function forgetPeers(session: Session, record: TorrentRecord, addresses?: string[]): void {
  const gone = ({ address }: { address: string }) => addresses === undefined || addresses.includes(address)
  if (record.observed) record.observed.knownPeers = record.observed.knownPeers.filter((peer) => !gone(peer))
  if (!inEngine(record)) return
  session.passOn(record, 'clearPeers', { id: record.row.v1, ...(addresses && { addresses }) })
}
