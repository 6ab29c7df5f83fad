/**
 * Piece sets as bits, high bit first as in ../../bits.ts, with room to the next 32: so that two of them can be laid over
 * each other a word at a time. A hundred thousand pieces are three thousand steps.
 */

/** An empty set for so many pieces. */
export function newPieceSet(numPieces: number): Uint8Array {
  return new Uint8Array(((numPieces + 31) >> 5) * 4)
}

/** A set as words, for sets that newPieceSet made. */
export function words(set: Uint8Array): Uint32Array {
  return new Uint32Array(set.buffer, set.byteOffset, set.length >> 2)
}

export function hasPiece(set: Uint8Array, piece: number): boolean {
  return (set[piece >> 3]! & (0x80 >> (piece & 7))) !== 0
}

export function addPiece(set: Uint8Array, piece: number): void {
  set[piece >> 3]! |= 0x80 >> (piece & 7)
}

export function removePiece(set: Uint8Array, piece: number): void {
  set[piece >> 3]! &= ~(0x80 >> (piece & 7))
}

/** How many pieces are in a set. */
export function pieceCount(set: Uint8Array): number {
  let total = 0
  for (const word of words(set)) total += bitCount(word)
  return total
}

/** How many pieces are in both sets; null stands for all pieces. */
export function commonCount(set: Uint8Array, other: Uint8Array | null): number {
  if (other === null) return pieceCount(set)
  const [a, b] = [words(set), words(other)]
  let total = 0
  for (let at = 0; at < a.length; at++) {
    const word = a[at]! & b[at]!
    if (word !== 0) total += bitCount(word)
  }
  return total
}

/** The first piece from `from` on that is in both sets, -1 for none; null stands for all pieces. */
export function firstCommon(set: Uint8Array, other: Uint8Array | null, from: number): number {
  for (let at = from >> 3; at < set.length; ) {
    const byte =
      set[at]! & (other === null ? 0xff : other[at]!) & (at === from >> 3 ? 0xff >> (from & 7) : 0xff)
    if (byte !== 0) return at * 8 + Math.clz32(byte) - 24
    at++
    if ((at & 3) !== 0) continue
    const [a, b] = [words(set), other === null ? null : words(other)]
    let word = at >> 2
    while (word < a.length && (b === null ? a[word]! : a[word]! & b[word]!) === 0) word++
    at = word << 2
  }
  return -1
}

function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}
