import type { Params, Result } from '../../../rpc/contract/index.ts'
import type { Session } from '../session.ts'
import { countLimit, countless, rateLimit } from '../torrent/limits.ts'
import { flagsOf } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { setFlags } from './control.ts'

/** Limits and flags as libtorrent reads them, but that a rate that is not limited always reads -1. */
export function propertiesOf(record: TorrentRecord): Result<'torrents.properties.get'> {
  const { row } = record
  const count = (limit: number) => (limit < 0 ? countless : limit)
  return {
    download_limit: row.downloadLimit,
    upload_limit: row.uploadLimit,
    max_connections: count(row.maxConnections),
    max_uploads: count(row.maxUploads),
    flags: flagsOf(record),
  }
}

type PropertyChanges = Pick<
  Params<'torrents.properties.set'>,
  'download_limit' | 'upload_limit' | 'max_connections' | 'max_uploads' | 'flags'
>

/** Changes limits, then flags; returns warnings about flags that have no effect. */
export function setProperties(session: Session, record: TorrentRecord, changes: PropertyChanges): string[] {
  const { download_limit, upload_limit, max_connections, max_uploads, flags } = changes
  session.change(record, {
    ...(download_limit !== undefined && { downloadLimit: rateLimit(download_limit) }),
    ...(upload_limit !== undefined && { uploadLimit: rateLimit(upload_limit) }),
    ...(max_connections !== undefined && { maxConnections: countLimit(max_connections) }),
    ...(max_uploads !== undefined && { maxUploads: countLimit(max_uploads) }),
  })
  session.optionsChanged(record)
  return flags ? setFlags(session, record, flags) : []
}
