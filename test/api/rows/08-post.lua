-- What the post_* functions of TorrentHandle ask for: an event for this script alone.

local W = ...
local row, equal, integer = W.row, W.equal, W.integer
local events = require("events")
W.section("8")

--- Asks, and returns what the event brings.
local function posted(th, post, name)
  W.nothing(th[post](th))
  local handle, data = events.wait(name, 5)
  assert(handle, "no event " .. name)
  equal(handle, th)
  return data
end

row("th:post_download_queue(), post_file_progress(), post_peer_info(), post_piece_availability(), post_status(), "
  .. "post_trackers()",
  "TorrentHandle.post_download_queue post_file_progress post_peer_info post_piece_availability post_status "
    .. "post_trackers", function()
  local piece = W.eventually("a piece has begun", function()
    return posted(W.slow, "post_download_queue", "piece_info")[1]
  end)
  integer(piece.piece_index, 0, W.slow_ti:num_pieces() - 1)
  equal(#piece.blocks, piece.blocks_in_piece)
  integer(piece.finished + piece.requested + piece.writing, 1, piece.blocks_in_piece)
  assert(("none requested writing finished"):find(piece.blocks[1].state, 1, true))
  integer(piece.blocks[1].bytes_progress, 0, piece.blocks[1].block_size)

  local progress = posted(W.done, "post_file_progress", "file_progress")
  W.list(progress, W.done:file_progress())

  local peer = W.eventually("a peer", function() return posted(W.slow, "post_peer_info", "peer_info")[1] end)
  equal(peer.address, "127.0.0.1")
  integer(peer.flags)

  local counts = posted(W.slow, "post_piece_availability", "piece_availability")
  equal(#counts, W.slow_ti:num_pieces())

  local tracker = posted(W.seed, "post_trackers", "tracker_list")[1]
  equal(tracker.url, W.tracker)
  equal(tracker.verified, true)

  local status = posted(W.done, "post_status", "state_update")
  equal(status.name, "whole")
  equal(status.progress, 1.0)
  equal(status.handle, W.done)
  W.fails("invalid torrent handle", function()
    local th = W.magnet()
    W.default:remove_torrent(th)
    th:post_status()
  end)
end)
