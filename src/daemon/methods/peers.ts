import type { Handlers, Params } from '../../rpc/contract/index.ts'
import type { peerMethods } from '../../rpc/contract/peers.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import { addPeers, availabilityOf, clearPeers, peersOf } from '../session/actions/peers.ts'
import type { Find } from './find.ts'

/** Handlers of the methods about the peers of a torrent and what they have. */
export function peerHandlers(find: Find): Pick<Handlers, keyof typeof peerMethods> {
  return {
    'torrents.peers.list': async (key) => {
      const peers = await peersOf(...find(key))
      return { peers: peers.map((peer) => ({ ...peer, ip: [peer.address, peer.port] })) }
    },
    'torrents.peers.add': (params) => {
      addPeers(...find(params), givenPeers(params))
      return null
    },
    'torrents.peers.clear': (key) => {
      clearPeers(...find(key))
      return null
    },
    'torrents.pieces.availability': async (key) => ({ availability: await availabilityOf(...find(key)) }),
  }
}

/** `ip` and `port`, or `peers`. Throws InvalidParams. */
function givenPeers({
  ip,
  port,
  peers,
}: Params<'torrents.peers.add'>): readonly [ip: string, port: number][] {
  const refused = (path: string, why: string) =>
    new RpcError(ErrorCode.InvalidParams, `torrents.peers.add: ${why}`, { path })
  if (peers !== undefined) {
    if (ip !== undefined || port !== undefined)
      throw refused('peers', "give 'ip' and 'port', or 'peers', not both")
    return peers
  }
  if (ip === undefined) throw refused('ip', "'ip' is missing, or 'peers'")
  if (port === undefined) throw refused('port', "'port' is missing")
  return [[ip, port]]
}
