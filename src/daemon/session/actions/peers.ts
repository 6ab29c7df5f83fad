import type { PartialPiece, PeerInfo } from '../../../rpc/contract/peers.ts'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { joinAddress, parseAddress } from '../../engine/peer-address.ts'
import type { HostMethods } from '../../engine/protocol.ts'
import type { Session } from '../session.ts'
import { countsAsSeed, inEngine, isPaused, isSeed } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { forgetPeers } from '../transitions/private-torrent.ts'

/** The connections of a torrent, half-open ones included; none while it does not run. */
export async function peersOf(session: Session, record: TorrentRecord): Promise<PeerInfo[]> {
  // the engine may not have let go of them yet
  if (isPaused(record) || record.holds.sessionPaused) return []
  return (await askEngine(session, record, 'peerInfo')) ?? []
}

/** How many connected peers have each piece; empty before metadata and, as in libtorrent, for a seed. */
export async function availabilityOf(session: Session, record: TorrentRecord): Promise<number[]> {
  if (isSeed(record) || countsAsSeed(record)) return []
  const told = await askEngine(session, record, 'pieceAvailability')
  return told ?? new Array<number>(record.row.pieces).fill(0)
}

/** The pieces that have begun and are not verified yet; none while it does not run. */
export async function downloadQueueOf(session: Session, record: TorrentRecord): Promise<PartialPiece[]> {
  return (await askEngine(session, record, 'downloadQueue')) ?? []
}

/** What the engine says of a torrent; null when it does not have it. */
async function askEngine<M extends 'peerInfo' | 'pieceAvailability' | 'downloadQueue'>(
  session: Session,
  record: TorrentRecord,
  method: M,
): Promise<ReturnType<HostMethods[M]> | null> {
  if (!record.engine.loaded) return null
  try {
    return await session.engine.call(method, { id: record.row.v1 })
  } catch (error) {
    // A host that hung or ended while it was asked is told: what it would have said is not known.
    if (error instanceof RpcError && error.code === ErrorCode.EngineUnavailable) throw error
    // It left the engine meanwhile: nothing is connected then.
    session.log.debug(`session ${session.name}: ${record.row.v1}: ${(error as Error).message}`)
    return null
  }
}

/** Peer addresses that are kept of a torrent: the newest. */
const maxPeers = 200

/** Keeps a peer address for this and every later start of a torrent, and tries it if the torrent runs. */
export function offerPeer(session: Session, record: TorrentRecord, address: string): void {
  const sources = session.store.swarmSources(record.row.id)
  const peers = [...sources.peers.filter((peer) => peer !== address), address].slice(-maxPeers)
  session.store.saveSwarmSources(record.row.id, { ...sources, peers })
  if (!inEngine(record)) return
  session.passOn(record, 'addPeer', { id: record.row.v1, address })
}

/** Offers peers by their IP addresses. Throws InvalidValue, and then none is offered. */
export function addPeers(
  session: Session,
  record: TorrentRecord,
  peers: readonly (readonly [ip: string, port: number])[],
): void {
  const addresses = peers.map(([ip, port]) => {
    const address = joinAddress(ip, port)
    if (parseAddress(address)?.ip === true) return address
    throw new RpcError(ErrorCode.InvalidValue, `'ip' takes an IPv4 or IPv6 address, not '${ip}'`, {
      path: 'ip',
    })
  })
  for (const address of addresses) offerPeer(session, record, address)
}

/** Disconnects all peers and forgets the addresses; durable when it returns. */
export function clearPeers(session: Session, record: TorrentRecord): void {
  const { row, observed } = record
  session.store.saveSwarmSources(row.id, { ...session.store.swarmSources(row.id), peers: [] })
  if (observed) Object.assign(observed.seen, { knownPeers: 0, knownSeeds: 0, candidates: 0 })
  forgetPeers(session, record)
}
