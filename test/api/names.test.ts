// The names of the API in a script: which are there, and what a wrong one says.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failing, luaFolder } from './support/lua.ts'

test('a misspelt name is an error that suggests the right one, everywhere', async (t) => {
  const lua = await luaFolder(t)
  const lines = await lua.lines(`${failing}
    local p = AddTorrentParams.new()
    failing(function() return p.sav_path end)
    failing(function() p.sav_path = "x" end)
    failing(function() p:neww() end)
    failing(function() p.userdata = nil end)
    failing(function() return p[1] end)
    failing(function() return p.userdata.categry end)
    failing(function() p.userdata.session = "x" end)
    failing(function() return p.info_hash.v3 end)
    failing(function() return p.flags.pausd end)
    failing(function() p.flags = {pausd = true} end)
    failing(function() p.flags.paused = 1 end)
    failing(function() return AddTorrentParams.neu end)
    failing(function() return TorrentInfo.from_fil end)
    failing(function() return require("sessions").gett end)
    failing(function() return require("torrents").creat end)
    failing(function() return FileStorage() end)
    failing(AddTorrentParams)
    failing(function() p.ti = {} end)
    failing(function() p.save_path = true end)
    failing(function() p.save_path = "\\xff" end)
    failing(function() p.max_uploads = -2 end)
    failing(function() p.info_hash = "123" end)
    failing(function() return getmetatable(p).__index end)`)
  assert.deepEqual(lines, [
    "no property 'sav_path' in AddTorrentParams; did you mean 'save_path'?",
    "no property 'sav_path' in AddTorrentParams; did you mean 'save_path'?",
    "no property 'neww' in AddTorrentParams",
    "'userdata' of AddTorrentParams cannot be written",
    "no property '1' in AddTorrentParams",
    "no property 'categry' in TorrentClientData; did you mean 'category'?",
    "'session' of TorrentClientData cannot be written",
    "no property 'v3' in InfoHash; did you mean 'v1'?",
    "no property 'pausd' in TorrentFlags; did you mean 'paused'?",
    "bad value for 'flags' of AddTorrentParams (unknown field 'pausd'; did you mean 'paused'?)",
    "bad value for 'paused' of TorrentFlags (boolean expected, got number)",
    "no function 'neu' in AddTorrentParams; did you mean 'new'?",
    "no function 'from_fil' in TorrentInfo; did you mean 'from_file'?",
    "no function 'gett' in sessions; did you mean 'get'?",
    "no function 'creat' in torrents; did you mean 'create'?",
    'FileStorage cannot be called: it has no constructor',
    'AddTorrentParams cannot be called: use AddTorrentParams.new, AddTorrentParams.from_magnet',
    "bad value for 'ti' of AddTorrentParams (TorrentInfo expected, got table)",
    "bad value for 'save_path' of AddTorrentParams (string expected, got boolean)",
    "bad value for 'save_path' of AddTorrentParams (text in UTF-8 expected, got other bytes)",
    "bad value for 'max_uploads' of AddTorrentParams (-1 to 2147483647 expected, got -2)",
    "bad value for 'info_hash' of AddTorrentParams (InfoHash, or 40 or 64 hex digits expected)",
    'attempt to index a boolean value',
  ])
})

test('the globals are there before anything is required, and scripts may use their own names', async (t) => {
  const lua = await luaFolder(t)
  const lines = await lua.lines(`
    for _, name in ipairs{"AddTorrentParams", "FileStorage", "SettingsPack", "TorrentInfo", "porla"} do
      print(name, type(_G[name]))
    end
    print(_G["lt.TorrentHandle"], getmetatable(_G), package.loaded.sessions, sessions)
    function porla.init() return "mine" end
    print(porla.init(), require("sessions") == require("sessions"))`)
  assert.deepEqual(lines, [
    'AddTorrentParams\ttable',
    'FileStorage\ttable',
    'SettingsPack\ttable',
    'TorrentInfo\ttable',
    'porla\ttable',
    'nil\tnil\tnil\tnil',
    'mine\ttrue',
  ])
})
