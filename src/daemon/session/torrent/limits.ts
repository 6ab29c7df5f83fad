import type { Result } from '../../../rpc/contract/index.ts'
import { flagsOf, type TorrentRecord } from './record.ts'

/** How libtorrent says that there may be any number of connections or uploads: it keeps 24 bits of them. */
const countless = 0xff_ffff

/** A rate limit as it is kept: bytes/s, -1 for none. 0 and below are none. */
export function rateLimit(value: number | undefined): number {
  return value !== undefined && value > 0 ? value : -1
}

/** A limit of connections or uploads as it is kept: -1 for none. What does not fit libtorrent's 24 bits is none. */
export function countLimit(value: number | undefined): number {
  return value !== undefined && value < countless ? rateLimit(value) : -1
}

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
