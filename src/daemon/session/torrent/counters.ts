import type { TorrentReport } from '../../engine/protocol.ts'

/** What a report counts since the load, bytes. */
export const counterNames = [
  'download',
  'upload',
  'payloadDownload',
  'payloadUpload',
  'failedBytes',
  'redundantBytes',
] as const
export type Counters = Record<(typeof counterNames)[number], number>

export const noCounters = (): Counters => ({
  download: 0,
  upload: 0,
  payloadDownload: 0,
  payloadUpload: 0,
  failedBytes: 0,
  redundantBytes: 0,
})

/** Bytes that went through a session since the daemon started. They only grow, whatever becomes of its torrents. */
export class Traffic {
  readonly total = noCounters()

  /** Counts what a report has beyond the one before. */
  add(before: Readonly<Counters>, report: TorrentReport): void {
    for (const name of counterNames) {
      this.total[name] += Math.max(0, (report[name] ?? before[name]) - before[name])
    }
  }
}
