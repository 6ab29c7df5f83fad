/** What the help of the program says before its options: examples first. */
export const helpBefore = `Runs Lua 5.4 scripts against a BitTorrent daemon.

Examples:
  porla-lua script.lua one two               run a script; it finds its words in 'arg' and '...'
  porla-lua -e 'for t in require("sessions").get("default"):torrents() do print(t:status().name) end'
  porla-lua daemon status                    is the daemon running, and how do its sessions do?
  porla-lua call torrents.list '{"session":"default"}'
  porla-lua types                            typings of the API for an editor
`

/** What it says after them. */
export const helpAfter = `
Options of the Lua runner, as in 'lua':
  -e stat                execute the string
  -i                     enter interactive mode after the script; without any word and on a terminal, at once
  -l mod, -l g=mod       require a library into the global 'mod' or 'g'
  -I dir                 search 'dir' first in require
  -v                     show version information
  -E                     ignore Lua's environment variables
  -W                     turn warnings on
  --                     stop handling options
  -                      stop handling options and run standard input
More options for scripts, as from cron:
  --timeout TIME         end the script after 30s, 5m, 1h or plain seconds, whatever it does (exit code 124)
  --lock[=NAME]          run only while no other run holds the lock, else exit code 75; the name is the script's
                         real path unless it is given, and the lock goes with the process
  --lock-wait TIME       wait so long for the lock
Options end at the script's name; what follows is the script's. A script runs here, not in the daemon, with
all of Lua's libraries.

Environment:
  PORLA_LUA_SOCKET, PORLA_LUA_STATE_DIR, PORLA_LUA_CONFIG   as the options of these names
  PORLA_LUA_NO_START=1                                      as --no-start

Exit codes:
  0 ok, 1 Lua error or failed command, 2 wrong use of a command, 3 no daemon is running (daemon status),
  69 no daemon answers, 70 a defect of porla-lua, 75 another daemon has the place or another run the lock,
  76 other protocol version, 78 bad configuration, 124 time limit, 130 interrupted, 141 output closed,
  143 terminated
`
