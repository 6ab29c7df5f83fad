/** Why settings have no effect here: a sentence, and the settings it is about. Those that work now are passed over. */
const reasons: readonly (readonly [why: string, ...names: string[]])[] = [
  ['Nothing watches the addresses of the machine.', 'enable_ip_notifier'],
  ['A web seed is asked for at most one piece at a time.', 'urlseed_max_request_bytes'],
  ['The system looks the name up for each request.', 'web_seed_name_lookup_retry'],
  [
    'There are no alerts to filter: whoever subscribes to events names those it wants. Porla overwrites it too.',
    'alert_mask',
  ],
  ['There is no I2P transport.', 'i2p_hostname', 'i2p_port', 'allow_i2p_mixed'],
  ['There is no I2P transport.', 'i2p_inbound_quantity', 'i2p_outbound_quantity', 'i2p_inbound_length'],
  ['There is no I2P transport.', 'i2p_outbound_length', 'i2p_inbound_length_variance'],
  ['There is no I2P transport.', 'i2p_outbound_length_variance'],
  ['Share mode does not exist here.', 'support_share_mode', 'share_mode_target'],
  ['Every received piece is hashed.', 'disable_hash_checks'],
  ['Node.js cannot open files so.', 'no_atime_storage'],
  ['It exists for Windows and macOS only.', 'enable_set_file_valid_data', 'disk_disable_copy_on_write'],
  [
    'Files are read and written plainly, with the cache of the system.',
    'disk_io_write_mode',
    'disk_io_read_mode',
    'disk_write_mode',
    'mmap_file_size_cutoff',
  ],
  [
    'Disk work runs in the pool of Node.js, whose size is fixed when the process starts, and hashing uses every core.',
    'aio_threads',
    'hashing_threads',
    'checking_mem_usage',
  ],
  ['Files that are not used are closed when others need the descriptor.', 'close_file_interval'],
  ['Answers of trackers are limited by tracker_maximum_response_length.', 'max_http_recv_buffer_size'],
  ['There is no regular tick to tune.', 'tick_interval'],
  ['Requests and pieces are the engine’s own choice.', 'max_rejects', 'predictive_piece_announce'],
  [
    'The buffers of sockets and streams are those of Node.js.',
    'send_not_sent_low_watermark',
    'max_peer_recv_buffer_size',
    'recv_socket_buffer_size',
    'send_socket_buffer_size',
  ],
  ['Node.js cannot set it on its sockets.', 'peer_dscp'],
  [
    'The uTP library has no such knob.',
    'utp_target_delay',
    'utp_gain_factor',
    'utp_min_timeout',
    'utp_syn_resends',
    'utp_fin_resends',
    'utp_num_resends',
    'utp_connect_timeout',
    'utp_loss_multiplier',
    'utp_cwnd_reduce_timer',
  ],
  ['The limiter sees the bytes of streams, not the packets below.', 'rate_limit_ip_overhead'],
  ['TCP and uTP share one limiter.', 'mixed_mode_algorithm'],
  ['A metadata dictionary has no more parts than its size allows.', 'metadata_token_limit'],
  [
    'The DHT library has no such rule.',
    'dht_prefer_verified_node_ids',
    'dht_restrict_routing_ips',
    'dht_restrict_search_ips',
    'dht_extended_routing_table',
    'dht_aggressive_lookups',
    'dht_privacy_lookups',
    'dht_enforce_node_id',
    'dht_ignore_dark_internet',
    'dht_max_fail_count',
    'dht_max_torrent_search_reply',
    'dht_sample_infohashes_interval',
    'dht_max_infohashes_sample_count',
  ],
  ['The port mapping library talks to whatever answers.', 'upnp_ignore_nonrouters', 'natpmp_gateway'],
  [
    'An address is called again after 1 s another way (encrypted or not, TCP or uTP), then after 5 and 15 s.',
    'min_reconnect_time',
  ],
  ['There is no list of blocked addresses.', 'apply_ip_filter_to_trackers'],
  ['Nobody is let in beyond connections_limit, so no connection has to make room.', 'connections_slack'],
  [
    'connection_speed alone says how fast peers are called.',
    'smooth_connects',
    'connect_seed_every_n_download',
  ],
  [
    'A peer that sent a bad piece alone is banned at once; one that shared in several is, too.',
    'use_parole_mode',
  ],
  ['Trackers and web seeds always hear the user agent.', 'always_send_user_agent'],
  ['Names are looked up by the system, which has its own cache.', 'resolver_cache_timeout'],
  ['The proxy is told that datagrams may come from anywhere.', 'socks5_udp_send_local_ep'],
  [
    'HTTP proxies are always told the name of the destination, unless proxy_hostnames is off.',
    'proxy_send_host_in_connect',
  ],
  ['Peers are told apart by their address, not by their id.', 'allow_multiple_connections_per_pid'],
]

/** What settings that work do not do here. */
const bounds: ReadonlyMap<string, string> = new Map([
  [
    'max_metadata_size',
    'the metadata of a magnet link is at most 10 MB, whatever more is allowed; a .torrent file may have more',
  ],
  [
    'incoming_starts_queued_torrents',
    'the call itself is refused, the peer’s next one is answered; it runs beside the limits for auto_manage_interval seconds; nobody can call while no torrent of the session runs',
  ],
  ['proxy_type', 'see [proxy.md](proxy.md)'],
  ['unchoke_slots_limit', 'peers of the local network count as all others do'],
])

const byName = new Map(reasons.flatMap(([why, ...names]) => names.map((name) => [name, why] as const)))

/** Every name that has a sentence. */
export const explained: readonly string[] = [...byName.keys(), ...bounds.keys()]

/** Why a setting is kept without effect; undefined when there is nothing to say. For the reference page. */
export function reasonOf(name: string): string | undefined {
  return byName.get(name)
}

/** What a setting that works does not do here, or where to read on; undefined when there is nothing to say. */
export function boundOf(name: string): string | undefined {
  return bounds.get(name)
}
