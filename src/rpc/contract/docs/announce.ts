import { text, time } from './field.ts'

/** The fields of a tracker of a torrent. */
export const announceEntryDocs = {
  url: text('Where it announces to.'),
  tier: text('Trackers of tier 0 are asked first.'),
  trackerid: text('The last id the tracker handed out, or "".'),
  fail_limit: text('Given up after so many failures; 0 for never.'),
  source: text(
    'As a sum: 1 torrent file, 2 added later, 4 magnet link or given when adding, 8 told by peers.',
  ),
  verified: text('Whether it ever answered correctly.'),
  endpoints: text('One per listening socket that used it; empty before that.'),
}

/** The fields of a tracker as asked from one listening socket. */
export const announceEndpointDocs = {
  enabled: text('Whether it is used.'),
  local_endpoint: text('Address and port that we listen on; "0.0.0.0" and 0 while nothing listens.'),
  info_hashes: text(
    'Two: for the v1 and for the v2 info hash. Torrents run as v1, so the second keeps its defaults.',
  ),
}

/** The fields of one info hash of a torrent at one tracker. */
export const announceInfoHashDocs = {
  fails: text('Failures in a row.'),
  message: text('The words of the tracker: a warning, or why it failed; or "".'),
  last_error: text(
    'Category and number of the last failure, such as `system:111` or `http:404`; `system:0` when there was none. ' +
      'Errors of BitTorrent have a name instead: `libtorrent:tracker_failure`.',
  ),
  next_announce: time('When it is asked again; -2147483648 when that is not planned.'),
  min_announce: time('It is not asked before, whatever a script wants; -2147483648 for never asked.'),
  updating: text('It is being asked.'),
  start_sent: text('It has heard that the torrent started. Begins anew with the torrent.'),
  complete_sent: text('It has heard that the torrent was completed. Begins anew with the torrent.'),
  scrape_complete: text('Seeds it knows of; -1 unknown.'),
  scrape_incomplete: text('Downloaders it knows of; -1 unknown.'),
  scrape_downloaded: text('Completed downloads it knows of; -1 unknown.'),
}
