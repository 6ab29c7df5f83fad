/** The mean availability moves by one part in so many with each sample (libtorrent: sliding_average<int, 30>). */
const samples = 30

/**
 * Pieces that are in memory, since somebody asked for them just now, and that are rarer than most that are asked for
 * (suggest_mode 1). The last one is the best.
 */
export class Suggestions {
  #pieces: number[] = []
  #mean = 0
  #count = 0

  /** A block of the piece was read. `availability`: per cent of the peers that have it; at most `most` are kept. */
  add(piece: number, availability: number, most: number): void {
    const mean = this.#mean
    this.#count = Math.min(samples, this.#count + 1)
    this.#mean += (availability - mean) / this.#count
    if (availability > mean) return
    this.#pieces = this.#pieces.filter((other) => other !== piece)
    this.#pieces.push(piece)
    if (this.#pieces.length > most) this.#pieces.shift()
  }

  /** At most so many for a peer that has and knows others; the best one comes last. */
  pick(count: number, known: (piece: number) => boolean): number[] {
    const found: number[] = []
    for (let at = this.#pieces.length - 1; at >= 0 && found.length < count; at--) {
      const piece = this.#pieces[at]!
      if (!known(piece)) found.push(piece)
    }
    return found.reverse()
  }
}
