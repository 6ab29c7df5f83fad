import type { PeerInfo } from '../../../../rpc/contract/peers.ts'
import type { ApiClass, Origin, PropertyMember } from '../describe.ts'

type Name = keyof PeerInfo

const rows: readonly [name: Name, type: 'string' | 'integer' | 'number', doc: string, unit?: string][] = [
  ['client', 'string', 'Name and version of its program, as far as it tells; "" before the handshake.'],
  ['progress', 'number', 'Share of the pieces that it has, 0 to 1.'],
  ['down_speed', 'integer', 'What comes from it, protocol included.', 'bytes/s'],
  ['up_speed', 'integer', 'What goes to it, protocol included.', 'bytes/s'],
  ['total_download', 'integer', 'Piece data that came from it.', 'bytes'],
  ['total_upload', 'integer', 'Piece data that went to it.', 'bytes'],
  ['download_queue_length', 'integer', 'Blocks that it was asked for and has not sent.'],
  ['busy_requests', 'integer', 'Of these, blocks that another peer was asked for as well.'],
  ['rtt', 'integer', 'Time that connecting to it took; 0 for a peer that called us.', 'ms'],
  ['last_active', 'integer', 'Time since anything came from it or went to it.', 'ns'],
  [
    'last_request',
    'integer',
    'Time since it was last asked for a block; before the first, since it connected.',
    'ns',
  ],
  [
    'download_queue_time',
    'integer',
    'Time until it has sent what it was asked for, at its speed of now.',
    'ns',
  ],
  [
    'flags',
    'integer',
    'Bits, as `flags & 1 << n`: 0 we are interested, 1 we choke it, 2 it is interested, 3 it chokes us, 4 it knows ' +
      'extensions, 5 we called it, 6 handshake under way, 7 connecting, 9 had a part in a bad piece, 10 seed, 11 ' +
      'optimistic unchoke, 12 snubbed (did not send in time, see `piece_timeout` and `request_timeout`), 13 upload only, 17 uTP, 19 encrypted (RC4), 20 plain ' +
      'after an encrypted handshake. Never set, for want of such a thing here: 14 end game, 15 hole punched, 16 I2P, ' +
      '18 SSL.',
  ],
  [
    'source',
    'integer',
    'Where its address came from, bits: 0 tracker, 1 DHT, 2 other peers (PEX), 3 local network, 4 known from before ' +
      'the torrent started, 5 it called us. 0 for one that `connect_peer` named.',
  ],
  ['connection_type', 'integer', 'Bits: 0 BitTorrent, 1 web seed.'],
  ['address', 'string', 'IP address; of a web seed its url.'],
  ['port', 'integer', 'Port; 0 for a web seed and over WebRTC.'],
  ['peer_id', 'string', '40 hex digits; "" before the handshake.'],
]

const own: readonly Name[] = ['address', 'port', 'peer_id']

export const peerInfoClass: ApiClass<PeerInfo> = {
  name: 'PeerInfo',
  doc: 'A connection of a torrent, as it was when it was asked for.',
  origin: 'porla',
  members: rows.map(([name, type, doc, unit]): PropertyMember<PeerInfo> => {
    const origin: Origin = own.includes(name) ? 'own' : 'porla'
    return {
      kind: 'property',
      name,
      type,
      doc,
      ...(unit !== undefined && { unit }),
      origin,
      get: ({ lua }, L, self) => {
        const value = self[name]
        if (typeof value === 'string') lua.pushText(L, value)
        else if (type === 'number') lua.pushNumber(L, value)
        else lua.pushInteger(L, value)
      },
    }
  }),
  text: ({ address, port }) => `PeerInfo (${address}:${port})`,
}
