import { parseTorrent } from '../../../metainfo/index.ts'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { FilesState, type SwarmSources } from '../../state/rows.ts'
import type { Session } from '../session.ts'
import { hasMetadata } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { mergeTrackers, trackerSource, unique } from '../torrent/swarm-sources.ts'
import { firstLook } from '../transitions/first-look.ts'
import { learnMetadata } from '../transitions/metadata.ts'
import { forgetPeers, leaveOut } from '../transitions/private-torrent.ts'
import type { AddRequest } from './add-request.ts'
import { offerPeer } from './peers.ts'

/**
 * Takes what is new in a request to add a torrent that is there already: its trackers, web seeds and peers, and the
 * metadata if it had none. A private torrent takes nothing (BEP 27: it may talk to its own trackers only); answers with
 * warnings for the user. Throws InvalidTorrent when the request is for another torrent, by its v2 hash.
 */
export function merge(session: Session, record: TorrentRecord, request: AddRequest): string[] {
  checkHash(record, request)
  const sources = session.store.swarmSources(record.row.id)
  const merged = mergedSources(sources, request.swarmSources)
  const { metainfo, torrentFile } = request
  const learns = metainfo !== null && torrentFile !== null && !hasMetadata(record)
  if (isPrivate(session, record)) return leaveOut(session, record, bringsNews(sources, merged))
  if (learns && metainfo.private) {
    const warnings = leaveOut(session, record, bringsNews(request.swarmSources, merged))
    session.store.saveSwarmSources(record.row.id, ownSources(sources, request.swarmSources))
    forgetPeers(session, record)
    learn(session, record, request)
    return warnings
  }
  if (bringsNews(sources, merged)) {
    session.store.saveSwarmSources(
      record.row.id,
      hasMetadata(record) ? merged : { ...merged, later: laterOf(sources, merged) },
    )
    session.optionsChanged(record)
  }
  for (const peer of request.swarmSources.peers) offerPeer(session, record, peer)
  if (request.v2 !== null && record.row.v2 === null) learnV2(session, record, request.v2)
  if (learns) learn(session, record, request)
  session.touch(record)
  return []
}

/** Two torrents cannot share a v1 hash; a link may name a second hash that is not the torrent's, by error or on purpose. */
function checkHash({ row }: TorrentRecord, { v1, v2, metainfo }: AddRequest): void {
  const known = row.v2 !== null || row.pieceLength > 0
  const told = v2 !== null || metainfo !== null
  if (!known || !told || row.v2 === v2) return
  const there = row.v2 === null ? 'has no v2 hash' : `has the v2 hash ${row.v2}`
  throw new RpcError(
    ErrorCode.InvalidTorrent,
    `mismatching info-hash: the torrent ${v1} that is there ${there}, this one ${v2 === null ? 'has none' : v2}`,
  )
}

function isPrivate(session: Session, record: TorrentRecord): boolean {
  const file = hasMetadata(record) ? session.torrentFile(record) : null
  return file !== null && parseTorrent(file).private
}

function mergedSources(sources: SwarmSources, more: SwarmSources): SwarmSources {
  return {
    ...sources,
    trackers: mergeTrackers(sources.trackers, more.trackers),
    webSeeds: unique([...sources.webSeeds, ...more.webSeeds]),
    peers: unique([...sources.peers, ...more.peers]),
  }
}

/** Whether more is known after a merge. */
function bringsNews(sources: SwarmSources, merged: SwarmSources): boolean {
  return (['trackers', 'webSeeds', 'peers'] as const).some(
    (name) => merged[name].length > sources[name].length,
  )
}

/** Of a magnet link whose file came, and is private: what the file says, and the trackers that a script added. */
function ownSources(sources: SwarmSources, file: SwarmSources): SwarmSources {
  const added = sources.trackers.filter(({ source = 0 }) => (source & trackerSource.client) !== 0)
  return {
    ...file,
    trackers: mergeTrackers(file.trackers, added),
    trackerId: file.trackerId || sources.trackerId,
  }
}

/** What did not come with the link that a torrent without metadata was added by. */
function laterOf(sources: SwarmSources, merged: SwarmSources): Required<SwarmSources>['later'] {
  const before = new Set(sources.trackers.map(({ url }) => url))
  const news = (name: 'webSeeds' | 'peers') => merged[name].filter((one) => !sources[name].includes(one))
  const { later = { trackers: [], webSeeds: [], peers: [] } } = sources
  return {
    trackers: [...later.trackers, ...merged.trackers.map(({ url }) => url).filter((url) => !before.has(url))],
    webSeeds: [...later.webSeeds, ...news('webSeeds')],
    peers: [...later.peers, ...news('peers')],
  }
}

function learn(session: Session, record: TorrentRecord, { metainfo, torrentFile }: AddRequest): void {
  if (metainfo === null || torrentFile === null) return
  learnMetadata(session, record, { metainfo, torrentFile, files: FilesState.unseen })
  // What the engine has is a magnet.
  firstLook(session, record, metainfo)
  session.reload(record, 'continue')
}

/** A second link names the v2 hash as well: metadata has to fit it from now on. */
function learnV2(session: Session, record: TorrentRecord, v2: string): void {
  session.change(record, { v2 })
  session.records.learnV2(record)
  session.reload(record, 'continue')
}
