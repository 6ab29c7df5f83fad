-- TorrentInfo, FileStorage and InfoHash.

local W = ...
local row, equal, fails = W.row, W.equal, W.fails
local hybrid = assert(TorrentInfo.from_file(W.folder .. "/hybrid.torrent"))
local v2 = assert(TorrentInfo.from_file(W.folder .. "/v2.torrent"))

W.section("6")

row("TorrentInfo.from_buffer()", "TorrentInfo.from_buffer", function()
  local ti, problem = TorrentInfo.from_buffer(W.read(W.folder .. "/hybrid.torrent"))
  equal(problem, nil)
  assert(ti:info_hash() == hybrid:info_hash())
  for bytes, why in pairs{ [""] = "unexpected end of file in bencoded string",
    garbage = "expected value (list, dict, int or string) in bencoded string",
    ["d4:infod4:name1:xee"] = "invalid or missing 'piece length' entry in torrent file" } do
    local none, message = TorrentInfo.from_buffer(bytes)
    equal(none, nil)
    equal(message, why)
  end
end)

row("TorrentInfo.from_file()", "TorrentInfo.from_file", function()
  equal(TorrentInfo.from_file(W.folder .. "/hybrid.torrent"):name(), "t")
  local none, message = TorrentInfo.from_file("/nowhere/at/all")
  equal(none, nil)
  equal(message, "No such file or directory")
end)

row("ti:comment()", "TorrentInfo.comment", function()
  equal(W.ti:comment(), "for the rows")
  equal(hybrid:comment(), "")
end)

row("ti:creator()", "TorrentInfo.creator", function()
  equal(W.ti:creator(), "world.lua")
  equal(hybrid:creator(), "")
end)

row("ti:info_hash()", "TorrentInfo.info_hash", function()
  equal(#W.ti:info_hash().v1, 40)
  equal(W.ti:info_hash().v2, nil)
  equal(#hybrid:info_hash().v2, 64)
end)

row("ti:name()", "TorrentInfo.name", function()
  equal(W.ti:name(), "whole")
  W.write("source/single.bin", W.bytes(5))
  local single = TorrentInfo.from_buffer(require("torrents").create{ path = W.folder .. "/source/single.bin" })
  equal(single:name(), "single.bin")
end)

row("ti:num_files()", "TorrentInfo.num_files", function()
  equal(W.ti:num_files(), 3)
  equal(hybrid:num_files(), 5)
end)

row("ti:num_pieces()", "TorrentInfo.num_pieces", function()
  equal(W.ti:num_pieces(), (1000001 + 16383) // 16384)
  equal(hybrid:num_pieces(), 3)
end)

row("ti:priv()", "TorrentInfo.priv", function()
  equal(W.ti:priv(), false)
  equal(TorrentInfo.from_file(W.folder .. "/private.torrent"):priv(), true)
end)

row("ti:trackers()", "TorrentInfo.trackers", function()
  local list = TorrentInfo.from_file(W.folder .. "/private.torrent"):trackers()
  local shown = {}
  for i, entry in ipairs(list) do
    shown[i] = entry.tier .. entry.url
    equal(#entry.endpoints, 0)
  end
  table.sort(shown)
  W.list(shown, { "0http://127.0.0.1:1/a", "0http://127.0.0.1:1/b", "1udp://127.0.0.1:1" })
  assert(list[1].tier == 0 and list[3].tier == 1)
end)

row("ti:total_size()", "TorrentInfo.total_size", function()
  equal(W.ti:total_size(), 1000001)
  equal(hybrid:total_size(), 49152)
end)

W.section("own")

row("ti:piece_length()", "TorrentInfo.piece_length", function()
  equal(W.ti:piece_length(), 16384)
  equal((W.magnet()):status().torrent_file:piece_length(), 0)
end)

row("ti:creation_date()", "TorrentInfo.creation_date", function()
  local ti = W.make("dated", { ["a.bin"] = 5 })
  assert(math.abs(ti:creation_date() - os.time()) < 100)
  equal(hybrid:creation_date(), 0)
end)

row("ti:web_seeds()", "TorrentInfo.web_seeds", function()
  local two = TorrentInfo.from_file(W.folder .. "/two-seeds.torrent"):web_seeds()
  equal(#two, 2)
  equal(two[1].url, "http://127.0.0.1:1/a/")
  equal(two[2].type, 0)
  equal(two[2].auth, "")
  equal(#hybrid:web_seeds(), 0)
end)

row("ti:make_magnet_uri()", "TorrentInfo.make_magnet_uri", function()
  local seeds = TorrentInfo.from_file(W.folder .. "/one-seed.torrent")
  equal(seeds:make_magnet_uri(), "magnet:?xt=urn:btih:" .. seeds:info_hash().v1 .. "&dn=" .. seeds:name()
    .. "&ws=http%3a%2f%2f127.0.0.1%3a1%2fone%2f")
  local v1, v2s = hybrid:info_hash().v1, hybrid:info_hash().v2
  equal(hybrid:make_magnet_uri():sub(1, 136), "magnet:?xt=urn:btih:" .. v1 .. "&xt=urn:btmh:1220" .. v2s:sub(1, 59))
  assert(v2:make_magnet_uri():find("^magnet:%?xt=urn:btmh:1220"))
  local again = AddTorrentParams.from_magnet(W.ti:make_magnet_uri())
  assert(again.info_hash == W.ti:info_hash() and again.name == "whole" and again.trackers[1] == W.tracker)
end)

W.section("6")

row("ti:files()", "TorrentInfo.files", function() equal(#W.ti:files(), 3) end)

row("fs:file_name()", "FileStorage.file_name", function()
  equal(W.ti:files():file_name(0), "a.bin")
  equal(W.ti:files():file_name(2), "c.bin")
  fails("out of range", function() W.ti:files():file_name(3) end)
end)

row("fs:file_path()", "FileStorage.file_path", function()
  equal(W.ti:files():file_path(0), "whole/a.bin")
  equal(W.ti:files():file_path(2), "whole/sub/c.bin")
end)

row("fs:file_size()", "FileStorage.file_size", function()
  equal(W.ti:files():file_size(1), 500000)
  equal(W.ti:files():file_size(2), 200001)
end)

row("fs.num_files", "FileStorage.num_files", function() equal(W.ti:files():num_files(), W.ti:num_files()) end)

W.section("7")

row(".v1", "InfoHash.v1", function()
  assert(W.ti:info_hash().v1:match("^[0-9a-f]+$"))
  equal(v2:info_hash().v1, nil)
end)

row(".v2", "InfoHash.v2", function()
  equal(W.ti:info_hash().v2, nil)
  assert(hybrid:info_hash().v2:match("^" .. ("[0-9a-f]"):rep(64) .. "$"))
  equal(#v2:info_hash().v2, 64)
end)

row("a == b", "", function()
  local same = TorrentInfo.from_file(W.folder .. "/hybrid.torrent"):info_hash()
  assert(same == hybrid:info_hash() and same ~= v2:info_hash())
  -- one part alone is another hash
  local p = AddTorrentParams.new()
  p.info_hash = same.v1
  assert(p.info_hash ~= same and p.info_hash.v1 == same.v1)
end)

row("tostring()", "", function()
  local v1 = W.ti:info_hash().v1
  equal(tostring(W.ti:info_hash()), "[" .. v1 .. "," .. ("0"):rep(64) .. "]")
  equal(tostring(v2:info_hash()), "[" .. ("0"):rep(40) .. "," .. v2:info_hash().v2 .. "]")
end)
