import { bytes, rate, text } from './field.ts'

/** The fields of a connection of a torrent. */
export const peerDocs = {
  client: text('Name and version of its program, as far as it tells; "" before the handshake.'),
  progress: text('Share of the pieces that it has, 0 to 1.'),
  down_speed: rate('What comes from it, protocol included.'),
  up_speed: rate('What goes to it, protocol included.'),
  total_download: bytes('Piece data that came from it.'),
  total_upload: bytes('Piece data that went to it.'),
  download_queue_length: text('Blocks that it was asked for and has not sent.'),
  busy_requests: text('Of these, blocks that another peer was asked for as well.'),
  rtt: { doc: 'Time that connecting to it took; 0 for a peer that called us.', unit: 'ms' },
  last_active: { doc: 'Time since anything came from it or went to it.', unit: 'ns' },
  last_request: {
    doc: 'Time since it was last asked for a block; before the first, since it connected.',
    unit: 'ns',
  },
  download_queue_time: {
    doc: 'Time until it has sent what it was asked for, at its speed of now.',
    unit: 'ns',
  },
  flags: text(
    'Bits, as `flags & 1 << n`: 0 we are interested, 1 we choke it, 2 it is interested, 3 it chokes us, 4 it knows ' +
      'extensions, 5 we called it, 6 handshake under way, 7 connecting, 9 had a part in a bad piece, 10 seed, 11 ' +
      'optimistic unchoke, 12 snubbed (did not send in time, see `piece_timeout` and `request_timeout`), 13 upload ' +
      'only, 17 uTP, 19 encrypted (RC4), 20 plain after an encrypted handshake. Never set, for want of such a thing ' +
      'here: 14 end game, 15 hole punched, 16 I2P, 18 SSL.',
  ),
  source: text(
    'Where its address came from, as a sum: 1 tracker, 2 DHT, 4 other peers (PEX), 8 local network, 16 known from ' +
      'before the torrent started, 32 it called us. 0 for one that was offered by hand.',
  ),
  connection_type: text('1 BitTorrent, 2 web seed.'),
  address: text('IP address; of a web seed its url.'),
  port: text('Port; 0 for a web seed and over WebRTC.'),
  peer_id: text('40 hex digits; "" before the handshake.'),
}
