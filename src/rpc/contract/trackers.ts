import { Type } from 'typebox'
import {
  announceEndpointDocs as endpointDocs,
  announceEntryDocs as entryDocs,
  announceInfoHashDocs as hashDocs,
} from './docs/announce.ts'
import { described, type FieldDoc } from './docs/field.ts'
import { method, nothing, object } from './method.ts'
import { int32, torrentKey } from './types.ts'

const int = (doc: FieldDoc) => Type.Integer({ description: described(doc) })
const string = (doc: FieldDoc) => Type.String({ description: described(doc) })
const yesNo = (doc: FieldDoc) => Type.Boolean({ description: described(doc) })

/** libtorrent's announce_infohash. */
const AnnounceInfoHash = object({
  fails: int(hashDocs.fails),
  message: string(hashDocs.message),
  last_error: string(hashDocs.last_error),
  next_announce: int(hashDocs.next_announce),
  min_announce: int(hashDocs.min_announce),
  updating: yesNo(hashDocs.updating),
  start_sent: yesNo(hashDocs.start_sent),
  complete_sent: yesNo(hashDocs.complete_sent),
  scrape_complete: int(hashDocs.scrape_complete),
  scrape_incomplete: int(hashDocs.scrape_incomplete),
  scrape_downloaded: int(hashDocs.scrape_downloaded),
})

/** libtorrent's announce_endpoint. */
const AnnounceEndpoint = object({
  enabled: yesNo(endpointDocs.enabled),
  local_endpoint: Type.Tuple([Type.String(), Type.Integer()], {
    description: described(endpointDocs.local_endpoint),
  }),
  info_hashes: Type.Tuple([AnnounceInfoHash, AnnounceInfoHash], {
    description: described(endpointDocs.info_hashes),
  }),
})

/** libtorrent's announce_entry. */
export const AnnounceEntry = object({
  url: string(entryDocs.url),
  tier: int(entryDocs.tier),
  trackerid: string(entryDocs.trackerid),
  fail_limit: int(entryDocs.fail_limit),
  source: int(entryDocs.source),
  verified: yesNo(entryDocs.verified),
  endpoints: Type.Array(AnnounceEndpoint, { description: described(entryDocs.endpoints) }),
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
