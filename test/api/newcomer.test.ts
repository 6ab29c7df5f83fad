// What people write first: each error says what to write instead.

import assert from 'node:assert/strict'
import { realpath } from 'node:fs/promises'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { failing } from './support/lua.ts'

const prelude = `${failing}
  local session = require("sessions").get("default")
  local p = AddTorrentParams.new()
  p.info_hash, p.save_path = ("a"):rep(40), "d"
`

test('what a newcomer writes', async (t) => {
  const daemon = await startDaemon(t)
  const lines = async (code: string) => (await daemon.ok(prelude + code)).split('\n')

  await t.test('is told what to write instead', async () => {
    const got = await lines(`
      local torrent = session:add_torrent(p)
      failing(function() session:add_torrent("magnet:?xt=urn:btih:" .. ("a"):rep(40)) end)
      failing(function() session:add_torrent("x.torrent") end)
      failing(function() p.tags = {"a"} end)
      failing(function() return torrent.name end)
      failing(function() return torrent.tags end)
      failing(function() session:remove_torrent(torrent, true) end)
      failing(function() require("workflows").add{trigger = require("workflows.triggers.torrent").added, actions = {print}} end)
      print(torrent:torrent_file())`)
    assert.deepEqual(got, [
      "bad argument #1 to 'add_torrent' (AddTorrentParams expected, got string: AddTorrentParams.from_magnet(link) reads a magnet link)",
      "bad argument #1 to 'add_torrent' (AddTorrentParams expected, got string: AddTorrentParams.new() makes some, and TorrentInfo.from_file(path) reads a torrent file for their ti)",
      "no property 'tags' in AddTorrentParams; it is in params.userdata.tags",
      "no property 'name' in TorrentHandle; it is in torrent:status().name",
      "no property 'tags' in TorrentHandle; it is in torrent:userdata().tags",
      "bad argument #2 to 'remove_torrent' (a table expected: write {remove_files = true} to remove the files as well)",
      "workflows.add: the trigger must be called, as in trigger = require('workflows.triggers.torrent').added()",
      'nil',
    ])
  })

  await t.test('hears of an event that does not exist', async () => {
    const { stderr, out } = await daemon.lua('print(require("events").on("torrent_finish", print))')
    assert.equal(out, 'nil\n')
    assert.match(stderr, /no event 'torrent_finish'; did you mean 'torrent_finished'\?; events\.on gives nil/)
  })

  await t.test('without a save path goes into the current folder, and is told so once', async () => {
    const { stderr, out } = await daemon.lua(`${prelude}
      p.save_path = ""
      for _, digit in ipairs{"b", "c"} do
        p.info_hash = digit:rep(40)
        print(session:add_torrent(p):status().save_path)
      end`)
    const folder = await realpath(daemon.folder)
    assert.equal(out, `${folder}\n${folder}\n`)
    assert.equal(
      stderr,
      `porla-lua: warning: no save_path was given: torrents go into the current folder, ${folder}\n`,
    )
  })
})
