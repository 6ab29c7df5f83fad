/** What can happen. Porla's names; `metadata_received` is added. */
export const eventNames = [
  'torrent_added',
  'torrent_finished',
  'torrent_moved',
  'torrent_paused',
  'torrent_resumed',
  'torrent_removed',
  'torrent_file_error',
  'metadata_received',
  'session_stats',
] as const
export type EventName = (typeof eventNames)[number]

/** The method of the notifications that `events.subscribe` starts. */
export const eventNotification = 'event'

/** Longest time that `events.wait` is held, seconds; whoever wants to wait longer asks again. */
export const longestWait = 60
