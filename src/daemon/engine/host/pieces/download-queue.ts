import type { Torrent } from 'webtorrent'
import type { PartialPiece } from '../../../../rpc/contract/peers.ts'
import { peerName } from '../peers/peer-info.ts'
import type { TorrentState } from '../torrent-state.ts'

/** What one request asks for, bytes. */
const blockLength = 16384

type Block = PartialPiece['blocks'][number]

/** The pieces of which a block has come or was asked for, as libtorrent's get_download_queue tells them. */
export function downloadQueue(torrent: Torrent, { partial }: TorrentState): PartialPiece[] {
  if (torrent.destroyed || partial === null) return []
  const asked = requests(torrent)
  return partial().map(({ index, hasBlock }) => {
    const piece = torrent.pieces[index]!
    const blocks = Array.from({ length: Math.ceil(piece.length / blockLength) }, (_, i): Block => {
      const block_size = Math.min(blockLength, piece.length - i * blockLength)
      const peers = asked.get(index)?.get(i) ?? []
      // a piece is hashed and written as a whole, once all of it is there
      const state = piece._flushed
        ? 'writing'
        : hasBlock(i)
          ? 'finished'
          : peers.length > 0
            ? 'requested'
            : 'none'
      const bytes_progress = hasBlock(i) ? block_size : 0
      return { state, block_size, bytes_progress, num_peers: peers.length, peer: peers[0] ?? '' }
    })
    const count = (state: Block['state']) => blocks.filter((block) => block.state === state).length
    return {
      piece_index: index,
      blocks_in_piece: blocks.length,
      finished: count('finished'),
      writing: count('writing'),
      requested: count('requested'),
      blocks,
    }
  })
}

/** Piece -> block -> the peers that were asked for it. */
function requests(torrent: Torrent): Map<number, Map<number, string[]>> {
  const asked = new Map<number, Map<number, string[]>>()
  for (const peer of torrent._peers?.values() ?? []) {
    for (const { piece, offset, length } of peer.wire?.requests ?? []) {
      const blocks = asked.get(piece) ?? new Map<number, string[]>()
      asked.set(piece, blocks)
      // a web seed is asked for several at once
      for (let block = Math.floor(offset / blockLength); block * blockLength < offset + length; block++) {
        blocks.set(block, [...(blocks.get(block) ?? []), peerName(peer)])
      }
    }
  }
  return asked
}
