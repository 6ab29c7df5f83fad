import type { TorrentReport } from '../../engine/protocol.ts'
import type { TorrentRecord } from './record.ts'

/**
 * Notes when data last came and went, and when a peer with every piece was last there, as libtorrent's last_download,
 * last_upload and last_seen_complete. To be called before the report is taken in; `time` is Unix seconds. True when
 * there is something to save.
 */
export function noteTimes(
  { observed, progress }: TorrentRecord,
  report: TorrentReport,
  time: number,
): boolean {
  if (!observed) return false
  const { seen } = observed
  const { lastDownload, lastUpload, lastSeenComplete } = progress
  if ((report.payloadDownload ?? 0) > seen.payloadDownload) progress.lastDownload = time
  if ((report.payloadUpload ?? 0) > seen.payloadUpload) progress.lastUpload = time
  const seenComplete = (report.seeds ?? seen.seeds) > 0 ? time : (report.seenComplete ?? 0)
  progress.lastSeenComplete = Math.max(lastSeenComplete, seenComplete)
  return (
    progress.lastDownload !== lastDownload ||
    progress.lastUpload !== lastUpload ||
    progress.lastSeenComplete !== lastSeenComplete
  )
}
