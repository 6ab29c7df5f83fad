import { fileRanges, type Layout, pieceSize } from '../storage/layout.ts'

const blockLength = 16384

/** A piece of which some blocks have come. */
export interface PartialPiece {
  index: number
  /** Bytes in complete blocks. */
  received: number
  /** Whether a block has come; all have when the piece waits to be hashed. */
  hasBlock: (block: number) => boolean
}

/** How many bytes of a piece count: pad files never do, and as progress only wanted files. */
export class PieceBytes {
  readonly #layout: Layout
  /** Pieces with pad bytes -> how many. */
  readonly #pad = new Map<number, number>()
  #wanted: readonly boolean[] = []

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

  /** Which files are wanted. */
  setWanted(files: readonly boolean[]): void {
    this.#wanted = files
  }

  /** Bytes of a piece without padding. */
  real(piece: number): number {
    return pieceSize(this.#layout, piece) - (this.#pad.get(piece) ?? 0)
  }

  /** Bytes of wanted files in the blocks that have come. */
  wanted(piece: PartialPiece): number {
    const start = piece.index * this.#layout.pieceLength
    const ranges = fileRanges(this.#layout, start, pieceSize(this.#layout, piece.index))
    const counts = (file: number) => (this.#wanted[file] ?? true) && !this.#layout.files[file]!.pad
    if (ranges.every((range) => counts(range.file))) return piece.received
    let total = 0
    for (const range of ranges) {
      if (!counts(range.file)) continue
      for (let at = range.at; at < range.at + range.length; ) {
        const block = Math.floor(at / blockLength)
        const end = Math.min((block + 1) * blockLength, range.at + range.length)
        if (piece.hasBlock(block)) total += end - at
        at = end
      }
    }
    return total
  }
}
