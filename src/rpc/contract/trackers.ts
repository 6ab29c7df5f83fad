import { Type } from 'typebox'
import { method, nothing, object } from './method.ts'
import { int32, torrentKey } from './types.ts'

const int = (what: string) => Type.Integer({ description: what })
const time = (what: string) =>
  Type.Integer({ description: `${what}, unix seconds; -2147483648: none is planned` })
const scraped = (what: string) => Type.Integer({ description: `${what} by this tracker, -1 unknown` })

/** libtorrent's announce_infohash. */
const AnnounceInfoHash = object({
  fails: int('failures in a row'),
  message: Type.String({ description: 'the tracker\'s own words: a warning, or why it failed; or ""' }),
  last_error: Type.String({
    description: 'category and number of the last failure: "system:111", "http:404"; "system:0" for none',
  }),
  next_announce: time('when it is asked again'),
  min_announce: time('not before, whatever is asked for'),
  updating: Type.Boolean({ description: 'it is being asked' }),
  start_sent: Type.Boolean({ description: 'it has heard of this start of the torrent' }),
  complete_sent: Type.Boolean({ description: 'it has heard that the torrent was completed' }),
  scrape_complete: scraped('seeds'),
  scrape_incomplete: scraped('downloaders'),
  scrape_downloaded: scraped('completed downloads'),
})

/** libtorrent's announce_endpoint. */
const AnnounceEndpoint = object({
  enabled: Type.Boolean(),
  local_endpoint: Type.Tuple([
    Type.String({ description: 'address' }),
    Type.Integer({ description: 'port' }),
  ]),
  info_hashes: Type.Tuple([AnnounceInfoHash, AnnounceInfoHash], {
    description: 'for the v1 and the v2 info hash; torrents run as v1, so the second stays at its defaults',
  }),
})

/** libtorrent's announce_entry. */
export const AnnounceEntry = object({
  url: Type.String(),
  tier: int('0 is asked first'),
  trackerid: Type.String({ description: 'the last id it handed out, or ""' }),
  fail_limit: int('given up after so many failures; 0 never'),
  source: int('bits: 1 torrent file, 2 added later, 4 magnet link or given when adding, 8 told by peers'),
  verified: Type.Boolean({ description: 'it ever answered correctly' }),
  endpoints: Type.Array(AnnounceEndpoint, {
    description: 'one per listening socket; none before it is used',
  }),
})

/** libtorrent keeps it in a byte. */
const tier = Type.Integer({ minimum: 0, maximum: 255, description: '0 is asked first' })
const url = Type.String({ minLength: 1, description: 'http, https, udp, ws or wss' })

/** Methods about the trackers of one torrent. */
export const trackerMethods = {
  'torrents.trackers.list': method({
    params: object(torrentKey),
    result: object({ trackers: Type.Array(AnnounceEntry) }),
    changes: false,
    doc: 'Lists the trackers of a torrent in the order in which they are asked, with what is known of each.',
  }),
  'torrents.trackers.add': method({
    params: object({ ...torrentKey, url, tier: Type.Optional(tier) }),
    result: nothing,
    changes: true,
    doc: 'Adds a tracker, last in its tier (0 if none is given); one that is there stays as it is.',
  }),
  'torrents.trackers.replace': method({
    params: object({
      ...torrentKey,
      trackers: Type.Array(object({ url, tier: Type.Optional(tier) }), {
        description: 'an empty list takes all away',
      }),
    }),
    result: nothing,
    changes: true,
    doc: 'Replaces all trackers; those that are gone hear that the torrent stopped.',
  }),
  'torrents.trackers.reannounce': method({
    params: object({
      ...torrentKey,
      seconds: Type.Optional(
        Type.Integer({ minimum: 0, maximum: int32.maximum, description: 'how long to wait; 0 by default' }),
      ),
      tracker_index: Type.Optional(
        Type.Integer({
          minimum: -1,
          maximum: int32.maximum,
          description: 'place in the list of trackers, from 0; -1 (default): all in use',
        }),
      ),
      ignore_min_interval: Type.Optional(
        Type.Boolean({ description: 'asks even before the least interval is over; false by default' }),
      ),
    }),
    result: nothing,
    changes: true,
    doc:
      'Asks trackers again, but not before the least interval they gave is over. No effect while the torrent does ' +
      'not run: its trackers are asked when it starts.',
  }),
  'torrents.trackers.scrape': method({
    params: object({
      ...torrentKey,
      tracker_index: Type.Optional(
        Type.Integer({
          minimum: -1,
          maximum: int32.maximum,
          description:
            'place in the list of trackers, from 0; -1 (default): the one that answered last, else the first',
        }),
      ),
    }),
    result: nothing,
    changes: true,
    doc:
      'Asks a tracker how large the swarm is, also while the torrent is paused. Returns at once: what it says is in ' +
      '`torrents.trackers.list` and in the status when it has answered.',
  }),
}
