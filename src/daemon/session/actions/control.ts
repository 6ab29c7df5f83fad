import { isIPv6 } from 'node:net'
import type { Params, Result } from '../../../rpc/contract/index.ts'
import type { FlagChanges } from '../../../rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { parseAddress } from '../../engine/peer-address.ts'
import { FilesState } from '../../state/rows.ts'
import { stopWhenReady } from '../reactions/listener.ts'
import type { Session } from '../session.ts'
import { changedFlags, goesOn, hasFlag, pausedFlags, resumedFlags } from '../torrent/flags.ts'
import { countLimit, rateLimit } from '../torrent/limits.ts'
import { hasMetadata, readsFlag, type TorrentRecord } from '../torrent/record.ts'
import { cleared, withoutError } from '../transitions/errors.ts'
import { recheck } from '../transitions/recheck.ts'
import { unique } from './add-request.ts'
import { offerPeer } from './offer-peer.ts'

/** Stops a torrent until `resume`; twice is harmless. */
export function pause(session: Session, record: TorrentRecord): void {
  session.change(record, { flags: pausedFlags(record.row.flags) })
  session.touch(record)
}

/** Lets a torrent run, or gives it back to the queue; clears its error. */
export function resume(session: Session, record: TorrentRecord): void {
  const { row } = record
  session.change(record, withoutError(row, resumedFlags(row.flags)))
  session.touch(record)
}

/** Clears the error, which starts the torrent again, and leaves upload mode. */
export function clearError(session: Session, record: TorrentRecord): void {
  session.change(record, cleared(record.row))
  record.stale = true
  session.touch(record)
}

/** Sets and clears flags as libtorrent does; returns sentences about what was in vain. */
export function setFlags(session: Session, record: TorrentRecord, changes: FlagChanges): string[] {
  const result = changedFlags(record.row.flags, changes, (name) => readsFlag(record, name))
  // What led to upload mode is over with it.
  const leaves = (result.flags & goesOn) !== 0 && !hasFlag(result.flags, 'upload_mode')
  session.change(record, leaves ? withoutError(record.row, result.flags) : { flags: result.flags })
  record.stale = true
  if (result.recheck) recheck(session, record)
  // As in libtorrent: what was checked is ready, running or not, and so is what waits for its metadata.
  const ready = !hasMetadata(record) || record.progress.files === FilesState.known
  if (ready && hasFlag(record.row.flags, 'stop_when_ready')) stopWhenReady(session, record)
  session.touch(record)
  return result.warnings
}

type PropertyChanges = Pick<
  Params<'torrents.properties.set'>,
  'download_limit' | 'upload_limit' | 'max_connections' | 'max_uploads' | 'flags'
>

/** Changes limits, then flags; returns sentences about what was in vain. */
export function setProperties(session: Session, record: TorrentRecord, changes: PropertyChanges): string[] {
  const { download_limit, upload_limit, max_connections, max_uploads, flags } = changes
  session.change(record, {
    ...(download_limit !== undefined && { downloadLimit: rateLimit(download_limit) }),
    ...(upload_limit !== undefined && { uploadLimit: rateLimit(upload_limit) }),
    ...(max_connections !== undefined && { maxConnections: countLimit(max_connections) }),
    ...(max_uploads !== undefined && { maxUploads: countLimit(max_uploads) }),
  })
  record.stale = true
  session.touch(record)
  return flags ? setFlags(session, record, flags) : []
}

type UserDataChanges = Params<'torrents.userdata.update'>

/** Changes category and tags: `tags` replaces all of them, then `add_tags` and `remove_tags` follow. */
export function updateUserData(
  session: Session,
  record: TorrentRecord,
  changes: UserDataChanges,
): Result<'torrents.userdata.update'> {
  const gone = new Set(changes.remove_tags)
  const tags = unique([...(changes.tags ?? record.row.tags), ...(changes.add_tags ?? [])])
  session.change(record, {
    ...(changes.category !== undefined && { category: changes.category }),
    tags: tags.filter((tag) => !gone.has(tag)),
  })
  return userData(record)
}

/** Category and tags as they stand. */
export function userData({ row }: TorrentRecord): Result<'torrents.userdata.get'> {
  return { category: row.category, tags: [...row.tags] }
}

/** Offers peers by their IP addresses. Throws InvalidValue, and then none is offered. */
export function addPeers(
  session: Session,
  record: TorrentRecord,
  peers: readonly (readonly [ip: string, port: number])[],
): void {
  const addresses = peers.map(([ip, port]) => {
    const address = isIPv6(ip) ? `[${ip}]:${port}` : `${ip}:${port}`
    if (parseAddress(address)?.ip === true) return address
    throw new RpcError(ErrorCode.InvalidValue, `'ip' takes an IPv4 or IPv6 address, not '${ip}'`, {
      path: 'ip',
    })
  })
  for (const address of addresses) offerPeer(session, record, address)
}

/** Disconnects all peers and forgets the addresses; durable when it returns. */
export function clearPeers(session: Session, record: TorrentRecord): void {
  const { row, live } = record
  session.store.saveHints(row.id, { ...session.store.hints(row.id), peers: [] })
  if (live) Object.assign(live.seen, { knownPeers: 0, knownSeeds: 0, candidates: 0 })
  if (live) live.known = []
  if (!record.loaded && !record.busy) return
  session.engine.clearPeers(row.v1).catch((error: Error) => {
    // The engine went away or let the torrent go, and with it the peers.
    session.log.debug(`session ${session.name}: peers of ${row.v1}: ${error.message}`)
  })
}
