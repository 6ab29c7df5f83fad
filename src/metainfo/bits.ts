/**
 * Piece sets as byte arrays, high bit first: the form of BEP 3's bitfield message, of webtorrent's `bitfield`
 * option and of `have` in tasks and reports.
 */

/** Room for `count` bits, all clear. */
export function newBits(count: number): Uint8Array {
  return new Uint8Array((count + 7) >> 3)
}

/** `count` bits, all set; the spare ones of the last byte are clear. */
export function allBits(count: number): Uint8Array {
  const bits = newBits(count).fill(0xff)
  if (count & 7) bits[bits.length - 1] = (0xff00 >> (count & 7)) & 0xff
  return bits
}

export function getBit(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0
}

export function setBit(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) | (0x80 >> (index & 7))
}

export function clearBit(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) & ~(0x80 >> (index & 7))
}

/** How many of the first `count` bits are set; bytes that are missing are clear. */
export function countBits(bits: Uint8Array, count: number): number {
  let total = 0
  const whole = count >> 3
  for (let at = 0; at < whole; at++) {
    // Each turn clears the lowest bit that is set (Kernighan).
    for (let byte = bits[at] ?? 0; byte !== 0; byte &= byte - 1) total++
  }
  for (let index = whole << 3; index < count; index++) if (getBit(bits, index)) total++
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
