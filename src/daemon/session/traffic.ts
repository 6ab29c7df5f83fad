import type { TorrentReport } from '../engine/protocol.ts'
import type { Counters } from './live.ts'

const names = [
  'download',
  'upload',
  'payloadDownload',
  'payloadUpload',
  'failedBytes',
  'redundantBytes',
] as const

/** Bytes that went through a session since the daemon started. They only grow, whatever becomes of its torrents. */
export class Traffic {
  readonly total: Counters = {
    download: 0,
    upload: 0,
    payloadDownload: 0,
    payloadUpload: 0,
    failedBytes: 0,
    redundantBytes: 0,
  }

  /** Counts what a report has beyond the one before. */
  add(before: Readonly<Counters>, report: TorrentReport): void {
    for (const name of names) {
      this.total[name] += Math.max(0, (report[name] ?? before[name]) - before[name])
    }
  }
}
