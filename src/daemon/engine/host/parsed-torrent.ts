import type { ParsedTorrent } from 'webtorrent'
import type { Metainfo } from '../../../metainfo/types.ts'
import type { TorrentTask } from '../protocol.ts'

/**
 * What parse-torrent would make of a torrent, but with the hash of the original bytes and our file names. Without
 * metadata it is what a magnet link says. Trackers and web seeds are asked by us, so webtorrent hears of none.
 */
export function parsedTorrent(task: TorrentTask, meta: Metainfo | null): ParsedTorrent {
  if (meta === null) return { infoHash: task.id, name: task.name, announce: [], urlList: [] }
  const whole = { path: meta.name, name: meta.name, length: meta.totalSize, offset: 0 }
  return {
    infoHash: task.id,
    name: meta.name,
    announce: [],
    urlList: [],
    private: meta.private,
    // only has to be there: webtorrent would encode it again, see `metadata` in overrides.ts
    info: {},
    // one stands for all, since webtorrent looks at each after every piece
    files: [whole],
    length: meta.totalSize,
    pieceLength: meta.pieceLength,
    lastPieceLength: meta.totalSize % meta.pieceLength || meta.pieceLength,
    // their hashes, which only webtorrent's own downloads need
    pieces: new Array<string>(meta.numPieces).fill(''),
  }
}
