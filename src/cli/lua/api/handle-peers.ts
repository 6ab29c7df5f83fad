import type { MethodMember } from './describe.ts'
import { peerInfoClass } from './peer-info.ts'
import type { HandleValue } from './torrent-handle.ts'
import { keyOf } from './torrent-ref.ts'
import { pushList } from './values.ts'

/** The peers of a torrent and what they have. */
export const peerMembers: readonly MethodMember<HandleValue>[] = [
  {
    kind: 'method',
    name: 'peer_info',
    signature: '(): PeerInfo[]',
    doc: 'Its connections, half-open ones and web seeds included. Empty while it does not run.',
    origin: 'seed',
    call: (api, L, self) => {
      const { peers } = api.call('torrents.peers.list', keyOf(self.torrent))
      pushList(api.lua, L, peers, (peer) => api.push(L, peerInfoClass, peer))
      return 1
    },
  },
  {
    kind: 'method',
    name: 'piece_availability',
    signature: '(): integer[]',
    doc:
      'How many connected peers have each piece. The first item is piece 0. Empty before metadata and for a seed, ' +
      'zeros while the torrent does not run.',
    origin: 'own',
    call: (api, L, self) => {
      const { availability } = api.call('torrents.pieces.availability', keyOf(self.torrent))
      pushList(api.lua, L, availability, (count) => api.lua.pushInteger(L, count))
      return 1
    },
  },
]
