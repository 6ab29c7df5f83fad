-- SettingsPack.

local W = ...
local row, equal, fails = W.row, W.equal, W.fails
W.section("3")

row("pack.<setting> read", "", function()
  local pack = W.default:settings()
  equal(pack.active_downloads, 3)
  equal(pack.enable_lsd, false)
  equal(pack.listen_interfaces, "127.0.0.1:0")
  equal(SettingsPack.min_memory_usage().active_seeds, SettingsPack.default().active_seeds)
  fails("no setting 'activ_seeds'; did you mean 'active_seeds'", function() return pack.activ_seeds end)
end)

row("pack.<setting> = v", "", function()
  local pack = W.default:settings()
  pack.download_rate_limit, pack.enable_dht, pack.announce_ip = 1000, true, "127.0.0.1"
  equal(pack.download_rate_limit, 1000)
  equal(pack.enable_dht, true)
  equal(pack.announce_ip, "127.0.0.1")
  fails("integer expected, got string", function() pack.download_rate_limit = "x" end)
  fails("boolean expected, got number", function() pack.enable_dht = 1 end)
  fails("no integer representation", function() pack.download_rate_limit = 1.5 end)
  fails("no setting", function() pack.nothing_such = 1 end)
  fails("cannot be written", function() pack.user_agent = "x" end)
  fails("cannot be written", function() pack.peer_fingerprint = "x" end)
end)

row("pairs()", "", function()
  local pack, last, n = SettingsPack.default(), "", 0
  for name, value in pairs(pack) do
    assert(last < name)
    equal(value, pack[name])
    last, n = name, n + 1
  end
  assert(n > 150, n)
end)

row("SettingsPack.default()", "SettingsPack.default", function()
  local pack = SettingsPack.default()
  equal(pack.listen_interfaces, "0.0.0.0:6881,[::]:6881")
  equal(pack.active_limit, 500)
  equal(pack.share_ratio_limit, 200)
  equal(pack.connections_limit, 200)
  equal(pack.enable_dht, true)
end)

row("SettingsPack.min_memory_usage()", "SettingsPack.min_memory_usage", function()
  local pack = SettingsPack.min_memory_usage()
  equal(pack.max_peerlist_size, 500)
  equal(pack.file_pool_size, 4)
  equal(W.count(pairs(pack)), 26)
end)

row("SettingsPack.high_performance_seed()", "SettingsPack.high_performance_seed", function()
  local pack = SettingsPack.high_performance_seed()
  equal(pack.connections_limit, 8000)
  equal(pack.active_seeds, 2000)
  equal(W.count(pairs(pack)), 31)
end)
