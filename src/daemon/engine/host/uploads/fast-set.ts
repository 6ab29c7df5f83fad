import { createHash } from 'node:crypto'
import { blockLength } from '../../units.ts'

/** A peer may ask for each block of its pieces so many times while it is choked, as in libtorrent. */
const timesEach = 3

/**
 * The pieces that a peer may have while it is choked (BEP 6): so many of the torrent's, which follow from the peer's
 * address (4 or 16 bytes) and the info hash (hex), so that a peer that comes again gets no others.
 */
export function fastSet(address: Uint8Array, infoHash: string, numPieces: number, count: number): number[] {
  if (count >= numPieces) return Array.from({ length: numPieces }, (_, piece) => piece)
  const set = new Set<number>()
  // peers of one small network (IPv4) get the same
  const place = address.length === 4 ? [...address.subarray(0, 3), 0] : address
  let hash = createHash('sha1').update(Uint8Array.from(place)).update(Buffer.from(infoHash, 'hex')).digest()
  while (set.size < count) {
    for (let at = 0; at < hash.length && set.size < count; at += 4) set.add(hash.readUInt32BE(at) % numPieces)
    hash = createHash('sha1').update(hash).digest()
  }
  return [...set]
}

/** What one peer may still ask for while it is choked. */
export class FastAllowance {
  readonly #left = new Map<number, number>()

  /** `length` of the piece, bytes. */
  allow(piece: number, length: number): void {
    this.#left.set(piece, timesEach * Math.ceil(length / blockLength))
  }

  /** Takes one request off; false when there is none left. */
  take(piece: number): boolean {
    const left = this.#left.get(piece) ?? 0
    if (left > 0) this.#left.set(piece, left - 1)
    return left > 0
  }
}
