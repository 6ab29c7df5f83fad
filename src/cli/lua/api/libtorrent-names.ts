// Written by scripts/generate/libtorrent-names.py, from the public members of libtorrent 2.0.8.

const members: Readonly<Record<string, string>> = {
  AddTorrentParams:
    'active_time added_time banned_peers completed_time dht_nodes download_limit file_priorities ' +
    'finished_time flags have_pieces http_seeds info_hash info_hashes last_download last_seen_complete ' +
    'last_upload max_connections max_uploads merkle_tree name num_complete num_downloaded num_incomplete ' +
    'peers piece_priorities renamed_files resume_data save_path seeding_time storage_mode ti ' +
    'total_downloaded total_uploaded tracker_tiers trackerid trackers unfinished_pieces upload_limit url ' +
    'url_seeds verified_pieces version',
  AnnounceEndpoint: 'enabled info_hashes local_endpoint reset',
  AnnounceEntry:
    'can_announce complete_sent fail_limit fails is_working last_error message min_announce ' +
    'min_announce_in next_announce next_announce_in reset scrape_complete scrape_downloaded ' +
    'scrape_incomplete send_stats source start_sent tier trackerid trim updating url verified',
  AnnounceInfoHash:
    'can_announce complete_sent fails is_working last_error message min_announce next_announce ' +
    'scrape_complete scrape_downloaded scrape_incomplete start_sent triggered_manually updating',
  FileStorage:
    'add_file at file_absolute_path file_flags file_index_at_offset file_index_at_piece ' +
    'file_index_for_root file_name file_offset file_path file_size flag_executable flag_hidden ' +
    'flag_pad_file flag_symlink hash is_valid name num_files num_pieces piece_index_at_file piece_length ' +
    'piece_size rename_file root set_name set_num_pieces set_piece_length symlink total_size v2',
  InfoHash: 'get get_best has has_v1 has_v2 v1 v2',
  PeerInfo:
    'bw_disk bw_global bw_idle bw_limit bw_network bw_torrent choked client connecting connection_type ' +
    'dht down_speed download_limit download_queue_length download_queue_time download_rate_peak ' +
    'downloading_block_index downloading_piece_index downloading_progress downloading_total endgame_mode ' +
    'estimated_reciprocation_rate failcount flags handshake holepunched http_seed interesting ip ' +
    'last_active last_request load_balancing local_connection local_endpoint lsd num_hashfails num_pieces ' +
    'on_parole optimistic_unchoke outgoing_connection payload_down_speed payload_up_speed ' +
    'pending_disk_bytes pex pid pieces plaintext_encrypted progress progress_ppm queue_bytes queued ' +
    'rc4_encrypted read_state receive_buffer_size receive_quota remote_choked remote_dl_rate ' +
    'remote_interested request_timeout resume_data rtt seed send_buffer_size send_quota snubbed source ' +
    'standard_bittorrent supports_extensions total_download total_upload tracker up_speed upload_limit ' +
    'upload_only upload_queue_length upload_rate_peak used_receive_buffer used_send_buffer web_seed ' +
    'write_state',
  Session:
    'add_dht_node add_dht_router add_extension add_port_mapping add_torrent apply_settings ' +
    'async_add_torrent create_peer_class delete_files delete_partfile delete_peer_class ' +
    'delete_port_mapping dht_announce dht_get_immutable_item dht_get_mutable_item dht_get_peers ' +
    'dht_live_nodes dht_proxy dht_put_immutable_item dht_put_mutable_item dht_sample_infohashes dht_state ' +
    'download_rate_limit find_torrent get_dht_settings get_ip_filter get_pe_settings get_peer_class ' +
    'get_settings get_torrent_status get_torrents global_peer_class_id i2p_proxy id is_dht_running ' +
    'is_listening is_paused listen_on listen_port load_state local_download_rate_limit ' +
    'local_peer_class_id local_upload_rate_limit max_connections num_connections outgoing_ports pause ' +
    'peer_proxy pop_alerts post_dht_stats post_session_stats post_torrent_updates proxy ' +
    'refresh_torrent_status remove_torrent reopen_map_ports reopen_network_sockets resume save_state ' +
    'set_alert_fd set_alert_mask set_alert_notify set_alert_queue_size_limit set_dht_proxy ' +
    'set_dht_settings set_download_rate_limit set_i2p_proxy set_ip_filter set_local_download_rate_limit ' +
    'set_local_upload_rate_limit set_max_connections set_max_half_open_connections set_max_uploads ' +
    'set_pe_settings set_peer_class set_peer_class_filter set_peer_class_type_filter set_peer_id ' +
    'set_peer_proxy set_proxy set_tracker_proxy set_upload_rate_limit set_web_seed_proxy start_dht ' +
    'start_lsd start_natpmp start_upnp status stop_dht stop_lsd stop_natpmp stop_upnp tcp ' +
    'tcp_peer_class_id tracker_proxy udp upload_rate_limit wait_for_alert web_seed_proxy',
  TorrentHandle:
    'add_http_seed add_piece add_tracker add_url_seed alert_when_available apply_ip_filter auto_managed ' +
    'clear_error clear_piece_deadlines connect_peer download_limit file_priorities file_priority ' +
    'file_progress file_status flags flush_cache flush_disk_cache force_dht_announce force_reannounce ' +
    'force_recheck get_download_queue get_file_priorities get_peer_info get_piece_priorities ' +
    'get_torrent_info graceful_pause has_metadata have_piece http_seeds ignore_min_interval info_hash ' +
    'info_hashes is_auto_managed is_finished is_paused is_seed is_valid max_connections max_uploads ' +
    'move_storage name need_save_resume_data only_if_modified overwrite_existing pause piece_availability ' +
    'piece_granularity piece_priorities piece_priority prioritize_files prioritize_pieces ' +
    'query_accurate_download_counters query_distributed_copies query_last_seen_complete query_pieces ' +
    'query_verified_pieces queue_position queue_position_bottom queue_position_down queue_position_top ' +
    'queue_position_up read_piece remove_http_seed remove_url_seed rename_file replace_trackers ' +
    'reset_piece_deadline resume save_info_dict save_path save_resume_data scrape_tracker ' +
    'set_download_limit set_flags set_max_connections set_max_uploads set_metadata ' +
    'set_peer_download_limit set_peer_upload_limit set_piece_deadline set_priority set_ratio ' +
    'set_sequential_download set_share_mode set_ssl_certificate set_tracker_login set_upload_limit ' +
    'set_upload_mode status stop_when_ready super_seeding torrent_file trackers unset_flags upload_limit ' +
    'url_seeds use_interface write_resume_data',
  TorrentInfo:
    'add_http_seed add_node add_tracker add_url_seed collections comment creation_date creator file_at ' +
    'files hash_for_piece info_hash info_hashes info_section is_i2p is_merkle_torrent is_valid map_block ' +
    'map_file merkle_tree metadata metadata_size name nodes num_files num_pieces orig_files piece_length ' +
    'piece_size priv remap_files rename_file set_merkle_tree set_web_seeds similar_torrents ssl_cert ' +
    'total_size trackers web_seeds',
  TorrentStatus:
    'active_duration active_time added_time all_time_download all_time_upload allocating ' +
    'announce_interval announcing_to_dht announcing_to_lsd announcing_to_trackers auto_managed block_size ' +
    'checking_files checking_resume_data completed_time connect_candidates connections_limit ' +
    'current_tracker distributed_copies distributed_fraction distributed_full_copies down_bandwidth_queue ' +
    'download_payload_rate download_rate downloading downloading_metadata errc error error_file finished ' +
    'finished_duration finished_time flags handle has_incoming has_metadata info_hash info_hashes ' +
    'ip_filter_applies is_finished is_loaded is_seeding last_download last_scrape last_seen_complete ' +
    'last_upload list_peers list_seeds moving_storage name need_save_resume next_announce num_complete ' +
    'num_connections num_incomplete num_peers num_pieces num_seeds num_uploads paused pieces priority ' +
    'progress progress_ppm queue_position queued_for_checking save_path seed_mode seed_rank seeding ' +
    'seeding_duration seeding_time sequential_download share_mode state states stop_when_ready ' +
    'storage_mode super_seeding time_since_download time_since_upload torrent_file total total_done ' +
    'total_download total_failed_bytes total_payload_download total_payload_upload total_redundant_bytes ' +
    'total_upload total_wanted total_wanted_done up_bandwidth_queue upload_mode upload_payload_rate ' +
    'upload_rate uploads_limit verified_pieces',
}

/** Whether libtorrent's class behind one of ours has a public member of that name. */
export function isLibtorrentName(cls: string, name: string): boolean {
  return Object.hasOwn(members, cls) && ` ${members[cls]} `.includes(` ${name} `) && !name.includes(' ')
}
