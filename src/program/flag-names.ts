/**
 * libtorrent's twenty flag names (reference: libtorrent torrent_flags_t). Apart from the contract, whose schemas the
 * program does not load at start.
 */
export const flagNames = [
  'seed_mode',
  'upload_mode',
  'share_mode',
  'apply_ip_filter',
  'paused',
  'auto_managed',
  'duplicate_is_error',
  'update_subscribe',
  'super_seeding',
  'sequential_download',
  'stop_when_ready',
  'override_trackers',
  'override_web_seeds',
  'need_save_resume',
  'disable_dht',
  'disable_lsd',
  'disable_pex',
  'no_verify_files',
  'default_dont_download',
  'i2p_torrent',
] as const
export type FlagName = (typeof flagNames)[number]
