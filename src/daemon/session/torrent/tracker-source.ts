/** Where a tracker of a torrent comes from: libtorrent's announce_entry::tracker_source, as bits. */
export const trackerSource = {
  /** The torrent file. */
  torrentFile: 1,
  /** Added to a torrent that is there. */
  client: 2,
  /** A magnet link, or given when adding. */
  magnetLink: 4,
} as const
