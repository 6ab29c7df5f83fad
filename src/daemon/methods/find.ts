import type { InfoHashParam } from '../../rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import type { TorrentRecord } from '../session/torrent/record.ts'

/** How a request names a torrent. Without a session the one that has the torrent is meant. */
export interface TorrentKey {
  session?: string
  info_hash: InfoHashParam
}

/** Looks up what a request names; throws UnknownSession, InvalidTorrentHandle, or InvalidParams if two sessions have it. */
export type Find = (key: TorrentKey) => [Session, TorrentRecord]

/** Looks torrents up in these sessions. */
export function finder(sessions: Sessions): Find {
  return (key) => {
    const found = holderOf(sessions, key)
    if (found) return found
    throw new RpcError(ErrorCode.InvalidTorrentHandle, 'invalid torrent handle used')
  }
}

/**
 * The session that has a torrent, and the torrent; null when none has. Throws UnknownSession for a session that is not
 * there, and InvalidParams when no session is named and several have the torrent.
 */
export function holderOf(
  sessions: Sessions,
  { session: name, info_hash }: TorrentKey,
): [Session, TorrentRecord] | null {
  const found: [Session, TorrentRecord][] = []
  for (const session of name === undefined ? sessions : [sessions.get(name)]) {
    const record = session.records.find(info_hash)
    if (record) found.push([session, record])
  }
  if (found.length < 2) return found[0] ?? null
  const names = found.map(([session]) => session.name)
  const list = `${names
    .slice(0, -1)
    .map((one) => `'${one}'`)
    .join(', ')} and '${names.at(-1)}'`
  throw new RpcError(
    ErrorCode.InvalidParams,
    `'session' is missing: the torrent is in the sessions ${list}, so say which of them is meant`,
    { path: 'session', sessions: names },
  )
}
