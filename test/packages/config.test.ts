import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { runLua, temporaryFolder } from '../helpers/lua.ts'
import { porlaLua } from '../helpers/program.ts'

const toml = `
socket = "run/own.sock"
[sessions.default.settings]
enable_dht = false
connections_limit = 50
[presets.films]
category = "film"
save_path = "~/films"
tags = ["a", "b"]
upload_limit = 1000
[presets.plain]
`

test('config is the file, presets are read from it, config.app knows the database', async (t) => {
  const cwd = await temporaryFolder(t)
  await writeFile(join(cwd, 'own.toml'), toml)
  const env = { PATH: process.env.PATH, HOME: cwd, PORLA_LUA_CONFIG: 'own.toml', PORLA_LUA_NO_START: '1' }
  const code = `
    -- A change of the folder does not change which file is meant.
    local lfs = require 'lfs'
    assert(lfs.mkdir('elsewhere') and lfs.chdir('elsewhere'))
    local config, presets = require 'config', require 'presets'
    print(config.socket, config.sessions.default.settings.enable_dht, config.nothing)
    print(math.type(config.sessions.default.settings.connections_limit))
    local p = presets.get('films')
    print(p.category, p.save_path, p.tags[2], p.upload_limit, math.type(p.upload_limit), p.session)
    print(#presets.get('plain').tags, presets.get('plain').save_path, presets.get('none'))
    print(select(2, pcall(function() p.category = 'x' end)))
    print(select(2, pcall(function() return p.storage_mode end)))
    print(require('config.app').db_file)
    print(os.getenv('PORLA_LUA_CONFIG'))
  `
  const { out, stderr } = await runLua(t, code, { cwd, env })
  assert.equal(stderr, '')
  assert.deepEqual(out.split('\n'), [
    'run/own.sock\tfalse\tnil',
    'integer',
    `film\t${cwd}/films\tb\t1000\tinteger\tnil`,
    '0\tnil\tnil',
    `${cwd}/script.lua:11: 'category' of Preset cannot be written`,
    `${cwd}/script.lua:12: no property 'storage_mode' in Preset`,
    `${cwd}/.local/state/porla-lua/state.db`,
    `${cwd}/own.toml`,
    '',
  ])
})

test('without a file both are empty, and a bad file is an error with its place', async (t) => {
  const cwd = await temporaryFolder(t)
  const env = { PATH: process.env.PATH, HOME: cwd, PORLA_LUA_NO_START: '1' }
  const code = `print(next((require 'config')), require('presets').get('x'))`
  assert.equal((await runLua(t, code, { cwd, env })).out, 'nil\tnil\n')

  await mkdir(join(cwd, '.config/porla-lua'), { recursive: true })
  await writeFile(join(cwd, '.config/porla-lua/config.yaml'), 'presets: {x: {categry: a}}')
  const fails = `print(select(2, pcall(require, 'config')))  print(select(2, pcall(require('presets').get, 'x')))`
  const { out } = await runLua(t, fails, { cwd, env })
  const lines = out.split('\n')
  for (const line of lines.slice(0, 2)) assert.match(line, /config\.yaml: presets\.x\.categry.*'category'/)
})

test('the command line says which file', async (t) => {
  const cwd = await temporaryFolder(t)
  await writeFile(join(cwd, 'a.json'), '{"presets": {"p": {"category": "json"}}}')
  const env = { PATH: process.env.PATH, HOME: cwd, PORLA_LUA_NO_START: '1' }
  const code = `print(require('presets').get('p').category)`
  const { out } = await runLua(t, code, { cwd, env, words: ['--config', 'a.json'] })
  assert.equal(out, 'json\n')
})

const scripts = `
socket = "run/own.sock"
workflow_dir = "/w"
[http]
port = 1337
[scripts.monitor]
folder = "/watch"
every = 5
since = 2026-01-02T03:04:05Z
filters = [{ tag = "a" }, { tag = "b" }]
[scripts.other]
folder = "/other"
socket = "mine"
[scripts.presets]
folder = "/hidden"
`

test('a script finds its own keys, those of all scripts by name, and what is at the top of the file', async (t) => {
  const cwd = await temporaryFolder(t)
  await writeFile(join(cwd, 'own.toml'), scripts)
  const env = { PATH: process.env.PATH, HOME: cwd, PORLA_LUA_CONFIG: 'own.toml', PORLA_LUA_NO_START: '1' }
  await mkdir(join(cwd, 'bin'))
  await writeFile(
    join(cwd, 'bin/monitor.lua'),
    `local config = require "config"
     print(config.folder, config.every, config.filters[2].tag, config.since, config.socket, config.nothing)
     print(config.monitor.folder, config.other.folder, config.scripts.presets.folder, config.presets.folder)`,
  )
  await writeFile(
    join(cwd, 'other.lua'),
    'local config = require "config" print(config.folder, config.socket, config.every)',
  )
  const read = `local config = require "config" print(config.folder, config.socket, config.other.folder)`
  const script = await porlaLua(['bin/monitor.lua'], { cwd, env })
  assert.equal(
    script.out,
    '/watch\t5\tb\t2026-01-02T03:04:05.000Z\trun/own.sock\tnil\n/watch\t/other\t/hidden\t/hidden\n',
  )
  assert.equal(
    script.stderr,
    `porla-lua: warning: ${cwd}/own.toml: keys of Porla have no meaning here: workflow_dir (porla-lua FILE runs a ` +
      'workflow), http (clients use the socket, as porla-lua call does)\n',
  )
  assert.equal((await porlaLua(['other.lua'], { cwd, env })).out, '/other\tmine\tnil\n')
  assert.equal((await porlaLua(['-e', read], { cwd, env })).out, 'nil\trun/own.sock\t/other\n')
  assert.equal((await porlaLua(['-'], { cwd, env, stdin: read })).out, 'nil\trun/own.sock\t/other\n')
})
