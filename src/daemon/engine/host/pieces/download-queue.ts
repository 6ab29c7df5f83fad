import type { Torrent, Wire } from 'webtorrent'
import type { PartialPiece } from '../../../../rpc/contract/peers.ts'
import { peerName } from '../peers/peer-info.ts'
import { type Asked, type BegunPiece, BlockState } from './begun-piece.ts'

type Block = PartialPiece['blocks'][number]

/** The pieces of which a block has come or was asked for, as libtorrent's get_download_queue tells them. */
export function downloadQueue(torrent: Torrent, begun: Iterable<BegunPiece>): PartialPiece[] {
  if (torrent.destroyed) return []
  const names = new Map<Wire, string>()
  for (const peer of torrent._peers?.values() ?? [])
    if (peer.wire !== null) names.set(peer.wire, peerName(peer))
  return Array.from(begun, (piece) => {
    const blocks = Array.from({ length: piece.blocks }, (_, i) => blockOf(piece, i, names))
    const count = (state: Block['state']) => blocks.filter((block) => block.state === state).length
    return {
      piece_index: piece.index,
      blocks_in_piece: blocks.length,
      finished: count('finished'),
      writing: count('writing'),
      requested: count('requested'),
      blocks,
    }
  })
}

function blockOf(piece: BegunPiece, block: number, names: ReadonlyMap<Wire, string>): Block {
  const came = piece.state(block) === BlockState.received
  const size = piece.sizeOf(block)
  const asked = piece.requests(block)
  const [first] = asked
  return {
    // a piece counts once all of it is hashed and written
    state: piece.complete ? 'writing' : came ? 'finished' : asked.length > 0 ? 'requested' : 'none',
    block_size: size,
    bytes_progress: came ? size : 0,
    num_peers: asked.length,
    peer: first === undefined ? '' : (names.get(wireOf(first.owner)) ?? ''),
  }
}

function wireOf(asked: Asked): Wire {
  return (asked as { wire: Wire }).wire
}
