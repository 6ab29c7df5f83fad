import type { TorrentReport } from '../engine/protocol.ts'
import { type Counters, counterNames, noCounters } from './torrent/counters.ts'

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
