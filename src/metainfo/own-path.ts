/** Linux's PATH_MAX: no web server has a longer one. */
const longestPath = 4096

/** Bytes that stand for themselves in a URL, as for encodeURIComponent. */
const plain = /^[\w.!~*'()-]$/

/** Bytes in percent-encoding, whatever their form. */
export function percentEncode(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    const character = String.fromCharCode(byte)
    text += plain.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}

/**
 * A path as the torrent spells it, percent-encoded, when it is not the one on disk; undefined when it is. Elements that
 * have no place in a path ('.' and '..') are left out, as they are on disk.
 */
export function ownPath(elements: readonly Uint8Array[], path: string): string | undefined {
  if (elements.length + elements.reduce((sum, { length }) => sum + length, 0) > longestPath) return undefined
  // by far the most: the same text
  if (elements.map(textOf).join('/') === path) return undefined
  const own = elements.map(percentEncode).filter((element) => element !== '.' && element !== '..')
  const text = own.join('/')
  return text === encodedPath(path) ? undefined : text
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}

/** A path below the save path as a part of a URL. */
export function encodedPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
