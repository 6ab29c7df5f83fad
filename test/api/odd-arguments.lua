-- Calls every function, method and property with odd values; prints what is no error of Lua's kind. Words: a JSON file
-- with the names of members by class and module.
local json = require "json"
local names = json.decode(io.open(arg[1]):read("a"))
local sessions = require "sessions"
local session = sessions.get "default"
local sqlite3 = require "sqlite3"

local content = io.open("data", "wb")
content:write(("x"):rep(40000))
content:close()
local ti = assert(TorrentInfo.from_buffer(require("torrents").create { path = "data", trackers = { "http://127.0.0.1:1/a" } }))

local function add()
  local params = AddTorrentParams.new()
  params.ti, params.save_path = ti, "."
  return session:add_torrent(params)
end

local closedFile = io.open("data")
closedFile:close()
local deep, around = {}, {}
for _ = 1, 5000 do deep = { deep } end
around.around = around
local database = sqlite3.open ":memory:"
local closed = sqlite3.open ":memory:"
closed:close()
local _, failure = pcall(session.find_torrent, session, ("0"):rep(41))
local _, gone = pcall(function() return add(), session:remove_torrent(add()) end)

--- A fresh object of each class, since a call may spoil one.
local make = {
  Session = function() return session end,
  TorrentHandle = add,
  TorrentStatus = function() return add():status() end,
  TorrentInfo = function() return ti end,
  FileStorage = function() return ti:files() end,
  InfoHash = function() return ti:info_hash() end,
  TorrentClientData = function() return add():userdata() end,
  Tags = function() return add():userdata().tags end,
  AddTorrentParams = AddTorrentParams.new,
  TorrentFlags = function() return AddTorrentParams.new().flags end,
  List = function() return AddTorrentParams.new().trackers end,
  SettingsPack = function() return session:settings() end,
  AnnounceEntry = function() return ti:trackers()[1] end,
  Database = function() return sqlite3.open ":memory:" end,
  Statement = function() return database:prepare "select ?, 'x'" end,
  Filter = function() return require("pql").parse "name = 'x'" end,
}

local values = {
  "nil", true, math.maxinteger, math.mininteger, 2 ^ 53, 2 ^ 31, -1, 1.5, 0 / 0, 1 / 0, "", "\0", "\xff", "5", "nope",
  ("long"):rep(30000), {}, deep, around, { 1, 2, a = 3 }, { url = 5 }, { interval = 2 ^ 60 }, print, coroutine.create(print),
  io.stdout, closedFile, closed, gone, ti, session, AddTorrentParams.new(),
  setmetatable({}, { __index = function() error {} end, __len = function() return "x" end, __tostring = function() return 5 end }),
  setmetatable({}, { __len = function() return math.maxinteger end }),
}

-- They end the script, wait for ever, or start something that is not ours to start.
local left = {
  ["os.exit"] = true, ["debug.debug"] = true, ["io.read"] = true, ["io.lines"] = true, ["coroutine.wrap"] = true,
  ["collectgarbage"] = true, ["debug.setmetatable"] = true, ["debug.sethook"] = true, ["dofile"] = true,
  ["debug.upvaluejoin"] = true, ["debug.setuservalue"] = true, ["io.output"] = true, ["io.input"] = true,
  ["debug.setcstacklimit"] = true, ["io.close"] = true, ["events.wait"] = true, ["print"] = true, ["io.write"] = true,
}

local calls, bad = 0, {}
local function check(name, ok, problem)
  calls = calls + 1
  if ok or type(problem) ~= "string" then return end
  if problem:find "internal error" or problem:find "RangeError" or problem:find "TypeError" or problem:find "ERR_" then
    bad[name] = problem
  end
end

local function try(name, fn, ...)
  check(name .. "()", pcall(fn, ...))
  for i = 1, #values do
    local value = values[i]
    if value == "nil" then value = nil end
    local self, n = table.pack(...), select("#", ...)
    self[n + 1] = value
    check(("%s(value %d)"):format(name, i), pcall(fn, table.unpack(self, 1, n + 1)))
    self[n + 1], self[n + 2] = "x", value
    check(("%s('x', value %d)"):format(name, i), pcall(fn, table.unpack(self, 1, n + 2)))
    self[n + 1], self[n + 2] = value, value
    check(("%s(value %d twice)"):format(name, i), pcall(fn, table.unpack(self, 1, n + 2)))
  end
end

for class, members in pairs(names.classes) do
  for _, member in ipairs(members) do
    if make[class] then
      local object = make[class]()
      check(class .. "." .. member, pcall(function() return object[member] end))
      local ok, method = pcall(function() return object[member] end)
      if ok and type(method) == "function" then
        try(class .. ":" .. member, function(...) return method(make[class](), ...) end)
        try(class .. "." .. member .. " of another object", method)
      end
      for i = 1, #values do
        check(("%s.%s = value %d"):format(class, member, i), pcall(function() object[member] = values[i] end))
      end
    end
  end
  if make[class] then
    for i = 1, #values do
      local object = make[class]()
      check(("%s[value %d]"):format(class, i), pcall(function() return object[values[i]] end))
      check(("%s[value %d] = value"):format(class, i), pcall(function() object[values[i]] = values[i] end))
      check(("%s == value %d"):format(class, i), pcall(function() return object == values[i], object .. values[i], #object end))
    end
  end
end

for module in pairs(names.modules) do
  local loaded = require(module)
  if type(loaded) == "table" then
    for name, fn in pairs(loaded) do
      if type(fn) == "function" and not left[module .. "." .. name] then try(module .. "." .. name, fn) end
    end
  elseif type(loaded) == "function" then
    try(module, loaded)
  end
end
for _, class in ipairs { "TorrentInfo", "AddTorrentParams", "SettingsPack", "FileStorage" } do
  for name, fn in pairs(_G[class]) do try(class .. "." .. name, fn) end
end
for _, library in ipairs { "io", "os", "string", "table", "math", "utf8", "coroutine", "debug", "package" } do
  for name, fn in pairs(_G[library]) do
    local full = library .. "." .. name
    if type(fn) == "function" and not left[full] then try(full, fn) end
  end
end
for name, fn in pairs(_G) do
  if type(fn) == "function" and not left[name] then try(name, fn) end
end
for _, name in ipairs { "close", "flush", "lines", "read", "seek", "setvbuf", "write" } do
  try("file:" .. name, function(...) local f = io.tmpfile() return f[name](f, ...) end)
  try("file:" .. name .. " of another object", closedFile[name])
end

for name, problem in pairs(bad) do print(name .. ": " .. problem:match "[^\n]*") end
print(calls .. " calls")
os.exit(next(bad) == nil, true)
