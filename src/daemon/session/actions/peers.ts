import type { PartialPiece, PeerInfo } from '../../../rpc/contract/peers.ts'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import type { Session } from '../session.ts'
import { countsAsSeed, isPaused, isSeed, type TorrentRecord } from '../torrent/record.ts'

/** The connections of a torrent, half-open ones included; none while it does not run. */
export async function peersOf(session: Session, record: TorrentRecord): Promise<PeerInfo[]> {
  // the engine may not have let go of them yet
  if (isPaused(record) || record.halted) return []
  return (await askEngine(session, record, () => session.engine.peerInfo(record.row.v1))) ?? []
}

/** How many connected peers have each piece; empty before metadata and, as in libtorrent, for a seed. */
export async function availabilityOf(session: Session, record: TorrentRecord): Promise<number[]> {
  if (isSeed(record) || countsAsSeed(record)) return []
  const told = await askEngine(session, record, () => session.engine.pieceAvailability(record.row.v1))
  return told ?? new Array<number>(record.row.pieces).fill(0)
}

/** The pieces that have begun and are not verified yet; none while it does not run. */
export async function downloadQueueOf(session: Session, record: TorrentRecord): Promise<PartialPiece[]> {
  return (await askEngine(session, record, () => session.engine.downloadQueue(record.row.v1))) ?? []
}

/** What the engine says of a torrent; null when it does not have it. */
export async function askEngine<T>(
  session: Session,
  record: TorrentRecord,
  ask: () => Promise<T>,
): Promise<T | null> {
  if (!record.loaded) return null
  try {
    return await ask()
  } catch (error) {
    // A host that hung or ended while it was asked is told: what it would have said is not known.
    if (error instanceof RpcError && error.code === ErrorCode.EngineUnavailable) throw error
    // It left the engine meanwhile: nothing is connected then.
    session.log.debug(`session ${session.name}: ${record.row.v1}: ${(error as Error).message}`)
    return null
  }
}
