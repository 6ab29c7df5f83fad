-- PeerInfo: of the seed that sends slowly, seen from both ends.

local W = ...
local row, equal, integer = W.row, W.equal, W.integer
W.section("8")

row("th:peer_info()", "TorrentHandle.peer_info", function()
  W.eventually("there is a peer", function() return #W.slow:peer_info() == 1 end)
  equal(#W.magnet():peer_info(), 0)
  local th = W.still({ ["a.bin"] = 100 })
  equal(#th:peer_info(), 0)
end)

W.section("12")

--- The only peer of the slow torrent, and of its seed, once it shows what is asked for.
local function seed(what, fits)
  return W.eventually(what, function()
    local peer = W.slow:peer_info()[1]
    return peer and fits(peer) and peer
  end)
end
local function caller(what, fits)
  return W.eventually(what, function()
    local peer = W.slow_seed:peer_info()[1]
    return peer and fits(peer) and peer
  end)
end
local function any() return true end
local function set(peer, bit) return peer.flags & 1 << bit ~= 0 end

row("client", "PeerInfo.client", function()
  assert(seed("a peer", any).client:find("%d"), "a name and a version")
end)
row("progress", "PeerInfo.progress", function()
  equal(seed("it has all", function(peer) return peer.progress == 1 end).progress, 1.0)
  caller("it has a part", function(peer) return peer.progress > 0 and peer.progress < 1 end)
end)
row("down_speed, up_speed", "PeerInfo.down_speed up_speed", function()
  integer(seed("it sends", function(peer) return peer.down_speed > 0 end).down_speed, 1, 500000)
  integer(caller("it gets", function(peer) return peer.up_speed > 0 end).up_speed, 1, 500000)
end)
row("total_download, total_upload", "PeerInfo.total_download total_upload", function()
  local peer = seed("it has sent", function(peer) return peer.total_download > 0 end)
  integer(peer.total_download, 1)
  equal(peer.total_upload, 0)
  integer(caller("it got", function(other) return other.total_upload > 0 end).total_upload, 1)
end)
row("download_queue_length", "PeerInfo.download_queue_length", function()
  integer(seed("it is asked", function(peer) return peer.download_queue_length > 0 end).download_queue_length, 1)
  equal(caller("the other end", any).download_queue_length, 0)
end)
row("busy_requests", "PeerInfo.busy_requests", function() equal(seed("a peer", any).busy_requests, 0) end)
row("rtt", "PeerInfo.rtt", function()
  local one, other = seed("a peer", any), caller("the other end", any)
  integer(one.rtt, 0, 5000)
  assert((one.rtt == 0) ~= (other.rtt == 0), "one end called")
end)
row("last_active, last_request", "PeerInfo.last_active last_request", function()
  local peer = seed("a peer", any)
  integer(peer.last_active, 0, 60 * 10 ^ 9)
  integer(peer.last_request, 0, 60 * 10 ^ 9)
end)
row("download_queue_time", "PeerInfo.download_queue_time", function()
  integer(seed("it is asked", function(p) return p.download_queue_time > 0 end).download_queue_time, 1)
end)
row("flags", "PeerInfo.flags", function()
  local peer = seed("we are interested in a seed", function(peer) return set(peer, 0) and set(peer, 10) end)
  integer(peer.flags)
  equal(set(peer, 6), false)
  equal(set(peer, 7), false)
  equal(set(caller("it is interested", function(p) return set(p, 2) end), 10), false)
end)
row("source", "PeerInfo.source", function()
  local one, other = seed("a peer", any), caller("the other end", any)
  -- the tracker told each end of the other; one of them called
  integer(one.source | other.source, 32 | 1)
  assert((one.source & 32) ~= (other.source & 32))
end)
row("connection_type", "PeerInfo.connection_type", function() equal(seed("a peer", any).connection_type, 1) end)
row("address, port, peer id", "PeerInfo.address port peer_id", function()
  local peer = seed("a peer", any)
  equal(peer.address, "127.0.0.1")
  integer(peer.port, 1, 65535)
  equal(#peer.peer_id:gsub("%X", ""), 40)
end)

W.section("own")

row("th:piece_availability()", "TorrentHandle.piece_availability", function()
  W.eventually("the seed has every piece", function()
    local counts = W.slow:piece_availability()
    for _, count in ipairs(counts) do
      if count ~= 1 then return false end
    end
    return #counts == W.slow_ti:num_pieces()
  end)
  equal(#W.magnet():piece_availability(), 0)
  W.list(W.still({ ["a.bin"] = 100 }):piece_availability(), { 0 })
end)

row("th:add_url_seed(), th:remove_url_seed(), th:url_seeds()", "TorrentHandle.add_url_seed remove_url_seed url_seeds",
  function()
    local th = W.magnet()
    W.list(th:url_seeds(), {})
    W.nothing(th:add_url_seed("http://127.0.0.1:1/a/"))
    th:add_url_seed("http://127.0.0.1:1/b")
    th:add_url_seed("http://127.0.0.1:1/a/")
    W.list(th:url_seeds(), { "http://127.0.0.1:1/a/", "http://127.0.0.1:1/b" })
    W.nothing(th:remove_url_seed("http://127.0.0.1:1/a/"))
    th:remove_url_seed("http://127.0.0.1:1/none")
    W.list(th:url_seeds(), { "http://127.0.0.1:1/b" })
    W.fails("http or https", th.add_url_seed, th, "ftp://127.0.0.1/")
    W.fails("string expected", th.add_url_seed, th, true)
  end)
