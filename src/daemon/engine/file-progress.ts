import { getBit } from '../../metainfo/bits.ts'
import type { PartialPiece } from './host/pieces/piece-bytes.ts'
import { filePieces, fileRanges, type Layout, pieceSize } from './storage/layout.ts'
import { blockLength } from './units.ts'

/**
 * Bytes of each file that are there: those of verified pieces, and of complete blocks in unfinished ones, wanted or
 * not (libtorrent's file_progress without flags). Pad files count like others.
 */
export function fileProgress(
  layout: Layout,
  have: Uint8Array,
  partial: readonly PartialPiece[] = [],
): number[] {
  const progress = layout.files.map((file) => {
    const pieces = filePieces(layout, file)
    if (pieces === null) return 0
    let bytes = 0
    for (let piece = pieces.first; piece <= pieces.last; piece++) {
      if (!getBit(have, piece)) continue
      const start = Math.max(file.offset, piece * layout.pieceLength)
      bytes += Math.min(file.offset + file.size, (piece + 1) * layout.pieceLength) - start
    }
    return bytes
  })
  for (const { index, hasBlock } of partial) {
    if (getBit(have, index)) continue
    const size = pieceSize(layout, index)
    for (let at = 0; at < size; at += blockLength) {
      if (!hasBlock(at / blockLength)) continue
      const length = Math.min(blockLength, size - at)
      for (const range of fileRanges(layout, index * layout.pieceLength + at, length)) {
        progress[range.file]! += range.length
      }
    }
  }
  return progress
}
