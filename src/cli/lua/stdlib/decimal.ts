// Integers in decimal, straight in the VM's memory: most files of numbers hold nothing else.

/** Of an integer below 2^53, with its sign. */
export const maxDigits = 17

/** White space as C's isspace has it. */
export const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13)

/** Writes an integer that a double holds exactly at a place of the heap; returns how many bytes, at most `maxDigits`. */
export function writeDecimal(heap: Uint8Array, start: number, value: number): number {
  let digits = 1
  const size = Math.abs(value)
  for (let power = 10; power <= size; power *= 10) digits++
  let at = start
  if (value < 0) heap[at++] = 0x2d
  let rest = size
  for (let i = at + digits - 1; i >= at; i--) {
    const next = Math.floor(rest / 10)
    heap[i] = 48 + (rest - next * 10)
    rest = next
  }
  return at + digits - start
}

/** The plain decimal integer that `scanDecimal` read last, and the place behind it. */
export const scanned = { value: 0, end: 0 }

/**
 * Reads a plain decimal integer with the space in front, into `scanned`, when all of it and a space behind it lie in the
 * heap from `start` up to `limit`; false for everything else.
 */
export function scanDecimal(heap: Uint8Array, start: number, limit: number): boolean {
  let at = start
  while (at < limit && isSpace(heap[at] as number)) at++
  const negative = at < limit && heap[at] === 0x2d
  if (negative) at++
  const first = at
  let value = 0
  for (; at < limit; at++) {
    const digit = (heap[at] as number) - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  // Fifteen digits are exact in a double; -0 would not be an integer.
  if (at === first || at - first > 15 || at === limit || !isSpace(heap[at] as number)) return false
  scanned.value = negative && value !== 0 ? -value : value
  scanned.end = at
  return true
}
