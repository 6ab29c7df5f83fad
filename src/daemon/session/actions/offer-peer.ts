import type { Session } from '../session.ts'
import type { TorrentRecord } from '../torrent/record.ts'

/** Peer addresses that are kept of a torrent: the newest. */
const maxPeers = 200

/** Keeps a peer address for this and every later start of a torrent, and tries it if the torrent runs. */
export function offerPeer(session: Session, record: TorrentRecord, address: string): void {
  const hints = session.store.hints(record.row.id)
  const peers = [...hints.peers.filter((peer) => peer !== address), address].slice(-maxPeers)
  session.store.saveHints(record.row.id, { ...hints, peers })
  if (!record.loaded && !record.busy) return
  session.engine.addPeer(record.row.v1, address).catch((error: Error) => {
    // The engine went away or let the torrent go: the next load brings the peer.
    session.log.debug(`session ${session.name}: peer ${address}: ${error.message}`)
  })
}
