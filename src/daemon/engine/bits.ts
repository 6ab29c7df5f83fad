/**
 * Piece sets as byte arrays, high bit first: the form of BEP 3's bitfield message, of webtorrent's `bitfield`
 * option and of `have` in tasks and reports.
 */

/** Room for `count` bits, all clear. */
export function newBits(count: number): Uint8Array {
  return new Uint8Array((count + 7) >> 3)
}

export function getBit(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0
}

export function setBit(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) | (0x80 >> (index & 7))
}

/** How many of the first `count` bits are set. */
export function countBits(bits: Uint8Array, count: number): number {
  let total = 0
  for (let index = 0; index < count; index++) if (getBit(bits, index)) total++
  return total
}

/** Whether one of the bits from `first` to `last` is set. */
export function anyBit(bits: Uint8Array, first: number, last: number): boolean {
  for (let index = first; index <= last; index++) if (getBit(bits, index)) return true
  return false
}

/** The indexes of the set bits among the first `count`, ascending. */
export function* setBits(bits: Uint8Array, count: number): Generator<number> {
  for (let index = 0; index < count; index++) if (getBit(bits, index)) yield index
}

/** Whether the bits have the right size for `count` pieces, so that they can belong to the torrent. */
export function fitsBits(bits: Uint8Array, count: number): boolean {
  return bits.length === (count + 7) >> 3
}
