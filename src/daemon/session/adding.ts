import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import { FilesState } from '../state/rows.ts'
import { type Addition, mergeTrackers, newTorrentOf, unique } from './addition.ts'
import { tell } from './events.ts'
import { learnMetadata } from './metadata.ts'
import { stopWhenReady } from './observer.ts'
import { hasMetadata, newRecord, type TorrentRecord } from './record.ts'
import type { Session } from './session.ts'

/** Peer addresses that are kept of a torrent: the newest. */
const maxPeers = 200

/**
 * Adds a torrent, durably and at once; what is there already is returned, with the trackers, web seeds and peers of
 * both, and the metadata if it had none (as in libtorrent).
 */
export function addTorrent(session: Session, addition: Addition): { record: TorrentRecord; added: boolean } {
  const existing = session.records.byV1(addition.v1)
  if (existing) {
    if (addition.params.flags?.duplicate_is_error) {
      throw new RpcError(ErrorCode.InvalidTorrent, 'torrent already exists in session')
    }
    merge(session, existing, addition)
    return { record: existing, added: false }
  }
  const saved = newTorrentOf(addition, session.name, session.clock.time(), () => session.queue.newKey())
  const row = session.store.addTorrent(saved)
  const record = newRecord(row, saved.progress)
  record.blocked = session.isLeaving(row.v1)
  record.halted = session.paused
  session.records.add(record)
  if (row.queueKey !== null) session.queue.append(record)
  tell(session.events, 'torrent_added', record)
  session.look(record, addition.metainfo)
  // There is nothing to be checked before its metadata.
  if (!hasMetadata(record)) stopWhenReady(session, record)
  session.touch(record)
  return { record, added: true }
}

function merge(session: Session, record: TorrentRecord, addition: Addition): void {
  const hints = session.store.hints(record.row.id)
  const trackers = mergeTrackers(hints.trackers, addition.hints.trackers)
  const webSeeds = unique([...hints.webSeeds, ...addition.hints.webSeeds])
  const more = trackers.length > hints.trackers.length || webSeeds.length > hints.webSeeds.length
  if (more) {
    session.store.saveHints(record.row.id, { ...hints, trackers, webSeeds })
    record.stale = true
  }
  for (const peer of addition.hints.peers) offerPeer(session, record, peer)
  if (addition.metainfo && addition.torrentFile && !hasMetadata(record)) {
    const { metainfo, torrentFile } = addition
    learnMetadata(session, record, { metainfo, torrentFile, files: FilesState.unseen })
    // What the engine has is a magnet.
    if (record.loaded || record.busy) record.restart = 'continue'
    session.look(record, metainfo)
  }
  session.touch(record)
}

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
