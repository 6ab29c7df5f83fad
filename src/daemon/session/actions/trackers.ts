import type { Params, Result } from '../../../rpc/contract/index.ts'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import type { TrackerReport } from '../../engine/protocol.ts'
import { orderTrackers } from '../../engine/tracker-order.ts'
import type { SwarmSources } from '../../state/rows.ts'
import { takeScrape } from '../queue/scraper.ts'
import type { Session } from '../session.ts'
import { hasMetadata } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { trackerSource } from '../torrent/swarm-sources.ts'

type Entry = Result<'torrents.trackers.list'>['trackers'][number]
type AnnounceInfoHash = Entry['endpoints'][number]['info_hashes'][0]

/** libtorrent's time_point32 before there is one. */
const never = -(2 ** 31)

const unknown: AnnounceInfoHash = {
  fails: 0,
  message: '',
  last_error: 'system:0',
  next_announce: never,
  min_announce: never,
  updating: false,
  start_sent: false,
  complete_sent: false,
  scrape_complete: -1,
  scrape_incomplete: -1,
  scrape_downloaded: -1,
}

/**
 * The trackers of a torrent, loaded or not, in the order in which they are asked. What is known of them is from this
 * life of the daemon.
 */
export function trackersOf(session: Session, record: TorrentRecord): Entry[] {
  const { trackers } = session.store.swarmSources(record.row.id)
  const seen = new Map((record.observed?.seen.trackers ?? []).map((report) => [report.url, report]))
  const places = [...seen.keys()]
  const kept = trackers.map((tracker) => ({ ...tracker, tier: seen.get(tracker.url)?.tier ?? tracker.tier }))
  // those that the engine has not heard of yet come last in their tier
  const place = ({ url }: { url: string }) => (seen.has(url) ? places.indexOf(url) : places.length)
  kept.sort((a, b) => place(a) - place(b))
  const otherwise = hasMetadata(record) ? trackerSource.torrentFile : trackerSource.magnetLink
  return orderTrackers(kept, { preferUdp: session.settings.flag('prefer_udp_trackers') }).map(
    ({ url, tier, source }) => {
      const report = seen.get(url)
      return {
        url,
        tier,
        trackerid: report?.trackerId ?? '',
        fail_limit: report?.failLimit ?? 0,
        source: source ?? otherwise,
        verified: report?.verified ?? false,
        endpoints: report ? endpointsOf(report, session.engine.state.listening) : [],
      }
    },
  )
}

function endpointsOf(report: TrackerReport, listening: string | null): Entry['endpoints'] {
  const scraped = report.complete >= 0 || report.incomplete >= 0 || report.downloaded >= 0
  if (!report.verified && !report.updating && report.fails === 0 && !scraped) return []
  const [, address = '0.0.0.0', port = '0'] = /^\[?(.*?)\]?:(\d+)$/.exec(listening ?? '') ?? []
  const v1: AnnounceInfoHash = {
    fails: report.fails,
    message: report.message,
    last_error: report.lastError || unknown.last_error,
    next_announce: report.nextAnnounce ?? never,
    min_announce: report.minAnnounce ?? never,
    updating: report.updating,
    start_sent: report.startSent,
    complete_sent: report.completeSent,
    scrape_complete: report.complete,
    scrape_incomplete: report.incomplete,
    scrape_downloaded: report.downloaded,
  }
  return [{ enabled: true, local_endpoint: [address, Number(port)], info_hashes: [v1, unknown] }]
}

/** Adds one tracker; durable when it returns. As in libtorrent, one that is there only remembers the new source. */
export function addTracker(session: Session, record: TorrentRecord, url: string, tier = 0): void {
  const sources = session.store.swarmSources(record.row.id)
  const { client } = trackerSource
  const known = sources.trackers.some((tracker) => tracker.url === url)
  const trackers = known
    ? sources.trackers.map((one) => (one.url === url ? { ...one, source: (one.source ?? 0) | client } : one))
    : [...sources.trackers, { url, tier, source: client }]
  keep(session, record, sources, trackers)
}

/** Replaces all; durable when it returns. A url that comes twice counts once. */
export function replaceTrackers(
  session: Session,
  record: TorrentRecord,
  wanted: Params<'torrents.trackers.replace'>['trackers'],
): void {
  const sources = session.store.swarmSources(record.row.id)
  const source = trackerSource.client
  const all = wanted.map(({ url, tier = 0 }) => ({ url, tier, source }))
  const first = new Map(all.toReversed().map((tracker) => [tracker.url, tracker]))
  keep(
    session,
    record,
    sources,
    all.filter((tracker) => first.get(tracker.url) === tracker),
  )
}

function keep(
  session: Session,
  record: TorrentRecord,
  sources: SwarmSources,
  trackers: SwarmSources['trackers'],
): void {
  const sorted = trackers.toSorted((a, b) => a.tier - b.tier)
  session.store.saveSwarmSources(record.row.id, { ...sources, trackers: sorted })
  session.optionsChanged(record)
}

/** The tracker at a place of the list, from 0; undefined for -1. Throws InvalidValue when there is none. */
function trackerAt(trackers: readonly Entry[], index: number): Entry | undefined {
  const chosen = trackers[index]
  if (index < 0 || chosen !== undefined) return chosen
  const message = `'tracker_index' ${index} is out of range: there are ${trackers.length} trackers, from 0`
  throw new RpcError(ErrorCode.InvalidValue, message, { path: 'tracker_index' })
}

/** Asks trackers again. No effect unless the torrent runs. Throws InvalidValue for a tracker that is not there. */
export function reannounce(
  session: Session,
  record: TorrentRecord,
  {
    seconds = 0,
    tracker_index: index = -1,
    ignore_min_interval: ignore = false,
  }: { seconds?: number; tracker_index?: number; ignore_min_interval?: boolean },
): void {
  const url = trackerAt(trackersOf(session, record), index)?.url ?? null
  if (!record.engine.loaded) return
  session.passOn(record, 'reannounce', {
    id: record.row.v1,
    url,
    afterMs: seconds * 1000,
    ignoreMinInterval: ignore,
  })
}

/**
 * Asks a tracker how large the swarm is, whether the torrent runs or not, and returns at once. As in libtorrent, without
 * a place it is the one that answered last, else the first. Throws InvalidValue for a tracker that is not there.
 */
export function scrape(session: Session, record: TorrentRecord, index = -1): void {
  const trackers = trackersOf(session, record)
  const current = record.observed?.seen.currentTracker
  const chosen = trackerAt(trackers, index) ?? trackers.find(({ url }) => url === current) ?? trackers[0]
  if (chosen === undefined) return
  session.engine.call('scrape', { id: record.row.v1, urls: [chosen.url] }).then(
    (found) => {
      if (found === null)
        session.log.debug(`session ${session.name}: ${chosen.url} tells nothing of ${record.row.v1}`)
      // a torrent that the engine has reports it
      if (found === null || record.removed || record.engine.loaded) return
      takeScrape(record, found, session.clock.now(), chosen.tier)
    },
    (error: Error) => {
      // the engine went away: the numbers stay as they were
      session.log.debug(`session ${session.name}: scrape of ${record.row.v1}: ${error.message}`)
    },
  )
}
