const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Base32 text without padding (RFC 4648), in either case; '1' is read as 'I'. Null for other characters. */
export function base32Bytes(text: string): Buffer | null {
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const character of text.toUpperCase()) {
    const digit = alphabet.indexOf(character === '1' ? 'I' : character)
    if (digit === -1) return null
    bits = (bits << 5) | digit
    count += 5
    if (count >= 8) {
      count -= 8
      bytes.push((bits >> count) & 0xff)
      bits &= (1 << count) - 1
    }
  }
  return Buffer.from(bytes)
}
