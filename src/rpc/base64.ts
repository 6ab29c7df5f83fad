/** Name of the format in schemas. */
export const base64Format = 'porla-base64'

/** A text up to this size is looked at character by character. */
const shortChars = 4096
const pattern = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * Whether a text is base64 (RFC 4648), padded or not. Decoding skips what is no base64, so for a long text, where looking
 * at each character takes four times as long, that shows in the length of what comes out.
 */
export function isBase64(text: string): boolean {
  const end = text.indexOf('=')
  const length = end < 0 ? text.length : end
  // One character more than whole groups of four makes no further byte, so it would not be missed.
  if (text.length <= shortChars || length % 4 === 1) return pattern.test(text)
  // Node also decodes the alphabet for URLs.
  if (text.includes('-') || text.includes('_')) return false
  if (!/^={0,2}$/.test(text.slice(length, length + 3))) return false
  return Buffer.from(text, 'base64').length === Math.floor((length * 3) / 4)
}
