import { type Layout, pieceSize } from '../../storage/layout.ts'

/** A piece of which some blocks have come. */
export interface PartialPiece {
  index: number
  /** Bytes in complete blocks. */
  received: number
  /** Whether a block has come; all have when the piece waits to be hashed. */
  hasBlock: (block: number) => boolean
}

/** How many bytes of a piece count: pad files never do. */
export class PieceBytes {
  readonly #layout: Layout
  /** Pieces with pad bytes -> how many. */
  readonly #pad = new Map<number, number>()

  constructor(layout: Layout) {
    this.#layout = layout
    for (const file of layout.files) {
      if (!file.pad) continue
      for (let at = file.offset; at < file.offset + file.size; ) {
        const piece = Math.floor(at / layout.pieceLength)
        const end = Math.min((piece + 1) * layout.pieceLength, file.offset + file.size)
        this.#pad.set(piece, (this.#pad.get(piece) ?? 0) + end - at)
        at = end
      }
    }
  }

  /** Bytes of a piece without padding. */
  real(piece: number): number {
    return pieceSize(this.#layout, piece) - (this.#pad.get(piece) ?? 0)
  }
}
