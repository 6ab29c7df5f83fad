import type { SwarmSources } from '../../state/rows.ts'

/** Where a tracker of a torrent comes from: libtorrent's announce_entry::tracker_source, as bits. */
export const trackerSource = {
  /** The torrent file. */
  torrentFile: 1,
  /** Added to a torrent that is there. */
  client: 2,
  /** A magnet link, or given when adding. */
  magnetLink: 4,
} as const

/** The trackers of both, each url once with the sources of both, sorted by tier. */
export function mergeTrackers(
  old: SwarmSources['trackers'],
  more: SwarmSources['trackers'],
): SwarmSources['trackers'] {
  const byUrl = new Map<string, SwarmSources['trackers'][number]>()
  for (const tracker of [...old, ...more]) {
    const known = byUrl.get(tracker.url)
    const source = (known?.source ?? 0) | (tracker.source ?? 0)
    if (tracker.url !== '') byUrl.set(tracker.url, { ...(known ?? tracker), ...(source > 0 && { source }) })
  }
  return [...byUrl.values()].sort((a, b) => a.tier - b.tier)
}

/** Each once, in the order in which they first come. */
export function unique(list: readonly string[]): string[] {
  return [...new Set(list)]
}
