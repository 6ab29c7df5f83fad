import type { Session } from './session.ts'
import { isChecking, isFinished, isManaged, isPaused, isSeed } from './torrent/predicates.ts'
import type { TorrentRecord } from './torrent/record.ts'

/**
 * What is counted of a session: libtorrent's names for what it counts too, then own ones. The place in this list is the
 * index that `sessions.metrics` tells. Bytes are since the daemon started, rates bytes/s; each torrent is in exactly one of
 * the `ses.num_*_torrents`, as in libtorrent.
 */
export const metricNames = [
  'net.sent_payload_bytes',
  'net.sent_bytes',
  'net.recv_payload_bytes',
  'net.recv_bytes',
  'net.recv_failed_bytes',
  'net.recv_redundant_bytes',
  'net.has_incoming_connections',
  'peer.num_peers_connected',
  'peer.num_peers_half_open',
  'peer.num_peers_up_unchoked',
  'ses.num_checking_torrents',
  'ses.num_stopped_torrents',
  'ses.num_upload_only_torrents',
  'ses.num_downloading_torrents',
  'ses.num_seeding_torrents',
  'ses.num_queued_seeding_torrents',
  'ses.num_queued_download_torrents',
  'ses.num_error_torrents',
  // all torrents, and those that are not paused
  'torrents',
  'running',
  'download_rate',
  'upload_rate',
  'download_payload_rate',
  'upload_payload_rate',
  'num_peers',
  'num_connections',
  // piece data over the life of the torrents that are there
  'all_time_download',
  'all_time_upload',
] as const
export type MetricName = (typeof metricNames)[number]
/** In the order of `metricNames`. */
export type SessionStats = Record<MetricName, number>

export function sessionStats(session: Session): SessionStats {
  const stats = Object.fromEntries(metricNames.map((name) => [name, 0])) as SessionStats
  const { total } = session.traffic
  stats['net.sent_payload_bytes'] = total.payloadUpload
  stats['net.sent_bytes'] = total.upload
  stats['net.recv_payload_bytes'] = total.payloadDownload
  stats['net.recv_bytes'] = total.download
  stats['net.recv_failed_bytes'] = total.failedBytes
  stats['net.recv_redundant_bytes'] = total.redundantBytes
  stats.torrents = session.records.size
  for (const record of session.records) {
    stats[gauge(record)]++
    stats.all_time_download += record.progress.downloaded
    stats.all_time_upload += record.progress.uploaded
    if (!isPaused(record)) stats.running++
    const seen = record.observed?.seen
    if (!seen) continue
    if (seen.hasIncoming) stats['net.has_incoming_connections'] = 1
    stats['peer.num_peers_connected'] += seen.peers
    stats['peer.num_peers_half_open'] += seen.connections - seen.peers
    stats['peer.num_peers_up_unchoked'] += seen.unchoked
    stats.download_rate += seen.downloadRate
    stats.upload_rate += seen.uploadRate
    stats.download_payload_rate += seen.payloadDownloadRate
    stats.upload_payload_rate += seen.payloadUploadRate
    stats.num_peers += seen.peers
    stats.num_connections += seen.connections
  }
  return stats
}

/** Which of libtorrent's gauges a torrent is counted in (torrent::update_gauge). */
function gauge(record: TorrentRecord): Extract<MetricName, `ses.num_${string}_torrents`> {
  if (record.row.error !== null) return 'ses.num_error_torrents'
  if (isPaused(record)) {
    if (!isManaged(record)) return 'ses.num_stopped_torrents'
    return isSeed(record) ? 'ses.num_queued_seeding_torrents' : 'ses.num_queued_download_torrents'
  }
  if (isChecking(record)) return 'ses.num_checking_torrents'
  if (isSeed(record)) return 'ses.num_seeding_torrents'
  return isFinished(record) ? 'ses.num_upload_only_torrents' : 'ses.num_downloading_torrents'
}
