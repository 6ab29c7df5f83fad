// PQL over real torrents: in the script, and in the daemon for `session:torrents(query)`.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'

const code = `
local pql = require 'pql'
local session = require('sessions').get('default')
local expected = {}
for i = 0, 299 do
  local params = AddTorrentParams.from_magnet(('magnet:?xt=urn:btih:%040x&dn=name%d'):format(i * 7919 + 1, i))
  params.save_path = '/nowhere'
  params.userdata.category = i % 3 == 0 and 'third' or nil
  if i % 10 == 0 then params.userdata.tags:add('ten') end
  params.flags = {paused = true, auto_managed = false}
  session:add_torrent(params)
end
for _, query in ipairs{
  'category = "third"', 'tags contains "ten" or name contains "99"', 'not category = "third" and is:paused',
  'age < 1h', 'age > 1h', 'size > 0', 'progress = 0 and save_path contains "where"', 'is:seeding',
} do
  local filter = pql.parse(query)
  local here, there = {}, {}
  for torrent in session:torrents() do
    if filter:includes(torrent:status()) then here[#here + 1] = torrent:info_hash().v1 end
  end
  for torrent in session:torrents(query) do there[#there + 1] = torrent:info_hash().v1 end
  assert(table.concat(here) == table.concat(there), query)
  print(query, #there)
end
local ok, problem = pcall(session.torrents, session, 'size >')
print(ok, problem.code, problem.data.offset, problem)
print(select(2, pcall(function() session:torrents({}) end)))
`

test('a query gives the same torrents here and in the daemon', async (t) => {
  const daemon = await startDaemon(t)
  assert.deepEqual((await daemon.ok(code)).split('\n'), [
    'category = "third"\t100',
    'tags contains "ten" or name contains "99"\t33',
    'not category = "third" and is:paused\t200',
    'age < 1h\t300',
    'age > 1h\t0',
    'size > 0\t0',
    'progress = 0 and save_path contains "where"\t300',
    'is:seeding\t0',
    "false\t12\t6\texpected a number for 'size', found the end of the text at column 7",
    "test.lua:28: bad argument #1 to 'torrents' (string expected, got table)",
  ])
})
