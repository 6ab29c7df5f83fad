// `~` at the start of a path: a shell puts the home folder there (POSIX, Tilde Expansion), but only in words that are
// not quoted. Here it is the home folder or an error, never a folder of that name. `io` and `os` take it as a name, as
// in `lua`.

import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../helpers/lua.ts'
import { porlaLua } from '../helpers/program.ts'

const script = `
  local home, fs = os.getenv("HOME"), require "fs"
  local function equal(a, b) if a ~= b then error(tostring(a) .. " is not " .. tostring(b), 2) end end
  local function refused(f, ...)
    local ok, message = pcall(f, ...)
    if ok or not message:find("~", 1, true) then error("taken: " .. tostring(message), 2) end
  end
  equal(fs.abs("~/x"), home .. "/x") equal(fs.abs("./~/x"), fs.abs(".") .. "/~/x") equal(fs.normal("~"), home)
  equal(fs.exists("~/there"), true) equal(#fs.dir("~"), 3) equal(fs.space("~").capacity, fs.space(home).capacity)
  equal(fs.ext("~/a.b"), ".b")
  local create = require("porla_filesystem").create_directories
  equal(create("~/made/deep"), true) equal(fs.exists(home .. "/made/deep"), true)
  local sqlite3 = require "sqlite3"
  sqlite3.open("~/own.db"):close() equal(fs.exists(home .. "/own.db"), true)
  equal(#require("torrents").create{ path = "~/there" } > 0, true)
  local file = io.open(home .. "/x.torrent", "wb")
  file:write(require("torrents").create{ path = "~/there" }) file:close()
  equal(TorrentInfo.from_file("~/x.torrent"):name(), "there")
  equal(require("own").name, "own")
  -- Another user's home is known to a shell alone.
  for _, f in ipairs { fs.abs, fs.exists, fs.dir, fs.normal, create, sqlite3.open, TorrentInfo.from_file } do
    refused(f, "~nobody/x")
  end
  local lfs = require "lfs"
  refused(lfs.mkdir, "~") refused(lfs.mkdir, "~/new") equal(lfs.mkdir("./~x"), true) equal(lfs.rmdir("~x"), true)
  -- As in lua.
  equal(io.open("~/there"), nil) equal(io.open("~/new", "w"), nil) equal(os.rename("~/there", "~/new"), nil)
  require("process").launch{ file = "~/program", args = {}, done = function(code, out) print(code, out) end }
`

test('~ at the start of a path is the home folder or refused, everywhere', async (t) => {
  const folder = await temporaryFolder(t)
  const [home, cwd] = [join(folder, 'home'), join(folder, 'cwd')]
  await mkdir(join(home, 'modules'), { recursive: true })
  await mkdir(cwd)
  await writeFile(join(home, 'there'), 'data')
  await writeFile(join(home, 'modules/own.lua'), 'return { name = "own" }')
  await writeFile(join(cwd, 'script.lua'), script)
  await writeFile(join(home, 'program'), '#!/bin/sh\necho ran', { mode: 0o755 })
  const env = { PATH: process.env.PATH, HOME: home, PORLA_LUA_NO_START: '1' }
  const { code, out, stderr } = await porlaLua(['-I~/modules', 'script.lua'], { cwd, env })
  assert.equal(stderr, '')
  assert.equal(out, '0\tran\n\n')
  assert.equal(code, 0)

  assert.equal((await porlaLua(['types', '~/editor'], { cwd, env })).code, 0)
  assert.ok(existsSync(join(home, 'editor/.luarc.json')))
  const restored = await porlaLua(['daemon', 'restore', '~/none.db'], { cwd, env })
  assert.match(restored.stderr, new RegExp(`${home}/none\\.db`))
  for (const words of [
    ['types', '~nobody/x'],
    ['daemon', 'restore', '~nobody/x'],
    ['-I~nobody', '-e', ''],
  ]) {
    const refused = await porlaLua(words, { cwd, env })
    assert.match(refused.stderr, /'~nobody.*' starts with a '~' and a name, which only a shell replaces/)
    assert.notEqual(refused.code, 0)
  }
  assert.deepEqual(readdirSync(cwd), ['script.lua'])
})
