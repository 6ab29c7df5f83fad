import { isUtf8 } from 'node:buffer'

/** What a byte that is not part of UTF-8 becomes: the lone surrogates U+DC80 to U+DCFF, which UTF-8 never decodes to. */
const base = 0xdc00

/**
 * Bytes as text that gives the very bytes back (`encodeExact`), as Python's "surrogateescape" does: what comes from
 * the system (arguments, variables, names of files) is usually UTF-8, but need not be.
 */
export function decodeExact(bytes: Uint8Array): string {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (isUtf8(whole)) return whole.toString()
  let text = ''
  for (let at = 0; at < whole.length; ) {
    const length = sequenceLength(whole, at)
    text +=
      length === 0
        ? String.fromCharCode(base + (whole[at] as number))
        : whole.toString('utf8', at, at + length)
    at += length || 1
  }
  return text
}

/** The bytes of such a text; any other text is UTF-8, with U+FFFD for other lone surrogates. */
export function encodeExact(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text)
  const parts: Buffer[] = []
  for (const character of text) {
    const code = character.charCodeAt(0)
    const isByte = character.length === 1 && code >= base + 0x80 && code <= base + 0xff
    parts.push(isByte ? Buffer.of(code - base) : Buffer.from(character))
  }
  return Buffer.concat(parts)
}

/** Such a text as node:fs takes a path. */
export function exactPath(text: string): string | Buffer {
  return text.isWellFormed() ? text : encodeExact(text)
}

/** Bytes of the character at a place, 0 when there is none in UTF-8. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at] as number
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
  const end = at + length
  return end <= bytes.length && isUtf8(bytes.subarray(at, end)) ? length : 0
}
