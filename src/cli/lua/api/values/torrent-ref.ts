import type { InfoHash } from '../../../../rpc/contract/types.ts'

/** Which torrent: all that a handle is. */
export interface TorrentRef {
  readonly session: string
  readonly hash: InfoHash
}

/**
 * Parameters that name a torrent. One hash is enough, and still finds a torrent whose other hash became known
 * with its metadata.
 */
export function keyOf(torrent: TorrentRef): { session: string; info_hash: string } {
  return { session: torrent.session, info_hash: hashText(torrent.hash) }
}

/** A key for maps. */
export function torrentId(torrent: TorrentRef): string {
  return `${torrent.session}/${hashText(torrent.hash)}`
}

/** The same key, from the parameters of a call that `keyOf` made; '' for a call about no torrent. */
export function torrentIdOf(params: object): string {
  const { session, info_hash } = params as Partial<ReturnType<typeof keyOf>>
  return typeof session === 'string' && typeof info_hash === 'string' ? `${session}/${info_hash}` : ''
}

/** The v1 hash, or v2 for a torrent that has no other; '' for none. */
export function hashText([v1, v2]: InfoHash): string {
  return v1 ?? v2 ?? ''
}

export function sameTorrent(a: TorrentRef, b: TorrentRef): boolean {
  if (a.session !== b.session) return false
  const [a1, a2] = a.hash
  const [b1, b2] = b.hash
  return a1 !== null && b1 !== null ? a1 === b1 : a2 !== null && a2 === b2
}
