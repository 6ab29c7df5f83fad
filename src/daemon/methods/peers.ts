import type { Handlers } from '../../rpc/contract/index.ts'
import type { peerMethods } from '../../rpc/contract/peers.ts'
import type { InfoHashParam } from '../../rpc/contract/types.ts'
import { availabilityOf, peersOf } from '../session/peers.ts'
import type { TorrentRecord } from '../session/record.ts'
import type { Session } from '../session/session.ts'

/** Looks up what a handle names; throws UnknownSession or InvalidTorrentHandle. */
type Find = (key: { session: string; info_hash: InfoHashParam }) => [Session, TorrentRecord]

/** Handlers of the methods about the peers of a torrent and what they have. */
export function peerHandlers(find: Find): Pick<Handlers, keyof typeof peerMethods> {
  return {
    'torrents.peers.list': async (key) => ({ peers: await peersOf(...find(key)) }),
    'torrents.pieces.availability': async (key) => ({ availability: await availabilityOf(...find(key)) }),
  }
}
