-- AnnounceEntry, of a torrent file.

local W = ...
local row, equal = W.row, W.equal
W.section("11")

local function entry() return W.ti:trackers()[1] end

row("entry.url", "AnnounceEntry.url", function() equal(entry().url, W.tracker) end)
row("entry.tier", "AnnounceEntry.tier", function()
  equal(entry().tier, 0)
  equal(TorrentInfo.from_file(W.folder .. "/private.torrent"):trackers()[3].tier, 1)
end)
row("entry.trackerid", "AnnounceEntry.trackerid", function() equal(entry().trackerid, "") end)
row("entry.fail_limit", "AnnounceEntry.fail_limit", function() equal(entry().fail_limit, 0) end)
row("entry.source", "AnnounceEntry.source", function() equal(entry().source, 1) end)
row("entry.verified", "AnnounceEntry.verified", function() equal(entry().verified, false) end)
row("entry.endpoints", "AnnounceEntry.endpoints", function() equal(#entry().endpoints, 0) end)
