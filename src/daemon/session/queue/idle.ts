import { FilesState } from '../../state/rows.ts'
import type { SettingsLayers } from '../settings/settings-layers.ts'
import { hasMetadata, isFinished } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'

// libtorrent's inactive torrents: they run, but have been slower than `inactive_down_rate` (`inactive_up_rate` once finished)
// for `auto_manage_startup` seconds. With `dont_count_slow_torrents` they take no slot of their kind.

/** Notes that a torrent was fast up to now. To be called before its rates or its kind change, and before `idleFrom`. */
export function noteSpeed(record: TorrentRecord, settings: SettingsLayers, now: number): void {
  const { observed } = record
  if (!observed) return
  const { seen } = observed
  const fast = isFinished(record)
    ? seen.payloadUploadRate >= settings.int('inactive_up_rate')
    : seen.payloadDownloadRate >= settings.int('inactive_down_rate')
  if (fast) observed.fastAt = now
}

/**
 * When a running torrent becomes idle, or became, should its speed stay as it is: monotonic milliseconds. Infinity for
 * one that cannot: it does not run in the engine, is checked, or slow torrents count.
 */
export function idleFrom(record: TorrentRecord, settings: SettingsLayers): number {
  const { observed } = record
  const checking = hasMetadata(record) && record.progress.files !== FilesState.known
  if (!observed || !record.engine.loaded || checking || !settings.flag('dont_count_slow_torrents'))
    return Number.POSITIVE_INFINITY
  return observed.fastAt + settings.int('auto_manage_startup') * 1000
}
