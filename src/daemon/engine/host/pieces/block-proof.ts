import type { Asked } from './begun-piece.ts'

/** Of so many bad pieces the blocks are remembered; the oldest go first. */
const mostPieces = 64

interface Suspected {
  /** A digest of each block, and who sent it. */
  blocks: readonly string[]
  senders: readonly (Asked | undefined)[]
}

/**
 * Finds out who sent the bad blocks of a bad piece, as libtorrent's smart_ban does: once the piece has come as it should
 * be, the blocks that are different now were wrong then.
 */
export class BlockProof {
  readonly #pieces = new Map<number, Suspected[]>()

  /** Whether the piece has come wrong before. */
  suspects(piece: number): boolean {
    return this.#pieces.has(piece)
  }

  /** The piece was wrong. */
  bad(piece: number, blocks: readonly string[], senders: readonly (Asked | undefined)[]): void {
    const known = this.#pieces.get(piece) ?? []
    known.push({ blocks, senders })
    this.#pieces.delete(piece)
    this.#pieces.set(piece, known)
    if (this.#pieces.size > mostPieces) this.#pieces.delete(this.#pieces.keys().next().value!)
  }

  /** The piece is right, and its blocks look like this. Answers with those who sent other ones before. */
  right(piece: number, blocks: readonly string[]): Asked[] {
    const liars = new Set<Asked>()
    for (const { blocks: before, senders } of this.#pieces.get(piece) ?? []) {
      for (const [block, digest] of before.entries()) {
        const sender = senders[block]
        if (digest !== blocks[block] && sender !== undefined) liars.add(sender)
      }
    }
    this.#pieces.delete(piece)
    return [...liars]
  }
}
