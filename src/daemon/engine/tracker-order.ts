/** What decides the order in which trackers are asked. */
export interface Ordered {
  url: string
  tier: number
}

/**
 * Trackers sorted by tier. With `preferUdp` (libtorrent's prefer_udp_trackers) a UDP tracker changes places, and
 * tiers, with the first tracker of another kind on the same host before it. `shuffle` mixes each tier (BEP 12).
 * Returns a new list of the same objects, whose tiers it may have changed.
 */
export function orderTrackers<T extends Ordered>(
  trackers: readonly T[],
  { preferUdp, shuffle = false }: { preferUdp: boolean; shuffle?: boolean },
): T[] {
  const places = trackers.map((tracker) => ({ tracker, at: shuffle ? Math.random() : 0 }))
  const sorted = places
    .sort((a, b) => a.tracker.tier - b.tracker.tier || a.at - b.at)
    .map(({ tracker }) => tracker)
  if (!preferUdp) return sorted
  for (const [i, tracker] of sorted.entries()) {
    if (!isUdp(tracker.url)) continue
    const host = hostOf(tracker.url)
    const j = sorted.findIndex(({ url }, k) => k < i && !isUdp(url) && hostOf(url) === host)
    const other = sorted[j]
    if (host === null || other === undefined) continue
    ;[tracker.tier, other.tier] = [other.tier, tracker.tier]
    sorted[j] = tracker
    sorted[i] = other
  }
  return sorted
}

function isUdp(url: string): boolean {
  return url.startsWith('udp://')
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null
}
