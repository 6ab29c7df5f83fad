---@meta
-- Made by `npm run generate` from the tables of the API. Do not edit.

---A set of torrents with settings of its own.
---
---`a == b` is true for the same session.
---@class Session
---@field name string As configured. (read-only)
local Session = {}

---Adds a torrent and returns it; it is there at once and is kept. One that is there already is
---returned as it is, with the trackers that are new to it.
---@param params AddTorrentParams
---@return TorrentHandle
function Session:add_torrent(params) end

---Sets the values the pack contains, leaves the rest, and keeps them across restarts.
---@param pack SettingsPack
function Session:apply_settings(pack) end

---The torrent with exactly these hashes, or with the one hash that is given as hex; nil when there is
---none.
---@param info_hash InfoHash|string
---@return TorrentHandle?
function Session:find_torrent(info_hash) end

---Whether the session is paused as a whole.
---@return boolean
function Session:is_paused() end

---The port at which peers reach the session; 0 while it does not listen, as before it has had a
---torrent to run, and while its port is taken.
---@return integer
function Session:listen_port() end

---Pauses the session as a whole until it is resumed, across restarts: none of its torrents runs,
---though each keeps its own `paused`.
function Session:pause() end

---Removes a torrent, with `remove_files = true` also its files and the folders that are empty then.
---Files that other torrents use stay, which a warning on stderr says.
---@param torrent TorrentHandle
---@param options? {remove_files?: boolean}
function Session:remove_torrent(torrent, options) end

---Lets the torrents run again, as far as each of them and the queue allow.
function Session:resume() end

---A copy of all settings; changing it changes nothing until it is applied.
---@return SettingsPack
function Session:settings() end

---For `for torrent in session:torrents() do`: all torrents in ascending order of info hash, or those
---of which a PQL query is true (docs/pql.md), which the daemon picks. Adding and removing meanwhile is
---safe. Raises an error with the place of a mistake in the query.
---@param query? string
---@return fun(): TorrentHandle?
function Session:torrents(query) end

---A torrent of a session. Every call asks the daemon. Once the torrent is removed every method raises
---`invalid torrent handle used`, except `is_valid` and `info_hash`.
---
---`a == b` is true for the same torrent of the same session.
---
---`pairs(torrent)` has its `info_hash` as plain data; `pairs(torrent:status())` has the rest.
---@class TorrentHandle
---@field ignore_min_interval integer The flag of `force_reannounce`: 1. (read-only)
local TorrentHandle = {}

---Forgets the error and starts the torrent again.
function TorrentHandle:clear_error() end

---Offers the address of a peer. It is kept until the torrent runs.
---@param ip string
---@param port integer
function TorrentHandle:connect_peer(ip, port) end

---Disconnects all peers and forgets their addresses; those who connect again are let in.
function TorrentHandle:clear_peers() end

---libtorrent's twenty flags by name, as a new table.
---@return table<string, boolean>
function TorrentHandle:flags() end

---Priority of each file, 0 (not wanted) to 7. Before metadata what was given, possibly nothing.
---@return integer[]
function TorrentHandle:file_priorities() end

---Bytes of each file that are there, unfinished pieces included. Empty before metadata.
---@return integer[]
function TorrentHandle:file_progress() end

---Closes the files that are open, as in libtorrent: one that was deleted or replaced is noticed at the
---next read. Nothing waits to be written: a piece is on disk as soon as it is verified.
function TorrentHandle:flush_cache() end

---Whether a piece is verified. Indexes count from 0; always false before metadata.
---@param index integer
---@return boolean
function TorrentHandle:have_piece(index) end

---Sets the priority of each file: 0 (not wanted) to 7. Files past the end of the list get 4; a number
---that is no priority counts as 7.
---@param priorities integer[]
function TorrentHandle:prioritize_files(priorities) end

---Forgets which pieces are there and hashes the files again. A paused torrent waits until it is
---resumed.
function TorrentHandle:force_recheck() end

---What identifies the torrent; both parts are nil once it is removed.
---@return InfoHash
function TorrentHandle:info_hash() end

---Whether the torrent is still in its session.
---@return boolean
function TorrentHandle:is_valid() end

---A magnet link of the torrent with its name, trackers and web seeds, as libtorrent's make_magnet_uri.
---@return string
function TorrentHandle:make_magnet_uri() end

---Moves all files to another folder, which is created; files of the same names there are replaced.
---Returns at once: `moving_storage` is true until it is done, and `save_path` changes then. It ends in
---the event `torrent_moved`, or in `torrent_move_failed`, and then nothing has changed. A relative
---path starts at the script's current folder. Before the metadata is there only the path changes.
---@param path string
function TorrentHandle:move_storage(path) end

---Limit of what comes in, protocol included, in bytes/s; -1 when it is unlimited.
---@return integer
function TorrentHandle:download_limit() end

---Limit of what comes in, protocol included, in bytes/s; 0 or less is unlimited. Counts at once.
---@param limit integer
function TorrentHandle:set_download_limit(limit) end

---Limit of what goes out, protocol included, in bytes/s; -1 when it is unlimited.
---@return integer
function TorrentHandle:upload_limit() end

---Limit of what goes out, protocol included, in bytes/s; 0 or less is unlimited. Counts at once.
---@param limit integer
function TorrentHandle:set_upload_limit(limit) end

---Most connections; 16777215 when it is unlimited.
---@return integer
function TorrentHandle:max_connections() end

---Most connections; 0 or less is unlimited. Counts at once.
---@param limit integer
function TorrentHandle:set_max_connections(limit) end

---Most peers that are unchoked; 16777215 when it is unlimited.
---@return integer
function TorrentHandle:max_uploads() end

---Most peers that are unchoked; 0 or less is unlimited. Counts at once.
---@param limit integer
function TorrentHandle:set_max_uploads(limit) end

---Its connections, half-open ones and web seeds included. Empty while it does not run.
---@return PeerInfo[]
function TorrentHandle:peer_info() end

---How many connected peers have each piece. The first item is piece 0. Empty before metadata and for a
---seed, zeros while the torrent does not run.
---@return integer[]
function TorrentHandle:piece_availability() end

---Asks for the event `piece_info`, for this script alone, which brings the pieces that have begun and
---their blocks. See the package `events`.
function TorrentHandle:post_download_queue() end

---Asks for the event `file_progress`, for this script alone, which brings what `file_progress`
---returns. See the package `events`.
function TorrentHandle:post_file_progress() end

---Asks for the event `peer_info`, for this script alone, which brings what `peer_info` returns. See
---the package `events`.
function TorrentHandle:post_peer_info() end

---Asks for the event `piece_availability`, for this script alone, which brings what
---`piece_availability` returns. See the package `events`.
function TorrentHandle:post_piece_availability() end

---Asks for the event `state_update`, for this script alone, which brings what `status` returns. See
---the package `events`.
function TorrentHandle:post_status() end

---Asks for the event `tracker_list`, for this script alone, which brings what `trackers` returns. See
---the package `events`.
function TorrentHandle:post_trackers() end

---Adds a web server that has the files (BEP 19), and keeps it. A running torrent uses it at once. The
---url is that of the file, or, ending in `/`, of the folder that holds the file or the top folder. One
---that fails rests for a while; one that sends bad data is left out until the torrent starts again.
---@param url string
function TorrentHandle:add_url_seed(url) end

---Removes a web seed, also one of the torrent file. Nothing happens when it is not there.
---@param url string
function TorrentHandle:remove_url_seed(url) end

---The urls of its web seeds: those of its file or link, and those that were added.
---@return string[]
function TorrentHandle:url_seeds() end

---Adds a tracker, last in its tier (0 when none is given). One that is there already stays as it is.
---@param tracker string|AnnounceEntry|{url: string, tier?: integer}
function TorrentHandle:add_tracker(tracker) end

---Asks trackers again, after `seconds` (0 by default), but not before the least interval that they
---gave is over. `tracker_index` is the place in `trackers()` counted from 0; -1, the default, means
---all that are in use. With the flag `{ignore_min_interval = true}`, or `torrent.ignore_min_interval`,
---they are asked even before that interval is over. The three may be one table. No effect while the
---torrent is paused.
---@param seconds? integer|{seconds?: integer, tracker_index?: integer, flags?: integer|table}
---@param tracker_index? integer
---@param flags? integer|{ignore_min_interval?: boolean}
function TorrentHandle:force_reannounce(seconds, tracker_index, flags) end

---Replaces all trackers; an empty list takes them all away. Those that are gone hear that the torrent
---stopped.
---@param trackers (string|AnnounceEntry|{url: string, tier?: integer})[]
function TorrentHandle:replace_trackers(trackers) end

---Asks a tracker how large the swarm is, also while the torrent is paused. `tracker_index` is the
---place in `trackers()` counted from 0; -1, the default, means the one that answered last, else the
---first. Returns at once; the answer is in `trackers()` and in `num_complete` and `num_incomplete` of
---the status when it is there.
---@param tracker_index? integer
function TorrentHandle:scrape_tracker(tracker_index) end

---The trackers, sorted by tier, in the order in which they are asked: one that works comes first in
---its tier, one that failed last. What is known of them is from the time since the daemon started.
---@return AnnounceEntry[]
function TorrentHandle:trackers() end

---Pauses the torrent until it is resumed; the queue lets it be.
function TorrentHandle:pause() end

---Place among the unfinished torrents of the session, from 0; -1 when finished.
---@return integer
function TorrentHandle:queue_position() end

---Makes it the first of the queue. No effect at that end, and on a finished torrent.
function TorrentHandle:queue_position_top() end

---Moves it one place towards 0. No effect at that end, and on a finished torrent.
function TorrentHandle:queue_position_up() end

---Moves it one place away from 0. No effect at that end, and on a finished torrent.
function TorrentHandle:queue_position_down() end

---Makes it the last of the queue. No effect at that end, and on a finished torrent.
function TorrentHandle:queue_position_bottom() end

---Resumes the torrent, clears its error, and gives it back to the queue.
function TorrentHandle:resume() end

---Sets or clears the flags that the table names, together; the others stay.
---@param flags table<string, boolean>
function TorrentHandle:set_flags(flags) end

---How the torrent is at this moment.
---@return TorrentStatus
function TorrentHandle:status() end

---What its torrent file says; nil before the metadata is there.
---@return TorrentInfo?
function TorrentHandle:torrent_file() end

---Category and tags, live.
---@return TorrentClientData
function TorrentHandle:userdata() end

---The state of a torrent at one moment; it does not change. "Session counter": counts since the
---torrent last started, keeps its value while paused, and restarts at 0 on resume. Durations stand
---still while paused. Numbers that libtorrent keeps in 32 bits (progress, ratio, distributed_copies)
---are not rounded to those here.
---
---`pairs(status)` goes through all properties that are not nil, as plain data, without `handle` and
---`torrent_file`.
---@class TorrentStatus
---@field state string `checking_files`, `downloading_metadata`, `downloading`, `finished` (all wanted pieces there), `seeding` (all pieces there) or `checking_resume_data`. Independent of paused and of errors. (read-only)
---@field progress number 0 to 1 in millionths: pieces looked at while checking, otherwise wanted bytes that are done. (read-only)
---@field is_finished boolean Every wanted piece is there. (read-only)
---@field is_seeding boolean Every piece is there. (read-only)
---@field flags table<string, boolean> Which of the twenty flags of libtorrent are set. (read-only)
---@field queue_position integer Place among the unfinished torrents, from 0; -1 when finished. (read-only)
---@field name string Name by the metadata; before that the given one, or "". (read-only)
---@field save_path string Absolute folder that contains the file or folder. (read-only)
---@field info_hash InfoHash What identifies the torrent. (read-only)
---@field handle TorrentHandle The torrent. (read-only)
---@field torrent_file TorrentInfo What its torrent file says; empty before metadata. (read-only)
---@field has_metadata boolean The content of the torrent file is known. (read-only)
---@field total integer Size of everything except pad files; 0 before metadata. (bytes, read-only)
---@field total_done integer Verified bytes plus complete blocks of unfinished pieces, wanted or not. (bytes, read-only)
---@field total_wanted integer Size of all wanted pieces: those with bytes of a wanted file. (bytes, read-only)
---@field total_wanted_done integer Part of `total_wanted` that is there. (bytes, read-only)
---@field num_pieces integer Pieces that are verified. (read-only)
---@field pieces boolean[] Which pieces are verified; empty before metadata. (read-only)
---@field block_size integer What is requested at a time; 0 before metadata. (bytes, read-only)
---@field error string? Why the torrent stopped; none when all is well. (read-only)
---@field error_file string? The path the error concerns, if it concerns one. (read-only)
---@field total_download integer Session counter: all bytes from peers. (bytes, read-only)
---@field total_upload integer Session counter: all bytes to peers. (bytes, read-only)
---@field total_payload_download integer Session counter: piece data, what is later thrown away included. (bytes, read-only)
---@field total_payload_upload integer Session counter: piece data. (bytes, read-only)
---@field all_time_download integer Piece data that came in over the whole life of the torrent. (bytes, read-only)
---@field all_time_upload integer Piece data that went out over the whole life of the torrent. (bytes, read-only)
---@field ratio number `all_time_upload / all_time_download`; 0 when nothing was downloaded. (read-only)
---@field total_failed_bytes integer Session counter: pieces that failed their hash. (bytes, read-only)
---@field total_redundant_bytes integer Session counter: received twice. (bytes, read-only)
---@field download_rate integer All bytes in. (bytes/s, read-only)
---@field upload_rate integer All bytes out. (bytes/s, read-only)
---@field download_payload_rate integer Piece data in. (bytes/s, read-only)
---@field upload_payload_rate integer Piece data out. (bytes/s, read-only)
---@field num_peers integer Connections past the handshake. (read-only)
---@field num_connections integer Connections, half-open ones included. (read-only)
---@field num_seeds integer Connected peers that have everything. (read-only)
---@field num_uploads integer Peers that are unchoked. (read-only)
---@field list_peers integer Known addresses, connected or not. (read-only)
---@field list_seeds integer Known addresses of seeds. (read-only)
---@field connect_candidates integer Known addresses worth dialling now. (read-only)
---@field num_complete integer Seeds by the tracker; -1 when unknown. (read-only)
---@field num_incomplete integer Downloaders by the tracker; -1 when unknown. (read-only)
---@field connections_limit integer The limit that was set; -1 when unlimited. (read-only)
---@field uploads_limit integer The limit that was set; -1 when unlimited. (read-only)
---@field up_bandwidth_queue integer Always 0, as in libtorrent 2.0. (read-only)
---@field down_bandwidth_queue integer Always 0, as in libtorrent 2.0. (read-only)
---@field distributed_copies number Copies of the rarest piece here and among peers, and a fraction; -1 for a seed. (read-only)
---@field current_tracker string The last tracker that answered; "" for none. (read-only)
---@field announcing_to_trackers boolean The queue allows it. (read-only)
---@field announcing_to_dht boolean The queue allows it. (read-only)
---@field announcing_to_lsd boolean The queue allows it. (read-only)
---@field has_incoming boolean A peer ever connected from outside. (read-only)
---@field moving_storage boolean The files are being moved. (read-only)
---@field need_save_resume boolean Something is not written to disk yet. (read-only)
---@field added_time integer When it was added. (unix seconds, read-only)
---@field completed_time integer When it first had everything wanted; 0 before. (unix seconds, read-only)
---@field active_duration integer Time not paused, checking included. (seconds, read-only)
---@field finished_duration integer Time not paused while finished. (seconds, read-only)
---@field seeding_duration integer Time not paused while it had everything. (seconds, read-only)
---@field last_download integer When piece data last came from a peer; 0 for never. (unix seconds, read-only)
---@field last_upload integer When piece data last went to a peer; 0 for never. (unix seconds, read-only)
---@field last_seen_complete integer When a peer that has everything was last there, by us or by what other peers say; 0 for never. (unix seconds, read-only)
---@field next_announce integer Time until a tracker is asked again; 0 while paused, while it is being asked, and when nothing is planned. (seconds, read-only)
---@field eta integer Time until everything wanted is there, at `download_payload_rate`; -1 when that is not known. (seconds, read-only)
---@field seed_rank integer Order among seeds: higher goes first; 0 unless finished. (read-only)
local TorrentStatus = {}

---What a torrent file says. Made by `from_file` and `from_buffer`, never changed.
---
---`pairs(info)` goes through what the methods without arguments give, but for the magnet link, as
---plain data.
---@class TorrentInfo
TorrentInfo = {}

---Reads the bytes of a torrent file. nil and a message when they are none.
---@param data string
---@return TorrentInfo?
---@return string?
function TorrentInfo.from_buffer(data) end

---Reads a torrent file from disk. nil and a message when it cannot be read or is none.
---@param path string
---@return TorrentInfo?
---@return string?
function TorrentInfo.from_file(path) end

---"" when there is none.
---@return string
function TorrentInfo:comment() end

---When the file was made, in unix seconds; 0 when it does not say.
---@return integer
function TorrentInfo:creation_date() end

---The program that made the file; "" when it does not say.
---@return string
function TorrentInfo:creator() end

---The files.
---@return FileStorage
function TorrentInfo:files() end

---Both hashes, each nil when the torrent lacks it.
---@return InfoHash
function TorrentInfo:info_hash() end

---A magnet link of the torrent with its name, trackers and web seeds, as libtorrent's make_magnet_uri.
---@return string
function TorrentInfo:make_magnet_uri() end

---Top folder, or name of the single file.
---@return string
function TorrentInfo:name() end

---Number of files, pad files included.
---@return integer
function TorrentInfo:num_files() end

---Number of pieces.
---@return integer
function TorrentInfo:num_pieces() end

---Size of a piece in bytes; the last one may be smaller.
---@return integer
function TorrentInfo:piece_length() end

---Whether the torrent is private.
---@return boolean
function TorrentInfo:priv() end

---Size of all files in bytes, pad files included.
---@return integer
function TorrentInfo:total_size() end

---The trackers, sorted by tier.
---@return AnnounceEntry[]
function TorrentInfo:trackers() end

---The web seeds. `type` is 0, a web server (BEP 19); `auth` is "".
---@return {url: string, type: integer, auth: string}[]
function TorrentInfo:web_seeds() end

---The files of a torrent. Indexes count from 0, as in libtorrent; one that is out of range is an
---error.
---
---`#fs` is the number of files.
---
---`pairs(fs)` goes through all files as tables with `name`, `path` and `size`; indexes count from 1
---there.
---@class FileStorage
FileStorage = {}

---Last element of the path.
---@param index integer
---@return string
function FileStorage:file_name(index) end

---Path below the save path, top folder included.
---@param index integer
---@return string
function FileStorage:file_path(index) end

---Size in bytes.
---@param index integer
---@return integer
function FileStorage:file_size(index) end

---Number of files, pad files included.
---@return integer
function FileStorage:num_files() end

---What identifies a torrent: its v1 hash, its v2 hash, or both. There is no constructor.
---
---`a == b` compares both parts.
---
---`tostring(ih)` gives `[v1,v2]`, with zeros for a missing part.
---@class InfoHash
---@field v1 string? 40 lower-case hex digits; nil for a torrent that is v2 only. (read-only)
---@field v2 string? 64 lower-case hex digits; nil for a torrent that is v1 only. (read-only)
local InfoHash = {}

---What the user keeps about a torrent. Live: a change is written at once and seen everywhere.
---@class TorrentClientData
---@field category string? nil when there is none. Writing nil removes it; "" is a value.
---@field session string? Name of the session the torrent is in; nil before it was added. (read-only)
---@field tags Tags The tags, live. Writing a sequence of strings, or the tags of another torrent, replaces all.
local TorrentClientData = {}

---The tags of a torrent: a set of strings without order. Live, as the object they belong to.
---
---`tags.name` is `"name"` when the tag is there, otherwise nil; for a tag that is called like a method
---use `has`.
---
---`tags.name = true` adds (so does false), `tags.name = nil` removes.
---
---`#tags`, `tags[i]`, `pairs(tags)` and `ipairs(tags)` count from 1.
---
---Two reads of `tags` are never equal: compare what is in them.
---@class Tags
local Tags = {}

---Adds a tag; nothing happens when it is there.
---@param tag string
function Tags:add(tag) end

---Removes all tags.
function Tags:clear() end

---Whether there are no tags.
---@return boolean
function Tags:empty() end

---Removes a tag; nothing happens when it is not there.
---@param tag string
function Tags:erase(tag) end

---The tag itself when it is there, otherwise nil.
---@param tag string
---@return string?
function Tags:find(tag) end

---The tag itself when it is there, otherwise nil.
---@param tag string
---@return string?
function Tags:get(tag) end

---Whether the tag is there.
---@param tag string
---@return boolean
function Tags:has(tag) end

---Number of tags.
---@return integer
function Tags:size() end

---How a torrent is to be added. Give it to `Session:add_torrent`.
---@class AddTorrentParams
---@field ti TorrentInfo? What the torrent file says. An `info_hash` beside it has to be its own.
---@field info_hash InfoHash For a torrent without metadata; both parts are nil by default. A hex string can be written.
---@field save_path string Folder that will contain the file or folder. A relative one, and "", start at the current folder.
---@field name string Shown until the metadata is known.
---@field trackers List<string> Added to those of the torrent; doubles are dropped. Reads as a list; a sequence can be written.
---@field tracker_tiers List<integer> Tier of each of `trackers`. Reads as a list; a sequence can be written.
---@field trackerid string Sent to trackers as tracker id.
---@field url_seeds List<string> Web seeds (BEP 19). Reads as a list; a sequence can be written.
---@field peers List<string> Peers to try at once, as `address:port`. Reads as a list; a sequence can be written.
---@field file_priorities List<integer> 0 (not wanted) to 7 for each file; 4 for those that are left out. Reads as a list; a sequence can be written.
---@field download_limit integer -1, the default, or 0: unlimited. (bytes/s)
---@field upload_limit integer -1, the default, or 0: unlimited. (bytes/s)
---@field max_connections integer -1, the default, or 0: unlimited.
---@field max_uploads integer -1, the default, or 0: unlimited.
---@field flags TorrentFlags Flags by name. Writing a table sets those that it names, and the others to their defaults.
---@field userdata TorrentClientData Category and tags, copied to the torrent when it is added. (read-only)
AddTorrentParams = {}

---Empty parameters.
---@return AddTorrentParams
function AddTorrentParams.new() end

---Reads a magnet link: hash, name, trackers, web seeds and peers. nil and a message for a bad one.
---@param uri string
---@return AddTorrentParams?
---@return string?
function AddTorrentParams.from_magnet(uri) end

---A magnet link of these parameters, as libtorrent's make_magnet_uri: hash, name, trackers, web seeds,
---peers and which files are wanted. Of `ti` only the hash counts. "" while no hash is known.
---@return string
function AddTorrentParams:make_magnet_uri() end

---The flags a torrent is to be added with. Each reads as its default until it is written.
---
---`pairs(flags)` goes through all of them.
---@class TorrentFlags
---@field seed_mode boolean Everything is there already: no check, each piece is hashed when a peer first asks for it. Ends by itself when all are right, and with a check when one is not, or when a file is missing or too short. Later it can only be cleared, which checks. By default false.
---@field upload_mode boolean Request nothing, only serve. Set by itself when the disk is full or read-only; an auto managed torrent leaves it after `optimistic_disk_retry` seconds, whoever set it, and `clear_error()` ends it. By default false.
---@field share_mode boolean Only improve the ratio: not here, reads false. By default false.
---@field apply_ip_filter boolean Subject to the address filter of the session, of which there is none here. By default true.
---@field paused boolean Does not run. On an auto managed torrent the queue decides; see `pause()` for what lasts. By default true.
---@field auto_managed boolean The queue may start and pause it. By default true.
---@field duplicate_is_error boolean Adding what is there already is an error. By default false.
---@field update_subscribe boolean Concerns notifications of libtorrent: no effect, reads false. By default true.
---@field super_seeding boolean Initial seeding: not here, reads false. By default false.
---@field sequential_download boolean Pieces in order instead of the rarest first. By default false.
---@field stop_when_ready boolean Pause and leave the queue’s hands once it is known what is on disk; clears itself. At once on a torrent that was checked, or waits for its metadata. By default false.
---@field override_trackers boolean The trackers that are given replace those of the torrent file. By default false.
---@field override_web_seeds boolean The web seeds that are given replace those of the torrent file. By default false.
---@field need_save_resume boolean No effect, reads false; see the field of the same name in a status. By default true.
---@field disable_dht boolean Not announced to the DHT, and no peers from it. By default false.
---@field disable_lsd boolean Not announced in the local network, and no peers from there. By default false.
---@field disable_pex boolean No peers from other peers, and none told to them. By default false.
---@field no_verify_files boolean Concerns resume data, which nobody passes here: no effect, reads false. By default false.
---@field default_dont_download boolean Files without a given priority get 0. By default false.
---@field i2p_torrent boolean There is no I2P here: reads false. By default false.
local TorrentFlags = {}

---A list inside another object: a change is a change of that object. Indexes count from 1.
---
---`#list`, `list[i]` (nil out of range), `pairs(list)` and `ipairs(list)` read.
---
---`list[i] = v` replaces, `list[#list + 1] = v` appends, `list[#list] = nil` removes the last item.
---@class List
local List = {}

---Appends a value.
---@param value string|integer
function List:add(value) end

---Settings of a session by libtorrent's names. A preset contains some; names it does not contain read
---as default.
---
---`pack.name` reads a setting, `pack.name = value` writes one of the same type.
---
---`pairs(pack)` goes through what the pack contains, by name.
---@class SettingsPack
---@field user_agent string
---@field announce_ip string
---@field handshake_client_version string
---@field outgoing_interfaces string
---@field listen_interfaces string
---@field proxy_hostname string
---@field proxy_username string
---@field proxy_password string
---@field i2p_hostname string Kept without effect.
---@field peer_fingerprint string
---@field dht_bootstrap_nodes string
---@field allow_multiple_connections_per_ip boolean
---@field send_redundant_have boolean
---@field use_dht_as_fallback boolean
---@field upnp_ignore_nonrouters boolean Kept without effect.
---@field use_parole_mode boolean Kept without effect.
---@field auto_manage_prefer_seeds boolean
---@field dont_count_slow_torrents boolean
---@field close_redundant_connections boolean
---@field prioritize_partial_pieces boolean
---@field rate_limit_ip_overhead boolean Kept without effect.
---@field announce_to_all_trackers boolean
---@field announce_to_all_tiers boolean
---@field prefer_udp_trackers boolean
---@field disable_hash_checks boolean Kept without effect.
---@field allow_i2p_mixed boolean Kept without effect.
---@field no_atime_storage boolean Kept without effect.
---@field incoming_starts_queued_torrents boolean
---@field report_true_downloaded boolean
---@field strict_end_game_mode boolean
---@field enable_outgoing_utp boolean
---@field enable_incoming_utp boolean
---@field enable_outgoing_tcp boolean
---@field enable_incoming_tcp boolean
---@field no_recheck_incomplete_resume boolean
---@field anonymous_mode boolean
---@field report_web_seed_downloads boolean
---@field seeding_outgoing_connections boolean
---@field no_connect_privileged_ports boolean
---@field smooth_connects boolean Kept without effect.
---@field always_send_user_agent boolean Kept without effect.
---@field apply_ip_filter_to_trackers boolean Kept without effect.
---@field ban_web_seeds boolean
---@field support_share_mode boolean Kept without effect.
---@field report_redundant_bytes boolean
---@field listen_system_port_fallback boolean
---@field announce_crypto_support boolean
---@field enable_upnp boolean
---@field enable_natpmp boolean
---@field enable_lsd boolean
---@field enable_dht boolean
---@field prefer_rc4 boolean
---@field proxy_hostnames boolean
---@field proxy_peer_connections boolean
---@field auto_sequential boolean
---@field proxy_tracker_connections boolean
---@field enable_ip_notifier boolean Kept without effect.
---@field dht_prefer_verified_node_ids boolean Kept without effect.
---@field dht_restrict_routing_ips boolean Kept without effect.
---@field dht_restrict_search_ips boolean Kept without effect.
---@field dht_extended_routing_table boolean Kept without effect.
---@field dht_aggressive_lookups boolean Kept without effect.
---@field dht_privacy_lookups boolean Kept without effect.
---@field dht_enforce_node_id boolean Kept without effect.
---@field dht_ignore_dark_internet boolean Kept without effect.
---@field dht_read_only boolean Kept without effect.
---@field piece_extent_affinity boolean
---@field validate_https_trackers boolean
---@field ssrf_mitigation boolean
---@field allow_idna boolean
---@field enable_set_file_valid_data boolean Kept without effect.
---@field socks5_udp_send_local_ep boolean Kept without effect.
---@field tracker_completion_timeout integer
---@field tracker_receive_timeout integer
---@field stop_tracker_timeout integer
---@field tracker_maximum_response_length integer
---@field piece_timeout integer
---@field request_timeout integer
---@field request_queue_time integer
---@field max_allowed_in_request_queue integer
---@field max_out_request_queue integer
---@field whole_pieces_threshold integer
---@field peer_timeout integer
---@field urlseed_timeout integer
---@field urlseed_pipeline_size integer
---@field urlseed_wait_retry integer
---@field file_pool_size integer
---@field max_failcount integer
---@field min_reconnect_time integer Kept without effect.
---@field peer_connect_timeout integer
---@field connection_speed integer
---@field inactivity_timeout integer
---@field unchoke_interval integer
---@field optimistic_unchoke_interval integer
---@field num_want integer
---@field initial_picker_threshold integer
---@field allowed_fast_set_size integer
---@field suggest_mode integer
---@field max_queued_disk_bytes integer
---@field handshake_timeout integer
---@field send_buffer_low_watermark integer
---@field send_buffer_watermark integer
---@field send_buffer_watermark_factor integer
---@field choking_algorithm integer
---@field seed_choking_algorithm integer
---@field disk_io_write_mode integer Kept without effect.
---@field disk_io_read_mode integer Kept without effect.
---@field outgoing_port integer
---@field num_outgoing_ports integer
---@field peer_dscp integer Kept without effect.
---@field active_downloads integer
---@field active_seeds integer
---@field active_checking integer
---@field active_dht_limit integer
---@field active_tracker_limit integer
---@field active_lsd_limit integer
---@field active_limit integer
---@field auto_manage_interval integer
---@field seed_time_limit integer
---@field auto_scrape_interval integer
---@field auto_scrape_min_interval integer
---@field max_peerlist_size integer
---@field max_paused_peerlist_size integer
---@field min_announce_interval integer
---@field auto_manage_startup integer
---@field seeding_piece_quota integer
---@field max_rejects integer Kept without effect.
---@field recv_socket_buffer_size integer Kept without effect.
---@field send_socket_buffer_size integer Kept without effect.
---@field max_peer_recv_buffer_size integer Kept without effect.
---@field optimistic_disk_retry integer
---@field max_suggest_pieces integer
---@field local_service_announce_interval integer
---@field dht_announce_interval integer
---@field udp_tracker_token_expiry integer
---@field num_optimistic_unchoke_slots integer
---@field max_pex_peers integer
---@field tick_interval integer Kept without effect.
---@field share_mode_target integer Kept without effect.
---@field upload_rate_limit integer
---@field download_rate_limit integer
---@field dht_upload_rate_limit integer
---@field unchoke_slots_limit integer
---@field connections_limit integer
---@field connections_slack integer Kept without effect.
---@field utp_target_delay integer Kept without effect.
---@field utp_gain_factor integer Kept without effect.
---@field utp_min_timeout integer Kept without effect.
---@field utp_syn_resends integer Kept without effect.
---@field utp_fin_resends integer Kept without effect.
---@field utp_num_resends integer Kept without effect.
---@field utp_connect_timeout integer Kept without effect.
---@field utp_loss_multiplier integer Kept without effect.
---@field mixed_mode_algorithm integer Kept without effect.
---@field listen_queue_size integer
---@field torrent_connect_boost integer
---@field alert_queue_size integer
---@field max_metadata_size integer
---@field hashing_threads integer Kept without effect.
---@field checking_mem_usage integer Kept without effect.
---@field predictive_piece_announce integer Kept without effect.
---@field aio_threads integer Kept without effect.
---@field tracker_backoff integer
---@field share_ratio_limit integer
---@field seed_time_ratio_limit integer
---@field peer_turnover integer
---@field peer_turnover_cutoff integer
---@field peer_turnover_interval integer
---@field connect_seed_every_n_download integer Kept without effect.
---@field max_http_recv_buffer_size integer Kept without effect.
---@field max_retry_port_bind integer
---@field alert_mask integer Kept without effect.
---@field out_enc_policy integer
---@field in_enc_policy integer
---@field allowed_enc_level integer
---@field inactive_down_rate integer
---@field inactive_up_rate integer
---@field proxy_type integer
---@field proxy_port integer
---@field i2p_port integer Kept without effect.
---@field urlseed_max_request_bytes integer Kept without effect.
---@field web_seed_name_lookup_retry integer Kept without effect.
---@field close_file_interval integer Kept without effect.
---@field utp_cwnd_reduce_timer integer Kept without effect.
---@field max_web_seed_connections integer
---@field resolver_cache_timeout integer Kept without effect.
---@field send_not_sent_low_watermark integer Kept without effect.
---@field rate_choker_initial_threshold integer
---@field upnp_lease_duration integer
---@field max_concurrent_http_announces integer
---@field dht_max_peers_reply integer
---@field dht_search_branching integer
---@field dht_max_fail_count integer Kept without effect.
---@field dht_max_torrents integer
---@field dht_max_dht_items integer
---@field dht_max_peers integer
---@field dht_max_torrent_search_reply integer Kept without effect.
---@field dht_block_timeout integer
---@field dht_block_ratelimit integer
---@field dht_item_lifetime integer
---@field dht_sample_infohashes_interval integer Kept without effect.
---@field dht_max_infohashes_sample_count integer Kept without effect.
---@field max_piece_count integer
---@field metadata_token_limit integer Kept without effect.
---@field disk_write_mode integer Kept without effect.
---@field mmap_file_size_cutoff integer Kept without effect.
---@field natpmp_gateway string Kept without effect.
---@field proxy_send_host_in_connect boolean Kept without effect.
---@field disk_disable_copy_on_write boolean Kept without effect.
---@field allow_multiple_connections_per_pid boolean Kept without effect.
---@field i2p_inbound_quantity integer Kept without effect.
---@field i2p_outbound_quantity integer Kept without effect.
---@field i2p_inbound_length integer Kept without effect.
---@field i2p_outbound_length integer Kept without effect.
---@field announce_port integer
---@field i2p_inbound_length_variance integer Kept without effect.
---@field i2p_outbound_length_variance integer Kept without effect.
---@field natpmp_lease_duration integer Kept without effect.
---@field mmap_cache string Kept without effect.
---@field ignore_limits_on_local_network boolean Kept without effect.
---@field lazy_bitfields boolean Kept without effect.
---@field use_read_cache boolean Kept without effect.
---@field use_write_cache boolean Kept without effect.
---@field dont_flush_write_cache boolean Kept without effect.
---@field coalesce_reads boolean Kept without effect.
---@field coalesce_writes boolean Kept without effect.
---@field strict_super_seeding boolean Kept without effect.
---@field lock_disk_cache boolean Kept without effect.
---@field low_prio_disk boolean Kept without effect.
---@field volatile_read_cache boolean Kept without effect.
---@field guided_read_cache boolean Kept without effect.
---@field broadcast_lsd boolean Kept without effect.
---@field ignore_resume_timestamps boolean Kept without effect.
---@field rate_limit_utp boolean Kept without effect.
---@field announce_double_nat boolean Kept without effect.
---@field use_disk_read_ahead boolean Kept without effect.
---@field lock_files boolean Kept without effect.
---@field contiguous_recv_buffer boolean Kept without effect.
---@field allow_partial_disk_writes boolean Kept without effect.
---@field force_proxy boolean Kept without effect.
---@field support_merkle_torrents boolean Kept without effect.
---@field use_disk_cache_pool boolean Kept without effect.
---@field cache_size integer Kept without effect.
---@field cache_buffer_chunk_size integer Kept without effect.
---@field cache_expiry integer Kept without effect.
---@field active_loaded_limit integer Kept without effect.
---@field file_checks_delay_per_block integer Kept without effect.
---@field read_cache_line_size integer Kept without effect.
---@field write_cache_line_size integer Kept without effect.
---@field default_cache_min_age integer Kept without effect.
---@field default_est_reciprocation_rate integer Kept without effect.
---@field increase_est_reciprocation_rate integer Kept without effect.
---@field decrease_est_reciprocation_rate integer Kept without effect.
---@field local_upload_rate_limit integer Kept without effect.
---@field local_download_rate_limit integer Kept without effect.
---@field half_open_limit integer Kept without effect.
---@field utp_delayed_ack integer Kept without effect.
---@field aio_max integer Kept without effect.
---@field network_threads integer Kept without effect.
---@field ssl_listen integer Kept without effect.
---@field cache_size_volatile integer Kept without effect.
SettingsPack = {}

---Every setting at its default.
---@return SettingsPack
function SettingsPack.default() end

---What libtorrent advises for a machine that serves many peers.
---@return SettingsPack
function SettingsPack.high_performance_seed() end

---What libtorrent advises for a machine with little memory.
---@return SettingsPack
function SettingsPack.min_memory_usage() end

---A tracker of a torrent.
---@class AnnounceEntry
---@field url string Where it announces to. (read-only)
---@field tier integer Trackers of tier 0 are asked first. (read-only)
---@field trackerid string The last id the tracker handed out, or "". (read-only)
---@field fail_limit integer Given up after so many failures; 0 for never. (read-only)
---@field source integer As a sum: 1 torrent file, 2 added later, 4 magnet link or given when adding, 8 told by peers. (read-only)
---@field verified boolean Whether it ever answered correctly. (read-only)
---@field endpoints AnnounceEndpoint[] One per listening socket that used it; empty before that. (read-only)
local AnnounceEntry = {}

---A connection of a torrent, as it was when it was asked for.
---@class PeerInfo
---@field client string Name and version of its program, as far as it tells; "" before the handshake. (read-only)
---@field progress number Share of the pieces that it has, 0 to 1. (read-only)
---@field down_speed integer What comes from it, protocol included. (bytes/s, read-only)
---@field up_speed integer What goes to it, protocol included. (bytes/s, read-only)
---@field total_download integer Piece data that came from it. (bytes, read-only)
---@field total_upload integer Piece data that went to it. (bytes, read-only)
---@field download_queue_length integer Blocks that it was asked for and has not sent. (read-only)
---@field busy_requests integer Of these, blocks that another peer was asked for as well. (read-only)
---@field rtt integer Time that connecting to it took; 0 for a peer that called us. (ms, read-only)
---@field last_active integer Time since anything came from it or went to it. (ns, read-only)
---@field last_request integer Time since it was last asked for a block; before the first, since it connected. (ns, read-only)
---@field download_queue_time integer Time until it has sent what it was asked for, at its speed of now. (ns, read-only)
---@field flags integer Bits, as `flags & 1 << n`: 0 we are interested, 1 we choke it, 2 it is interested, 3 it chokes us, 4 it knows extensions, 5 we called it, 6 handshake under way, 7 connecting, 9 had a part in a bad piece, 10 seed, 11 optimistic unchoke, 12 snubbed (did not send in time, see `piece_timeout` and `request_timeout`), 13 upload only, 17 uTP, 19 encrypted (RC4), 20 plain after an encrypted handshake. Never set, for want of such a thing here: 14 end game, 15 hole punched, 16 I2P, 18 SSL. (read-only)
---@field source integer Where its address came from, as a sum: 1 tracker, 2 DHT, 4 other peers (PEX), 8 local network, 16 known from before the torrent started, 32 it called us. 0 for one that was offered by hand. (read-only)
---@field connection_type integer 1 BitTorrent, 2 web seed. (read-only)
---@field address string IP address; of a web seed its url. (read-only)
---@field port integer Port; 0 for a web seed and over WebRTC. (read-only)
---@field peer_id string 40 hex digits; "" before the handshake. (read-only)
local PeerInfo = {}

---A tracker as asked from one listening socket.
---@class AnnounceEndpoint
---@field enabled boolean Whether it is used. (read-only)
---@field info_hashes AnnounceInfoHash[] Two: for the v1 and for the v2 info hash. Torrents run as v1, so the second keeps its defaults. (read-only)
local AnnounceEndpoint = {}

---Address and port that we listen on; "0.0.0.0" and 0 while nothing listens.
---@return string
---@return integer
function AnnounceEndpoint:local_endpoint() end

---What is known of one info hash of a torrent at one tracker.
---@class AnnounceInfoHash
---@field fails integer Failures in a row. (read-only)
---@field message string The words of the tracker: a warning, or why it failed; or "". (read-only)
---@field last_error string Category and number of the last failure, such as `system:111` or `http:404`; `system:0` when there was none. Errors of BitTorrent have a name instead: `libtorrent:tracker_failure`. (read-only)
---@field next_announce integer When it is asked again; -2147483648 when that is not planned. (unix seconds, read-only)
---@field min_announce integer It is not asked before, whatever a script wants; -2147483648 for never asked. (unix seconds, read-only)
---@field updating boolean It is being asked. (read-only)
---@field start_sent boolean It has heard that the torrent started. Begins anew with the torrent. (read-only)
---@field complete_sent boolean It has heard that the torrent was completed. Begins anew with the torrent. (read-only)
---@field scrape_complete integer Seeds it knows of; -1 unknown. (read-only)
---@field scrape_incomplete integer Downloaders it knows of; -1 unknown. (read-only)
---@field scrape_downloaded integer Completed downloads it knows of; -1 unknown. (read-only)
local AnnounceInfoHash = {}

---An error of the daemon. `error` and `pcall` pass it on. It serves as its message: it prints and
---concatenates as that, has the methods of strings (`e:match(...)`), and `log`, `io.write` and
---`json.encode` take it.
---
---`tostring(e)` and `e .. text` give the message, `#e` its length; `e:find(...)` is `string.find` of
---it.
---@class porla.Error
---@field code integer What went wrong, as a number that never gets another meaning. (read-only)
---@field message string What went wrong, as a sentence. (read-only)
---@field data table? Details by name, such as `path`; nil when there are none. (read-only)
local Error = {}

---A schedule that runs. Keep it in a variable: one that is collected as garbage stops.
---@class Schedule
local Schedule = {}

---Stops it. Twice is harmless.
function Schedule:cancel() end

---A handler of events. Keep it in a variable: one that is collected as garbage hears nothing more.
---@class SignalConnection
local SignalConnection = {}

---Ends it. Twice is harmless.
function SignalConnection:disconnect() end

---The header fields of an answer. Values are bytes as they came.
---
---`headers["Content-Type"]` is the value of a field, in whatever case its name is written; nil when
---the answer has no such field. One that came several times is its values with `, ` in between,
---`Set-Cookie` the first of them.
---
---`pairs(headers)` goes through the fields: names in lower case, and values.
---@class HttpHeaders
local HttpHeaders = {}

---All values of a field, in the order in which they came; an empty list when there is none.
---@param name string
---@return string[]
function HttpHeaders:all(name) end

---A folder that is being read. It is closed at the end of its `for` loop and when it is collected.
---@class Directory
local Directory = {}

---The next name; nil at the end. Raises an error behind that.
---@return string?
function Directory:next() end

---Ends the reading; nothing happens when it has ended.
function Directory:close() end

---A lock that `lfs.lock_dir` has got.
---@class DirectoryLock
local DirectoryLock = {}

---Lets go of the lock; so does its collection. Nothing happens the second time.
function DirectoryLock:free() end

---Something that calls back. It goes on whether it is kept in a variable or not.
---@class PoCancellable
local PoCancellable = {}

---Stops it. Twice is harmless.
function PoCancellable:cancel() end

---The header fields of an answer. Values are bytes as they came.
---
---`headers["Content-Type"]` is the value of a field, in whatever case its name is written; nil when
---the answer has no such field. One that came several times is its values with `, ` in between,
---`Set-Cookie` the first of them.
---
---`pairs(headers)` goes through the fields: names in lower case, and values.
---@class HttpHeaders
local HttpHeaders = {}

---All values of a field, in the order in which they came; an empty list when there is none.
---@param name string
---@return string[]
function HttpHeaders:all(name) end

---Values for adding torrents, from `[presets.NAME]` of the configuration. Nothing applies them by
---itself.
---@class Preset
---@field category string? nil when it is not set. (read-only)
---@field download_limit integer? -1 or 0: unlimited; nil when it is not set. (bytes/s, read-only)
---@field max_connections integer? -1 or 0: unlimited; nil when it is not set. (read-only)
---@field max_uploads integer? -1 or 0: unlimited; nil when it is not set. (read-only)
---@field save_path string? Absolute folder; nil when it is not set. (read-only)
---@field session string? Name of a session; nil when it is not set. (read-only)
---@field upload_limit integer? -1 or 0: unlimited; nil when it is not set. (bytes/s, read-only)
---@field tags string[] A new list; empty when it is not set. (read-only)
local Preset = {}

---A session.
---
---`a == b` is true for the same session.
---@class PoSessionHandle
---@field name string As configured. (read-only)
local PoSessionHandle = {}

---Sets the values the pack contains, leaves the rest, and keeps them across restarts.
---@param pack SettingsPack
function PoSessionHandle:apply_settings(pack) end

---Whether the session is paused as a whole.
---@return boolean
function PoSessionHandle:is_paused() end

---Pauses the session as a whole until it is resumed, across restarts: none of its torrents runs,
---though each keeps its own `paused`.
function PoSessionHandle:pause() end

---Lets the torrents run again, as far as each of them and the queue allow.
function PoSessionHandle:resume() end

---A copy of all settings; changing it changes nothing until it is applied.
---@return SettingsPack
function PoSessionHandle:get_settings() end

---The torrents of the session.
---@return PoTorrentsHandle
function PoSessionHandle:torrents() end

---The torrents of a session.
---@class PoTorrentsHandle
local PoTorrentsHandle = {}

---Adds a torrent and returns its hash; nil and a message when the daemon refuses it. A table holds
---properties of AddTorrentParams.
---@param params AddTorrentParams|table
---@param options? {preset?: string}
---@return InfoHash?
---@return string?
function PoTorrentsHandle:add(params, options) end

---How many torrents there are.
---@return integer
function PoTorrentsHandle:count() end

---The torrent with a hash, and its status; nil when there is none.
---@param info_hash InfoHash|string
---@return TorrentHandle?
---@return TorrentStatus?
function PoTorrentsHandle:get(info_hash) end

---For `for torrent, status in torrents:list() do`: all torrents, or those of which a query is true,
---with the status that each has when it is reached.
---@param query? Filter|string
---@return fun(): TorrentHandle?
---@return TorrentStatus?
function PoTorrentsHandle:list(query) end

---Removes a torrent, with `delete_files = true` also its files. One that is not there is nothing to
---do.
---@param torrent TorrentHandle|InfoHash|string
---@param options? {delete_files?: boolean}
function PoTorrentsHandle:remove(torrent, options) end

---Something that calls back. It goes on whether it is kept in a variable or not.
---@class PoCancellable
local PoCancellable = {}

---Stops it. Twice is harmless.
function PoCancellable:cancel() end

---A parsed query. It can be used for any number of torrents.
---
---`tostring(filter)` is the query in its usual spelling.
---@class Filter
local Filter = {}

---Whether the query is true of a torrent as that status shows it; `age` counts until now.
---@param status TorrentStatus
---@return boolean
function Filter:includes(status) end

---Values for adding torrents, from `[presets.NAME]` of the configuration. Nothing applies them by
---itself.
---@class Preset
---@field category string? nil when it is not set. (read-only)
---@field download_limit integer? -1 or 0: unlimited; nil when it is not set. (bytes/s, read-only)
---@field max_connections integer? -1 or 0: unlimited; nil when it is not set. (read-only)
---@field max_uploads integer? -1 or 0: unlimited; nil when it is not set. (read-only)
---@field save_path string? Absolute folder; nil when it is not set. (read-only)
---@field session string? Name of a session; nil when it is not set. (read-only)
---@field upload_limit integer? -1 or 0: unlimited; nil when it is not set. (bytes/s, read-only)
---@field tags string[] A new list; empty when it is not set. (read-only)
local Preset = {}

---An open database.
---@class Database
local Database = {}

---Runs any number of statements, whose rows are thrown away. Raises an error with SQLite’s words when
---one fails (Porla says nothing).
---@param sql string
function Database:exec(sql) end

---Prepares one statement. Raises an error when it is none (Porla’s first step fails).
---@param sql string
---@return Statement
function Database:prepare(sql) end

---Closes the database and its statements: `sqlite3.OK`, or `sqlite3.ERROR` when it was closed. The end
---of the script does the same.
---@return integer
function Database:close() end

---A prepared statement.
---@class Statement
local Statement = {}

---Sets the parameter at an index, from 1, and returns the statement, so that calls chain. Every kind
---counts, as SQLite does: `?` and a new `:name`, `@name` or `$name` take the next index, `?5` takes 5.
---Ends a run that is under way. Integers stay integers (Porla makes floats of them); strings are text,
---or a blob when they are not UTF-8 (`cast(? as text)` keeps such bytes as text). Parameters that were
---not set are NULL.
---@param position integer
---@param value string|number|nil
---@return Statement
function Statement:bind(position, value) end

---Takes one step and ends the run: all there is to do for a statement that gives no rows.
function Statement:exec() end

---Goes to the next row: `sqlite3.ROW`, or `sqlite3.DONE` behind the last one; the step after that
---begins anew. Raises an error when SQLite refuses (Porla gives its number).
---@return integer
function Statement:step() end

---The value of a column of the row, from 0; nil is NULL. Text and blobs are strings, byte for byte
---(Porla crashes on text and gives nil for blobs); where text is not UTF-8, the query is run again for
---it. Raises an error when there is no row or no such column.
---@param column integer
---@return string|number|nil
function Statement:get_value(column) end

---Lets go of the statement: `sqlite3.OK`, or `sqlite3.ERROR` the second time.
---@return integer
function Statement:finalize() end

---A running timer. Keep it in a variable: one that is collected as garbage stops.
---@class Timer
local Timer = {}

---Stops it. Twice is harmless.
function Timer:cancel() end

---A table for what a script wants to share between its own modules.
porla = {}
