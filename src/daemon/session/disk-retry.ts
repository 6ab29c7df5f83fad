import { longestTimerMs } from '../../program/longest-timer.ts'
import type { Clock } from './clock.ts'
import { hasFlag } from './torrent/flags.ts'
import { isManaged } from './torrent/predicates.ts'
import type { TorrentRecord } from './torrent/record.ts'

/**
 * Takes auto managed torrents out of upload mode after `optimistic_disk_retry` seconds, in the hope that there is room
 * again, or the folder can be written to (libtorrent does so whoever set the flag). One timer serves all of them. The
 * time begins anew with the daemon.
 */
export class DiskRetry {
  readonly #clock: Clock
  readonly #seconds: () => number
  readonly #leave: (record: TorrentRecord) => void
  /** Torrents in upload mode, and since when: monotonic milliseconds. */
  readonly #since = new Map<TorrentRecord, number>()
  #timer: NodeJS.Timeout | null = null

  /** `seconds`: the setting as it is. `leave` ends the upload mode of a torrent. */
  constructor(clock: Clock, seconds: () => number, leave: (record: TorrentRecord) => void) {
    this.#clock = clock
    this.#seconds = seconds
    this.#leave = leave
  }

  /** Something of this torrent changed. */
  look(record: TorrentRecord): void {
    const inMode = !record.removed && hasFlag(record.row.flags, 'upload_mode')
    if (!inMode) {
      if (this.#since.delete(record)) this.plan()
      return
    }
    if (!this.#since.has(record)) this.#since.set(record, this.#clock.now())
    this.plan()
  }

  /** Sets the timer for the one that is due first. */
  plan(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    let first = Number.POSITIVE_INFINITY
    for (const [record, since] of this.#since) {
      if (record.removed) this.#since.delete(record)
      else if (isManaged(record)) first = Math.min(first, since)
    }
    if (first === Number.POSITIVE_INFINITY) return
    const wait = Math.max(0, first + this.#seconds() * 1000 - this.#clock.now())
    this.#timer = setTimeout(() => this.run(), Math.min(wait, longestTimerMs)).unref()
  }

  /** Takes out those that are due. */
  run(): void {
    const before = this.#clock.now() - this.#seconds() * 1000
    for (const [record, since] of [...this.#since]) {
      if (since > before || !isManaged(record) || record.removed) continue
      this.#since.delete(record)
      this.#leave(record)
    }
    this.plan()
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#since.clear()
  }
}
