import { countBits, getBit, setBit } from '../../../metainfo/bits.ts'
import { pieceSize } from './layout.ts'
import type { Storage } from './storage.ts'

/** A piece that was taken on trust is not what the torrent says. */
export class WrongPiece extends Error {
  constructor(piece: number) {
    super(`piece ${piece} is not what the torrent says`)
    this.name = 'WrongPiece'
  }
}

/**
 * Pieces that are claimed to be there but were never hashed (libtorrent's seed mode), or were being written when the last
 * process ended: each is hashed when it is first asked for.
 */
export class Proof {
  readonly #storage: Storage
  readonly #proven: Uint8Array
  readonly #under = new Map<number, Promise<void>>()
  readonly #ended: (outcome: 'proven' | 'broken', piece: number) => void
  #left: number

  /** `claimed`: one bit a piece. `ended` hears once that all are right, or that one is not; with the piece that told. */
  constructor(
    storage: Storage,
    claimed: Uint8Array,
    ended: (outcome: 'proven' | 'broken', piece: number) => void,
  ) {
    this.#storage = storage
    this.#proven = claimed.map((byte) => ~byte)
    this.#left = countBits(claimed, storage.meta.numPieces)
    this.#ended = ended
  }

  /** Rejects with WrongPiece, or as the storage does; null when the piece is known to be right. */
  prove(piece: number): Promise<void> | null {
    if (getBit(this.#proven, piece)) return null
    let hashing = this.#under.get(piece)
    if (hashing === undefined) {
      hashing = this.#hash(piece).finally(() => this.#under.delete(piece))
      this.#under.set(piece, hashing)
    }
    return hashing
  }

  async #hash(piece: number): Promise<void> {
    const { meta } = this.#storage
    const bytes = new Uint8Array(pieceSize(meta, piece))
    await this.#storage.read(piece * meta.pieceLength, bytes)
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', bytes))
    if (Buffer.compare(hash, meta.pieceHashes.subarray(piece * 20, piece * 20 + 20)) !== 0) {
      if (this.#left > 0) this.#ended('broken', piece)
      this.#left = 0
      throw new WrongPiece(piece)
    }
    setBit(this.#proven, piece)
    if (this.#left > 0 && --this.#left === 0) this.#ended('proven', piece)
  }
}
