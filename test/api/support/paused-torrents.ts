import type { TestDaemon } from '../../helpers/daemon.ts'
import { failing } from './lua.ts'

/**
 * What scripts that work on torrents have: `session`, `paused(digit)`, parameters of a torrent that stays paused and whose
 * hash is that digit, and `collect(iterator)`.
 */
export const prelude = `${failing}
local sessions = require("sessions")
local session = sessions.get("default")
local function paused(digit)
  local p = AddTorrentParams.new()
  p.info_hash = digit:rep(40)
  p.name = "torrent " .. digit
  p.save_path = "/nowhere/" .. digit
  p.flags = {paused = true, auto_managed = false}
  return p
end
local function collect(iterator)
  local list = {}
  for x in iterator do list[#list + 1] = x end
  return list
end
`

/** Runs a script with the prelude, which has to succeed; returns the lines it printed. */
export async function lines(daemon: TestDaemon, code: string): Promise<string[]> {
  return (await daemon.ok(prelude + code)).split('\n')
}
