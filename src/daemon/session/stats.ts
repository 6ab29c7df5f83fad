import { isPaused } from './record.ts'
import type { Session } from './session.ts'

/**
 * Sums over the torrents of a session: how many there are and run, bytes/s in and out (all, and piece data alone),
 * peers past the handshake, connections with half-open ones, and bytes of piece data over the life of the torrents.
 */
export interface SessionStats {
  torrents: number
  running: number
  download_rate: number
  upload_rate: number
  download_payload_rate: number
  upload_payload_rate: number
  num_peers: number
  num_connections: number
  all_time_download: number
  all_time_upload: number
}

export function sessionStats(session: Session): SessionStats {
  const stats: SessionStats = {
    torrents: session.records.size,
    running: 0,
    download_rate: 0,
    upload_rate: 0,
    download_payload_rate: 0,
    upload_payload_rate: 0,
    num_peers: 0,
    num_connections: 0,
    all_time_download: 0,
    all_time_upload: 0,
  }
  for (const record of session.records) {
    stats.all_time_download += record.progress.downloaded
    stats.all_time_upload += record.progress.uploaded
    if (!isPaused(record)) stats.running++
    const seen = record.live?.seen
    if (!seen) continue
    stats.download_rate += seen.downloadRate
    stats.upload_rate += seen.uploadRate
    stats.download_payload_rate += seen.payloadDownloadRate
    stats.upload_payload_rate += seen.payloadUploadRate
    stats.num_peers += seen.peers
    stats.num_connections += seen.connections
  }
  return stats
}
