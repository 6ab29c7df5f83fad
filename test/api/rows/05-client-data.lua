-- TorrentClientData and the operations on tags.

local W = ...
local row, equal, fails = W.row, W.equal, W.fails
W.section("5")

local function fresh() return (W.magnet()):userdata() end
--- Tags in byte order, through `pairs`.
local function sorted(tags)
  local list = {}
  for i, tag in pairs(tags) do list[i] = tag end
  table.sort(list)
  return list
end

row(".category", "TorrentClientData.category", function()
  local th = W.magnet()
  local a, b = th:userdata(), th:userdata()
  equal(a.category, nil)
  a.category = "films"
  equal(b.category, "films")
  a.category = ""
  equal(b.category, "")
  a.category = nil
  equal(b.category, nil)
  fails("string expected, got boolean", function() a.category = true end)
end)

row(".session", "TorrentClientData.session", function()
  equal(AddTorrentParams.new().userdata.session, nil)
  equal(W.done:userdata().session, "downloads")
  fails("cannot be written", function() W.done:userdata().session = "x" end)
end)

row(".tags", "TorrentClientData.tags", function()
  local th = W.magnet()
  equal(#th:userdata().tags, 0)
  local tags = th:userdata().tags
  th:userdata().tags = { "x" }
  W.list(tags, { "x" })
end)

row('ud.tags = {"foo", "bar", "foo"}', "TorrentClientData.tags", function()
  local ud = fresh()
  ud.tags = { "old" }
  ud.tags = { "foo", "bar", "foo" }
  W.list(sorted(ud.tags), { "bar", "foo" })
end)

row("ud.tags = {}", "", function()
  local ud = fresh()
  ud.tags = { "foo" }
  ud.tags = {}
  equal(#ud.tags, 0)
end)

row("ud.tags = other.tags", "", function()
  local ud, other = fresh(), fresh()
  other.tags = { "foo", "bar" }
  ud.tags = other.tags
  other.tags:add("more")
  W.list(sorted(ud.tags), { "bar", "foo" })
end)

row("ud.tags = {foo = true}", "", function()
  local ud = fresh()
  ud.tags = { foo = true }
  equal(#ud.tags, 0)
end)

row('ud.tags = nil, = "abc", = {1, 2}', "", function()
  local ud = fresh()
  ud.tags = { "kept" }
  fails("table expected, got nil", function() ud.tags = nil end)
  fails("table expected, got string", function() ud.tags = "abc" end)
  fails("string expected, got boolean", function() ud.tags = { true, 2 } end)
  W.list(ud.tags, { "kept" })
end)

row("ud.tags:add()", "Tags.add", function()
  local ud = fresh()
  W.nothing(ud.tags:add("foo"))
  W.nothing(ud.tags:add("foo"))
  W.list(ud.tags, { "foo" })
end)

row("ud.tags:erase()", "Tags.erase", function()
  local ud = fresh()
  ud.tags = { "foo", "bar" }
  W.nothing(ud.tags:erase("foo"))
  W.nothing(ud.tags:erase("foo"))
  W.list(ud.tags, { "bar" })
end)

row("ud.tags.foo", "", function()
  local ud = fresh()
  ud.tags = { "foo" }
  equal(ud.tags.foo, "foo")
  equal(ud.tags.bar, nil)
end)

row("ud.tags.x = true ()", "", function()
  local ud = fresh()
  ud.tags.x = true
  ud.tags.y = false
  W.list(sorted(ud.tags), { "x", "y" })
end)

row("ud.tags.x = nil", "", function()
  local ud = fresh()
  ud.tags = { "x", "y" }
  ud.tags.x = nil
  ud.tags.z = nil
  W.list(ud.tags, { "y" })
end)

row("pairs()", "", function()
  local ud, numbers = fresh(), {}
  ud.tags = { "a", "b", "c" }
  for i in pairs(ud.tags) do numbers[#numbers + 1] = i end
  W.list(numbers, { 1, 2, 3 })
  W.list(sorted(ud.tags), { "a", "b", "c" })
end)

row("ipairs(), ud.tags[1]", "", function()
  local ud = fresh()
  ud.tags = { "a", "b" }
  local seen = {}
  for i, tag in ipairs(ud.tags) do seen[i] = tag end
  equal(ud.tags[1], seen[1])
  equal(ud.tags[3], nil)
  table.sort(seen)
  W.list(seen, { "a", "b" })
end)

row("#ud.tags, :size(), :empty(), :clear(), :find(), :get()", "Tags.size empty clear find get", function()
  local ud = fresh()
  ud.tags = { "a", "b" }
  equal(#ud.tags, 2)
  equal(ud.tags:size(), 2)
  equal(ud.tags:empty(), false)
  equal(ud.tags:find("a"), "a")
  equal(ud.tags:find("x"), nil)
  equal(ud.tags:get("b"), "b")
  equal(ud.tags:get("x"), nil)
  W.nothing(ud.tags:clear())
  equal(ud.tags:empty(), true)
  equal(ud.tags:size(), 0)
end)

row("tags called add, erase, clear, find, get, set, size, empty, insert, at, index_of, iter, next, pairs, ipairs", "Tags.get",
  function()
    local ud = fresh()
    local names = {}
    for name in ("add erase clear find get set size empty insert at index_of iter next pairs ipairs"):gmatch("%S+") do
      names[#names + 1] = name
    end
    ud.tags = names
    for _, name in ipairs(names) do equal(ud.tags:get(name), name) end
    equal(type(ud.tags.add), "function")
  end)

row("t:userdata().tags == t:userdata().tags", "TorrentHandle.userdata", function()
  equal(W.seed:userdata().tags == W.seed:userdata().tags, false)
end)

W.section("own")

row("ud.tags:has()", "Tags.has", function()
  local ud = fresh()
  ud.tags = { "foo", "has" }
  equal(ud.tags:has("foo"), true)
  equal(ud.tags:has("has"), true)
  equal(ud.tags:has("bar"), false)
end)
