---@meta events
-- Made by `npm run generate` from the tables of the API. Do not edit.

---What happens in the daemon, in all sessions, in the order in which it happens. `torrent_added`
---(TorrentHandle); `torrent_finished` (TorrentHandle): every wanted piece was downloaded, once in a
---torrent's life; `torrent_moved` (TorrentHandle, folder) or `torrent_move_failed` (TorrentHandle,
---folder, message): one of the two after every `move_storage`; `torrent_paused` and `torrent_resumed`
---(TorrentHandle): by anyone, the queue included; `torrent_removed` (InfoHash); `torrent_file_error`
---(TorrentHandle, path, message); `metadata_received` (TorrentHandle); `engine_down` (name of the
---session, reason) and `engine_up` (name of the session): its torrents stand still, or go on;
---`session_stats` (name of the session, list of integers that has them by name, too: see
---`sessions.metrics`), every 5 seconds. What the `post_*` functions of a handle ask for comes to the
---script that asked and to no other: `piece_info` (TorrentHandle, list of tables: `piece_index`,
---`blocks_in_piece`, `finished`, `writing`, `requested`, and `blocks`, a list of
---`{state = "none"|"requested"|"writing"|"finished", block_size, bytes_progress, num_peers, peer}`);
---`file_progress` (TorrentHandle, list of integers); `peer_info` (TorrentHandle, list of PeerInfo);
---`piece_availability` (TorrentHandle, list of integers); `state_update` (TorrentHandle,
---TorrentStatus); `tracker_list` (TorrentHandle, list of AnnounceEntry).
---@class events
local events = {}

---Calls `callback` for each event of that name that happens from now on, once the script has come to
---its last line; it goes on as long as there is a handler. nil for an unknown name. An error in
---`callback` is shown, and makes the exit code 1.
---@param name string
---@param callback function
---@return SignalConnection?
function events.on(name, callback) end

---Waits for the next event of that name and returns what a callback would get; nil when none came in
---time. What happened since the script first spoke to the daemon counts, so nothing is missed; each
---event is returned once. Without `seconds` it waits for ever.
---@param name string
---@param seconds? number
---@return any
function events.wait(name, seconds) end

return events
