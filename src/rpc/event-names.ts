/**
 * What a script can ask to be told (`events.post`, the `post_*` functions of a handle), and the event that tells it: it
 * goes to whoever asked and to nobody else. Names of libtorrent's alerts.
 */
export const postedEvents = {
  download_queue: 'piece_info',
  file_progress: 'file_progress',
  peer_info: 'peer_info',
  piece_availability: 'piece_availability',
  status: 'state_update',
  trackers: 'tracker_list',
} as const
export type Postable = keyof typeof postedEvents
export type PostedEventName = (typeof postedEvents)[Postable]

/** What can happen. Porla's names; `metadata_received`, `engine_*` and what is posted are added. */
export const eventNames = [
  'torrent_added',
  'torrent_finished',
  'torrent_moved',
  'torrent_move_failed',
  'torrent_paused',
  'torrent_resumed',
  'torrent_removed',
  'torrent_file_error',
  'metadata_received',
  'engine_down',
  'engine_up',
  'session_stats',
  ...Object.values(postedEvents),
] as const
export type EventName = (typeof eventNames)[number]

/** The method of the notifications that `events.subscribe` starts. */
export const eventNotification = 'event'

/** Longest time that `events.wait` is held, seconds; whoever wants to wait longer asks again. */
export const longestWait = 60
