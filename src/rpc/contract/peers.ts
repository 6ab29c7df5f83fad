import { type Static, Type } from 'typebox'
import { described } from './docs/field.ts'
import { peerDocs as docs } from './docs/peer.ts'
import { method, nothing, object } from './method.ts'
import { Count, torrentKey } from './types.ts'

const whole = (what: string) => Type.Integer({ description: what })

/** One connection of a torrent, half-open ones included; names, units and meaning are libtorrent's peer_info. */
export const PeerInfo = object({
  address: Type.String({ description: described(docs.address) }),
  port: Type.Integer({ minimum: 0, maximum: 65535, description: described(docs.port) }),
  peer_id: Type.String({ description: described(docs.peer_id) }),
  client: Type.String({ description: described(docs.client) }),
  progress: Type.Number({ description: described(docs.progress) }),
  down_speed: whole(described(docs.down_speed)),
  up_speed: whole(described(docs.up_speed)),
  total_download: whole(described(docs.total_download)),
  total_upload: whole(described(docs.total_upload)),
  download_queue_length: whole(described(docs.download_queue_length)),
  busy_requests: whole(described(docs.busy_requests)),
  rtt: whole(described(docs.rtt)),
  last_active: whole(described(docs.last_active)),
  last_request: whole(described(docs.last_request)),
  download_queue_time: whole(described(docs.download_queue_time)),
  flags: whole(described(docs.flags)),
  source: whole(described(docs.source)),
  connection_type: whole(described(docs.connection_type)),
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
