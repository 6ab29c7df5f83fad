import { filePieces, type Layout, pieceSize } from '../../storage/layout.ts'

/** libtorrent's default_priority, for files that a shorter list does not name. */
const defaultPriority = 4

/** A run of pieces of one priority, both ends included. */
export interface PieceRange {
  from: number
  to: number
  /** 1..7 */
  priority: number
}

/** What is wanted of a torrent, by file priorities. */
export interface Selection {
  /** Per piece: the highest priority of the files that have bytes in it; 0 is unwanted. */
  pieces: Uint8Array
  /** The wanted runs, in order of pieces; adjacent ones differ in priority. */
  ranges: PieceRange[]
}

/** Computes the selection. `priorities` has one number 0..7 a file; a shorter list means 4 for the rest. */
export function select(layout: Layout, priorities: readonly number[]): Selection {
  const pieces = new Uint8Array(layout.numPieces)
  let before = 0
  for (const [index, file] of layout.files.entries()) {
    const priority = Math.min(7, Math.max(0, priorities[index] ?? defaultPriority))
    const held = filePieces(layout, file)
    if (held === null) continue
    // padding is wanted for the file before it; that matters only for pieces that are padding alone
    if (!file.pad) before = priority
    if (before === 0) continue
    for (let piece = held.first; piece <= held.last; piece++) {
      if (file.pad && !inside(layout, file, piece)) continue
      if (pieces[piece]! < before) pieces[piece] = before
    }
  }
  return { pieces, ranges: rangesOf(pieces) }
}

/** Whether a piece lies in a file as a whole. */
function inside(layout: Layout, file: { offset: number; size: number }, piece: number): boolean {
  const start = piece * layout.pieceLength
  return start >= file.offset && start + pieceSize(layout, piece) <= file.offset + file.size
}

function rangesOf(pieces: Uint8Array): PieceRange[] {
  const ranges: PieceRange[] = []
  for (let piece = 0; piece < pieces.length; piece++) {
    const priority = pieces[piece]!
    const last = ranges.at(-1)
    if (priority === 0) continue
    if (last?.to === piece - 1 && last.priority === priority) last.to = piece
    else ranges.push({ from: piece, to: piece, priority })
  }
  return ranges
}
