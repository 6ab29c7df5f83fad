-- Lists every torrent of every session, one line each, with tabs between the columns, for people and for `cut`.
--
--   porla-lua examples/list.lua
--   porla-lua examples/list.lua | cut -f2,3

local sessions = require("sessions")
local visible = require("log").visible -- names come from strangers

for session in sessions.list() do
  for torrent in session:torrents() do
    local status = torrent:status()
    print(string.format("%s\t%s\t%s\t%.1f%%", session.name, visible(status.name), status.state, status.progress * 100))
  end
end
