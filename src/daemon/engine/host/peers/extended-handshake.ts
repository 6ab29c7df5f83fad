import { BDict, bdecode } from '../../../../metainfo/index.ts'

/** No client's is longer than a few hundred bytes; reading more takes noticeable time, bytes. */
const longest = 32 << 10
/** Clients name themselves in a few words. */
const longestName = 255

/** What a peer says of itself (BEP 10), as far as it is used. What is of a wrong type or out of range is left out. */
export interface ExtendedHandshake {
  /** Extensions that we know -> what the peer calls them; 0 takes one back. */
  m: Record<string, number>
  /** BEP 9; above 0. */
  metadata_size?: number
  /** Requests that may wait there; above 0. */
  reqq?: number
  /** Name and version, UTF-8 as far as the peer cares. */
  v?: Uint8Array
  /** Where it listens. */
  p?: number
  /** BEP 21. */
  upload_only?: number
  /** When it last saw somebody with every piece, Unix seconds: from `complete_ago`, which libtorrent sends. */
  seen_complete?: number
}

/**
 * Reads the payload of an extended handshake; null for what is no dictionary. `known`: the extensions that count.
 */
export function parseExtendedHandshake(bytes: Uint8Array, known: Iterable<string>): ExtendedHandshake | null {
  const root = decode(bytes)
  if (root === null) return null
  const names = root.dict('m')
  const handshake: ExtendedHandshake = { m: {} }
  for (const name of known) {
    const id = names?.integer(name)
    if (typeof id === 'number' && id >= 0 && id <= 255) handshake.m[name] = id
  }
  const set = (key: 'metadata_size' | 'reqq' | 'p', most: number) => {
    const value = root.integer(key)
    if (typeof value === 'number' && value >= 1 && value <= most) handshake[key] = value
  }
  set('metadata_size', 0x7fffffff)
  set('reqq', 0x7fffffff)
  set('p', 65535)
  if (root.integer('upload_only') !== undefined)
    handshake.upload_only = Number(root.integer('upload_only') !== 0)
  const ago = root.integer('complete_ago')
  const now = Math.floor(Date.now() / 1000)
  if (typeof ago === 'number' && ago >= 0 && ago < now) handshake.seen_complete = now - ago
  const name = root.bytes('v')
  if (name !== undefined) handshake.v = Uint8Array.from(name.subarray(0, longestName))
  return handshake
}

function decode(bytes: Uint8Array): BDict | null {
  if (bytes.length > longest) return null
  try {
    // libtorrent reads no further than the dictionary either
    const value = bdecode(bytes, { form: 'loose' })
    return value instanceof BDict ? value : null
  } catch {
    return null
  }
}
