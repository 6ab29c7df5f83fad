import type { SettingRow } from './table.ts'

/** Settings that libtorrent got after 2.0.8 (up to 2.0.13): a script written for a newer one finds them. */
// biome-ignore format: one row a line
export const laterRows = [
  ['natpmp_gateway', '', null, null, 'kept'],
  ['proxy_send_host_in_connect', false, null, null, 'kept'],
  ['disk_disable_copy_on_write', false, null, null, 'kept'],
  ['allow_multiple_connections_per_pid', false, null, null, 'kept'],
  ['i2p_inbound_quantity', 3, null, null, 'kept'],
  ['i2p_outbound_quantity', 3, null, null, 'kept'],
  ['i2p_inbound_length', 3, null, null, 'kept'],
  ['i2p_outbound_length', 3, null, null, 'kept'],
  ['announce_port', 0, null, null, 'works'],
  ['i2p_inbound_length_variance', 0, null, null, 'kept'],
  ['i2p_outbound_length_variance', 0, null, null, 'kept'],
  ['natpmp_lease_duration', 3600, null, null, 'kept'],
] as const satisfies readonly SettingRow[]

/**
 * Settings that libtorrent 2.0.8 only still knows by name: they read their default, take a value and do nothing, there
 * as here.
 */
// biome-ignore format: one row a line
export const deprecatedRows: readonly SettingRow[] = [
  ['mmap_cache', '', null, null, 'kept'],
  ['ignore_limits_on_local_network', true, null, null, 'kept'],
  ['lazy_bitfields', false, null, null, 'kept'],
  ['use_read_cache', true, null, null, 'kept'],
  ['use_write_cache', true, null, null, 'kept'],
  ['dont_flush_write_cache', false, null, null, 'kept'],
  ['coalesce_reads', false, null, null, 'kept'],
  ['coalesce_writes', false, null, null, 'kept'],
  ['strict_super_seeding', false, null, null, 'kept'],
  ['lock_disk_cache', false, null, null, 'kept'],
  ['low_prio_disk', true, null, null, 'kept'],
  ['volatile_read_cache', false, null, null, 'kept'],
  ['guided_read_cache', false, null, null, 'kept'],
  ['broadcast_lsd', true, null, null, 'kept'],
  ['ignore_resume_timestamps', false, null, null, 'kept'],
  ['rate_limit_utp', true, null, null, 'kept'],
  ['announce_double_nat', false, null, null, 'kept'],
  ['use_disk_read_ahead', true, null, null, 'kept'],
  ['lock_files', false, null, null, 'kept'],
  ['contiguous_recv_buffer', true, false, null, 'kept'],
  ['allow_partial_disk_writes', true, null, null, 'kept'],
  ['force_proxy', false, null, null, 'kept'],
  ['support_merkle_torrents', false, null, null, 'kept'],
  ['use_disk_cache_pool', false, null, null, 'kept'],
  ['cache_size', 2048, null, null, 'kept'],
  ['cache_buffer_chunk_size', 0, null, null, 'kept'],
  ['cache_expiry', 300, null, null, 'kept'],
  ['active_loaded_limit', 0, null, null, 'kept'],
  ['file_checks_delay_per_block', 0, null, null, 'kept'],
  ['read_cache_line_size', 32, null, null, 'kept'],
  ['write_cache_line_size', 16, null, null, 'kept'],
  ['default_cache_min_age', 1, null, null, 'kept'],
  ['default_est_reciprocation_rate', 16000, null, null, 'kept'],
  ['increase_est_reciprocation_rate', 20, null, null, 'kept'],
  ['decrease_est_reciprocation_rate', 3, null, null, 'kept'],
  ['local_upload_rate_limit', 0, null, null, 'kept'],
  ['local_download_rate_limit', 0, null, null, 'kept'],
  ['half_open_limit', 0, null, null, 'kept'],
  ['utp_delayed_ack', 0, null, null, 'kept'],
  ['aio_max', 300, null, null, 'kept'],
  ['network_threads', 0, null, null, 'kept'],
  ['ssl_listen', 0, null, null, 'kept'],
  ['cache_size_volatile', 256, null, null, 'kept'],
]
