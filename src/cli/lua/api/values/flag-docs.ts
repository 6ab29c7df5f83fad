import type { FlagName } from '../../../../program/flag-names.ts'

/** What each flag means here, a sentence or two; for the reference page and the typings. */
export const flagDocs: { readonly [K in FlagName]: string } = {
  seed_mode:
    'Everything is there already: no check, each piece is hashed when a peer first asks for it. Ends by itself when all are right, and with a check when one is not, or when a file is missing or too short. Later it can only be cleared, which checks',
  upload_mode:
    'Request nothing, only serve. Set by itself when the disk is full or read-only; an auto managed torrent leaves it after `optimistic_disk_retry` seconds, whoever set it, and `clear_error()` ends it',
  share_mode: 'Only improve the ratio: not here, reads false',
  apply_ip_filter: 'Subject to the address filter of the session, of which there is none here',
  paused: 'Does not run. On an auto managed torrent the queue decides; see `pause()` for what lasts',
  auto_managed: 'The queue may start and pause it',
  duplicate_is_error: 'Adding what is there already is an error',
  update_subscribe: 'Concerns notifications of libtorrent: no effect, reads false',
  super_seeding: 'Initial seeding: not here, reads false',
  sequential_download: 'Pieces in order instead of the rarest first',
  stop_when_ready:
    'Pause and leave the queue’s hands once it is known what is on disk; clears itself. At once on a torrent that was checked, or waits for its metadata',
  override_trackers: 'The trackers that are given replace those of the torrent file',
  override_web_seeds: 'The web seeds that are given replace those of the torrent file',
  need_save_resume: 'No effect, reads false; see the field of the same name in a status',
  disable_dht: 'Not announced to the DHT, and no peers from it',
  disable_lsd: 'Not announced in the local network, and no peers from there',
  disable_pex: 'No peers from other peers, and none told to them',
  no_verify_files: 'Concerns resume data, which nobody passes here: no effect, reads false',
  default_dont_download: 'Files without a given priority get 0',
  i2p_torrent: 'There is no I2P here: reads false',
}
