import type { Handlers } from '../../rpc/contract/index.ts'
import type { peerMethods } from '../../rpc/contract/peers.ts'
import { availabilityOf, peersOf } from '../session/actions/peers.ts'
import type { Find } from './find.ts'

/** Handlers of the methods about the peers of a torrent and what they have. */
export function peerHandlers(find: Find): Pick<Handlers, keyof typeof peerMethods> {
  return {
    'torrents.peers.list': async (key) => {
      const peers = await peersOf(...find(key))
      return { peers: peers.map((peer) => ({ ...peer, ip: [peer.address, peer.port] })) }
    },
    'torrents.pieces.availability': async (key) => ({ availability: await availabilityOf(...find(key)) }),
  }
}
