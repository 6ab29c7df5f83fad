import { isFinished, isPaused, isSeed } from './predicates.ts'
import type { TorrentRecord } from './record.ts'

/**
 * The three durations of a torrent. They count while it is not paused; `now` is monotonic milliseconds, so that a
 * change of the wall clock does not change them.
 */

/** Counts up to now. To be called before anything changes that decides what is counted. */
export function countUp(record: TorrentRecord, now: number): void {
  if (record.clock.countedTo === null) return
  const passed = Math.max(0, now - record.clock.countedTo)
  const { progress } = record
  progress.activeMs += passed
  if (isFinished(record)) progress.finishedMs += passed
  if (isSeed(record)) progress.seedingMs += passed
  record.clock.countedTo = now
}

/** Starts or stops counting after the torrent was started or paused; true when there is something to save. */
export function startOrStop(record: TorrentRecord, now: number): boolean {
  const runs = !record.removed && !record.holds.sessionPaused && !isPaused(record)
  if (runs && record.clock.countedTo === null) {
    record.clock.countedTo = now
    record.clock.finishedMsAtStart = record.progress.finishedMs
    return false
  }
  if (runs || record.clock.countedTo === null) return false
  countUp(record, now)
  record.clock.countedTo = null
  // What a torrent that becomes unfinished falls back to: time up to a pause is not lost any more (libtorrent).
  record.clock.finishedMsAtStart = record.progress.finishedMs
  return true
}

const uncounted = (record: TorrentRecord, now: number) =>
  record.clock.countedTo === null ? 0 : Math.max(0, now - record.clock.countedTo)

/** Seconds not paused. */
export function activeSeconds(record: TorrentRecord, now: number): number {
  return Math.floor((record.progress.activeMs + uncounted(record, now)) / 1000)
}

/** Seconds not paused while finished. */
export function finishedSeconds(record: TorrentRecord, now: number): number {
  const more = isFinished(record) ? uncounted(record, now) : 0
  return Math.floor((record.progress.finishedMs + more) / 1000)
}

/** Seconds not paused while complete. */
export function seedingSeconds(record: TorrentRecord, now: number): number {
  const more = isSeed(record) ? uncounted(record, now) : 0
  return Math.floor((record.progress.seedingMs + more) / 1000)
}
