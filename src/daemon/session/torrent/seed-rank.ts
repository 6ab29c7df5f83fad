import { activeSeconds, finishedSeconds } from './durations.ts'
import { isFinished, isPaused, isSeed } from './predicates.ts'
import type { TorrentRecord } from './record.ts'

/** The settings that say when a seed has done its part. */
export interface SeedLimits {
  /** Percent. */
  shareRatio: number
  /** Percent: time as a seed over time spent downloading. */
  timeRatio: number
  /** Seconds. */
  time: number
}

const limitsNotReached = 2 ** 30
const noOtherSeeds = 2 ** 29
const startedLately = 2 ** 28
const countMask = startedLately - 1
const latelySeconds = 30 * 60

/**
 * `seed_rank`: who seeds first, higher goes first; 0 unless finished. The bits are those of
 * libtorrent 2.0 (torrent::seed_rank).
 */
export function seedRank(record: TorrentRecord, limits: SeedLimits, now: number): number {
  if (!isFinished(record)) return 0
  const { progress, row, observed } = record
  const active = activeSeconds(record, now)
  const finished = finishedSeconds(record, now)
  const downloading = active - finished
  // A torrent that was not downloaded here is measured against its size.
  const downloaded = Math.max(progress.downloaded, row.size)
  let rank = 0
  if (
    downloading > 1 &&
    finished < limits.time &&
    (finished * 100) / downloading < limits.timeRatio &&
    downloaded > 0 &&
    (progress.uploaded * 100) / downloaded < limits.shareRatio
  ) {
    rank += limitsNotReached
  }
  if (!isPaused(record) && active < latelySeconds) rank += startedLately
  // What no tracker tells is counted among the peers that are known.
  const { swarmSeeds = -1, swarmLeechers = -1, knownPeers = 0, knownSeeds = 0 } = observed?.seen ?? {}
  const seeds = swarmSeeds >= 0 ? swarmSeeds : knownSeeds
  const downloaders = swarmLeechers >= 0 ? swarmLeechers : knownPeers - knownSeeds
  if (seeds <= 0) return rank + noOtherSeeds + Math.min(Math.max(0, downloaders), countMask)
  const scale = isSeed(record) ? 1000 : 500
  return rank + (Math.floor(((1 + Math.max(0, downloaders)) * scale) / seeds) & countMask)
}
