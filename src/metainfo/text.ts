import { isUtf8 } from 'node:buffer'

const maxCodePoint = 0x10ffff
const firstOfLength = [0, 0, 0x80, 0x800, 0x10000]

/**
 * Bytes as text. As in libtorrent, every sequence that is not UTF-8 becomes one '_' (a broken sequence takes
 * as many bytes as its first byte announces).
 */
export function decodeText(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const [codePoint, length] = codePointAt(bytes, at)
    text += codePoint < 0 ? '_' : String.fromCodePoint(codePoint)
    at += length
  }
  return text
}

/**
 * The code point that starts at `at` and its length in bytes (at least 1, at most what is left); -1 for a
 * broken sequence: overlong forms, surrogates and points past 10FFFF too. (libtorrent: parse_utf8_codepoint)
 */
export function codePointAt(bytes: Uint8Array, at: number): [codePoint: number, length: number] {
  const first = bytes[at] ?? 0
  if (first < 0x80) return [first, 1]
  const length = sequenceLength(first)
  if (length === 0) return [-1, 1]
  if (length > 4 || at + length > bytes.length) return [-1, Math.min(length, bytes.length - at)]
  let codePoint = first & (0x7f >> length)
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0
    if (byte >> 6 !== 0b10) return [-1, length]
    codePoint = (codePoint << 6) | (byte & 0x3f)
  }
  const surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff
  const overlong = codePoint < (firstOfLength[length] ?? 0)
  return [surrogate || overlong || codePoint > maxCodePoint ? -1 : codePoint, length]
}

/** 5 is no UTF-8, but libtorrent skips that many bytes. */
function sequenceLength(first: number): number {
  if (first >> 5 === 0b110) return 2
  if (first >> 4 === 0b1110) return 3
  if (first >> 3 === 0b11110) return 4
  if (first >> 2 === 0b111110) return 5
  return 0
}
