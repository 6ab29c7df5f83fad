import { isIP } from 'node:net'
import type { State } from '../../../vm/c-api.ts'
import { ArgumentError } from '../../../vm/errors.ts'
import { readInteger } from '../../convert.ts'
import type { Api, MethodMember } from '../../describe.ts'
import { peerInfoClass } from '../../values/peer-info.ts'
import { keyOf } from '../../values/torrent-ref.ts'
import type { HandleValue } from '../handle-value.ts'
import { integerList, listMember } from './list-member.ts'

function checkAddress(api: Api, L: State, arg: number): string {
  const ip = api.lua.checkText(L, arg)
  if (isIP(ip) === 0) throw new ArgumentError(arg, `IP address expected, got '${ip}'`)
  return ip
}

/** Addresses of peers: one is offered, all are forgotten. */
export const addressMembers: readonly MethodMember<HandleValue>[] = [
  {
    kind: 'method',
    name: 'connect_peer',
    signature: '(ip: string, port: integer)',
    doc: 'Offers the address of a peer. It is kept until the torrent runs.',
    origin: 'own',
    call: (api, L, self) => {
      const ip = checkAddress(api, L, 2)
      const port = api.argument(3, () => readInteger(api.lua, L, 3, 1, 65535))
      api.call('torrents.peers.add', { ...keyOf(self.torrent), ip, port })
      return 0
    },
  },
  {
    kind: 'method',
    name: 'clear_peers',
    signature: '()',
    doc: 'Disconnects all peers and forgets their addresses; those who connect again are let in.',
    origin: 'seed',
    call: (api, _L, self) => {
      api.call('torrents.peers.clear', keyOf(self.torrent))
      return 0
    },
  },
]

/** The peers of a torrent and what they have. */
export const peerMembers: readonly MethodMember<HandleValue>[] = [
  listMember(
    'peer_info',
    'PeerInfo',
    'Its connections, half-open ones and web seeds included. Empty while it does not run.',
    'seed',
    (api, torrent) => api.call('torrents.peers.list', torrent).peers,
    (api, L, peer) => api.push(L, peerInfoClass, peer),
  ),
  integerList(
    'piece_availability',
    'How many connected peers have each piece. The first item is piece 0. Empty before metadata and for a seed, ' +
      'zeros while the torrent does not run.',
    'own',
    (api, torrent) => api.call('torrents.pieces.availability', torrent).availability,
  ),
]
