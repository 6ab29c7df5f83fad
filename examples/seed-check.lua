-- Finds torrents that have seeded enough, and removes them.
--
--   porla-lua examples/seed-check.lua [-s SESSION] [-c CATEGORY] [-t TAG] [-r RATIO] [-d DURATION] [--remove [--files]]
--
-- Enough is a ratio of at least RATIO, or a time of seeding of at least DURATION (90m, 36h, 14d), for torrents of the
-- category and with the tag, if given. Nothing is removed without --remove, and no data without --files. Prints
-- action, info hash, ratio, seconds of seeding and name, one torrent a line.

local sessions = require("sessions")
local visible = require("log").visible -- names come from strangers

local function usage(message)
  if message then
    io.stderr:write(message, "\n")
  end
  io.stderr:write("usage: porla-lua seed-check.lua [-s SESSION] [-c CATEGORY] [-t TAG] [-r RATIO] [-d DURATION] ",
    "[--remove [--files]]\n")
  os.exit(2)
end

local options, words = {}, { table.unpack(arg) }
while words[1] do
  local word = table.remove(words, 1)
  if word == "--remove" or word == "--files" then
    options[word] = true
  elseif word:match("^%-[sctrd]$") then
    options[word] = table.remove(words, 1) or usage()
  else
    usage("unknown option " .. word)
  end
end
local ratio = options["-r"] and tonumber(options["-r"])
local number, unit = (options["-d"] or ""):match("^(%d+)([smhdw])$")
if (options["-r"] and not ratio) or (options["-d"] and not number) then
  usage("RATIO is a number, DURATION a number with s, m, h, d or w")
end
if not ratio and not number then
  usage("say what is enough: -r, -d or both")
end
if options["--files"] and not options["--remove"] then
  usage("--files needs --remove")
end

local session = sessions.get(options["-s"] or "default")
if not session then
  io.stderr:write("no session '", options["-s"], "'\n")
  os.exit(1)
end

-- The daemon picks the torrents: the query is in docs/pql.md.
local function quoted(text)
  -- a backslash counts only before a quote
  text = text:gsub('(\\*)"', '%1%1\\"'):gsub("\\+$", "%0%0")
  return '"' .. text .. '"'
end
local enough = {}
if ratio then
  enough[#enough + 1] = ("ratio >= %.6f"):format(ratio)
end
if number then
  enough[#enough + 1] = ("seeding_duration >= %s%s"):format(number, unit)
end
local query = { "is:seeding", "(" .. table.concat(enough, " or ") .. ")" }
if options["-c"] then
  query[#query + 1] = "category = " .. quoted(options["-c"])
end
if options["-t"] then
  query[#query + 1] = "tags contains " .. quoted(options["-t"])
end

local action = options["--remove"] and "removed" or "would remove"
for torrent in session:torrents(table.concat(query, " and ")) do
  local status = torrent:status()
  if options["--remove"] then
    session:remove_torrent(torrent, { remove_files = options["--files"] })
  end
  print(action, status.info_hash.v1, ("%.3f"):format(status.ratio), status.seeding_duration, visible(status.name))
end
