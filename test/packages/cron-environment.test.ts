// Every package in a script that cron runs: an empty environment, folder /, no terminal, C locale.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { apiModules } from '../../src/cli/lua/api/index.ts'
import { packageFiles } from '../../src/cli/lua/packages/index.ts'
import { startDaemon } from '../helpers/daemon.ts'
import { launcher, run } from '../helpers/program.ts'

const script = `
local folder = ...
local used = {}
local function use(name) used[#used + 1] = name return require(name) end

local lfs, fs, json = use 'lfs', use 'fs', use 'json'
assert(lfs.currentdir() == '/' and fs.abs('x') == '/x' and os.getenv('HOME') == nil and os.setlocale() == 'C')
assert(lfs.chdir(folder))
assert(json.decode(json.encode{name = 'é', sizes = {1, 2.5}}).sizes[2] == 2.5)

local config = use 'config'
assert(config.sessions.default and use('config.app').db_file == folder .. '/state/state.db')
assert(use('presets').get('p').category == 'cron')

local file = assert(io.open('content', 'w'))
file:write(('x'):rep(50000))
file:close()
local params = AddTorrentParams.new()
params.ti = TorrentInfo.from_buffer(use('torrents').create{path = 'content'})
params.save_path = folder
local session = use('sessions').get('default')

local events, timers, cron, process = use 'events', use 'timers', use 'cron', use 'process'
local heard = {}
local on = events.on('torrent_added', function(torrent)
  heard.added = torrent:status().name
end)
local torrent = session:add_torrent(params)
assert(use('pql').parse('size = 50000b'):includes(torrent:status()))
local count = 0
for _ in session:torrents('name contains "content"') do count = count + 1 end
assert(count == 1)

local db = use('sqlite3').open('own.db')
db:exec("create table t(v); insert into t values ('kept')")
assert(db:close() == 0)

use('log').info('from cron')

for _, name in ipairs{'codec', 'events', 'filesystem', 'http_client', 'presets', 'runtime', 'sessions', 'timers'} do
  use('porla_' .. name)
end

local http = use('http.client')
process.launch{file = process.search_path('sh'), args = {'-c', 'printf out; exit 3'}, done = function(code, out)
  heard.process = code .. out
end}
http.request{url = 'http://127.0.0.1:1/', callback = function(status) heard.http = status end}
local schedule
schedule = cron.schedule{expression = '* * * * * *', callback = function() heard.cron = true schedule:cancel() end}

local workflows = use 'workflows'
local actions, triggers = 'workflows.actions.', 'workflows.triggers.'
for _, name in ipairs{'exec', 'http', 'log', 'notify', 'sleep', 'torrent'} do use(actions .. name) end
for _, name in ipairs{'cron', 'interval', 'torrent'} do use(triggers .. name) end

local timer
timer = timers.new{interval = 50, callback = function()
  if not (heard.added and heard.process and heard.http and heard.cron) then return end
  timer:cancel()
  on:disconnect()
  table.sort(used)
  print(heard.added, heard.process, heard.http)
  print(table.concat(used, ' '))
end}
`

test('a script with all packages runs from cron', async (t) => {
  const daemon = await startDaemon(t)
  const config = join(daemon.folder, 'own.json')
  const settings = { sessions: { default: {} }, presets: { p: { category: 'cron' } } }
  await writeFile(config, JSON.stringify(settings))
  await writeFile(join(daemon.folder, 'job.lua'), script)
  // cron gives these and little else; without HOME nothing is guessed, so the daemon is named.
  const words = ['-i', 'LC_ALL=C', 'PATH=/usr/bin:/bin', process.execPath, launcher]
  const places = ['--socket', daemon.socket, '--state-dir', daemon.stateDir, '--config', config, '--no-start']
  const job = [...words, ...places, join(daemon.folder, 'job.lua'), daemon.folder]
  const { code, out, stderr } = await run('/usr/bin/env', job, { cwd: '/' })
  assert.match(stderr, /INFO {4}from cron\n/)
  const all = [...apiModules.map(({ name }) => name), ...Object.keys(packageFiles)].sort()
  assert.deepEqual({ code, out }, { code: 0, out: `content\t3out\t-1\n${all.join(' ')}\n` }, stderr)
})
