import { type Static, Type } from 'typebox'
import { method, nothing, object } from './method.ts'
import { Count, torrentKey } from './types.ts'

const whole = (what: string) => Type.Integer({ description: what })

/** One connection of a torrent, half-open ones included; names, units and meaning are libtorrent's peer_info. */
export const PeerInfo = object({
  address: Type.String({ description: 'IP address of the peer; of a web seed its url' }),
  port: Type.Integer({ minimum: 0, maximum: 65535, description: '0 for a web seed and over WebRTC' }),
  peer_id: Type.String({ description: 'as 40 hex digits, "" before the handshake' }),
  client: Type.String({ description: 'name and version of its program, as far as it tells, else ""' }),
  progress: Type.Number({ description: '0..1: share of the pieces that it has' }),
  down_speed: whole('bytes/s that come from it, protocol included'),
  up_speed: whole('bytes/s that go to it, protocol included'),
  total_download: whole('bytes of piece data that came from it'),
  total_upload: whole('bytes of piece data that went to it'),
  download_queue_length: whole('blocks that it was asked for and has not sent'),
  busy_requests: whole('of these, blocks that another peer was asked for as well'),
  rtt: whole('milliseconds that connecting to it took; 0 for one that called us'),
  last_active: whole('nanoseconds since anything came from it or went to it'),
  last_request: whole('nanoseconds since it was last asked for a block; before the first since it connected'),
  download_queue_time: whole('nanoseconds until it has sent what it was asked for, at its speed of now'),
  flags: whole("libtorrent's bits; see the Lua class PeerInfo"),
  source: whole('bits: 1 tracker, 2 DHT, 4 PEX, 8 local network, 16 kept from before, 32 it called us'),
  connection_type: whole('1 BitTorrent, 2 web seed'),
})
export type PeerInfo = Static<typeof PeerInfo>

/** What a block of a piece is waiting for: libtorrent's block_info::block_state_t by name. */
export const blockStates = ['none', 'requested', 'writing', 'finished'] as const

/** A piece that has begun; names and meaning are libtorrent's partial_piece_info. */
export const PartialPiece = object({
  piece_index: Count,
  blocks_in_piece: whole('how many there are'),
  finished: whole('blocks that have come'),
  writing: whole('blocks that wait to be hashed and written, with the rest of their piece'),
  requested: whole('blocks that somebody was asked for'),
  blocks: Type.Array(
    object({
      state: Type.Enum(blockStates),
      block_size: whole('bytes'),
      bytes_progress: whole('bytes that have come; blocks count when they are complete'),
      num_peers: whole('peers that were asked for it'),
      peer: Type.String({ description: 'address and port of one of them, the url of a web seed, or ""' }),
    }),
    { description: 'in order' },
  ),
})
export type PartialPiece = Static<typeof PartialPiece>

/** Methods about the peers of a torrent and what they have. */
export const peerMethods = {
  'torrents.peers.list': method({
    params: object(torrentKey),
    result: object({
      peers: Type.Array(
        object({
          ...PeerInfo.properties,
          ip: Type.Tuple([Type.String(), Type.Integer()], { description: 'address and port' }),
        }),
      ),
    }),
    changes: false,
    doc: 'Lists the connections of a torrent, half-open ones and web seeds included; none while it does not run.',
  }),
  'torrents.peers.add': method({
    params: object({
      ...torrentKey,
      ip: Type.Optional(Type.String()),
      port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
      peers: Type.Optional(
        Type.Array(Type.Tuple([Type.String(), Type.Integer({ minimum: 1, maximum: 65535 })]), {
          description: 'several in place of `ip` and `port`, each [ip, port]',
        }),
      ),
    }),
    result: nothing,
    changes: true,
    doc: 'Offers one or several peer addresses to a torrent; they are kept until the torrent runs.',
  }),
  'torrents.peers.clear': method({
    params: object(torrentKey),
    result: nothing,
    changes: true,
    doc: 'Disconnects all peers of a torrent and forgets the known addresses.',
  }),
  'torrents.pieces.availability': method({
    params: object(torrentKey),
    result: object({
      availability: Type.Array(Count, { description: 'for each piece how many connected peers have it' }),
    }),
    changes: false,
    doc: 'Returns how many connected peers have each piece; none before metadata.',
  }),
}
