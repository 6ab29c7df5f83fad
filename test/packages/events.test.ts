// events: a script hears what happens in a real daemon.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { bytes } from '../helpers/data.ts'
import {
  addTorrent,
  createTorrent,
  listenAddress,
  waitForSeeding,
  writeTestFile,
} from '../helpers/torrents.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { adding, type Running, startLua } from './support.ts'

const hash = (i: number) => i.toString(16).padStart(40, '0')

const start = (t: TestContext, daemon: TestDaemon, code: string): Promise<Running> =>
  startLua(t, daemon.folder, code, { env: daemon.env })

test('handlers hear what others do, in order, until they are disconnected', async (t) => {
  const daemon = await startDaemon(t, { sessions: { other: {} } })
  const script = await start(
    t,
    daemon,
    `local events = require("events")
     local connections = {}
     local function show(name, describe)
       connections[#connections + 1] = events.on(name, function(...) print(name, describe(...)) end)
     end
     -- By the time it is heard the torrent may be gone: only its name is left.
     local function v1(torrent) return tostring(torrent):match("(%x%x)%)$") end
     show("torrent_added", v1)
     show("torrent_paused", v1)
     show("torrent_resumed", v1)
     show("torrent_removed", function(info_hash, more)
       if info_hash.v1:sub(-2) == "09" then
         for _, connection in ipairs(connections) do connection:disconnect() connection:disconnect() end
       end
       assert(more == nil)
       return info_hash.v1:sub(-2)
     end)
     print("listening")`,
  )
  await script.printed('listening')
  const client = await daemon.client()
  const key = (i: number, session = 'default') => ({ session, info_hash: hash(i) })
  await client.call('torrents.add', {
    info_hash: hash(1),
    save_path: '/nowhere',
    flags: { paused: true, auto_managed: false },
  })
  await client.call('torrents.resume', key(1))
  await client.call('torrents.pause', key(1))
  await client.call('torrents.pause', key(1))
  await client.call('torrents.remove', key(1))
  await client.call('torrents.add', { session: 'other', info_hash: hash(9), save_path: '/nowhere' })
  await waitUntil('the queue resumes it', () => script.lines.includes('torrent_resumed\t09'))
  await client.call('torrents.remove', key(9, 'other'))
  await client.call('torrents.add', { info_hash: hash(3), save_path: '/nowhere' })
  client.close()
  const { code, stderr } = await script.end
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.deepEqual(script.lines, [
    'listening',
    'torrent_added\t01',
    'torrent_resumed\t01',
    'torrent_paused\t01',
    'torrent_removed\t01',
    'torrent_added\t09',
    'torrent_resumed\t09',
    'torrent_removed\t09',
  ])
})

test('what happens between events.on and the last line is not missed, and callbacks may call the daemon', async (t) => {
  const daemon = await startDaemon(t)
  const out = await daemon.ok(
    `${adding}
     local events = require("events")
     add(1, true)
     local heard = {}
     local connection
     connection = events.on("torrent_added", function(torrent)
       heard[#heard + 1] = torrent:status().name
       torrent:userdata().category = "heard"
       print(torrent:userdata().category, torrent:flags().paused)
       if #heard == 2 then add(4, true) end
       if #heard == 3 then
         connection:disconnect()
         print(table.concat(heard, " "))
       end
     end)
     add(2, true)
     add(3, true)
     os.execute("sleep 0.1")`,
  )
  assert.equal(out, `${'heard\ttrue\n'.repeat(3)}t2 t3 t4`)
})

test('events.wait returns what a callback would get, and misses nothing since the first contact', async (t) => {
  const daemon = await startDaemon(t)
  const out = await daemon.ok(
    `${adding}
     local events = require("events")
     for i = 1, 3 do add(i, true) end
     for i = 1, 3 do print(events.wait("torrent_added", 5):status().name) end
     print(events.wait("torrent_added", 0), events.wait("torrent_added", 0.05))
     session:remove_torrent(session:find_torrent(("%040x"):format(2)))
     print(events.wait("torrent_removed", 5).v1:sub(-1), events.wait("torrent_removed", 0))
     print(pcall(events.wait, "torrent_aded", 1))
     print(pcall(events.wait, "torrent_added", -1))
     local co = coroutine.wrap(function() add(7, true) return events.wait("torrent_added"):status().name end)
     print(co())`,
  )
  const lines = out.split('\n')
  assert.deepEqual(lines.slice(0, 5), ['t1', 't2', 't3', 'nil\tnil', '2\tnil'])
  assert.match(lines[5] as string, /^false\t.*no event 'torrent_aded'; did you mean 'torrent_added'\?/)
  assert.match(lines[6] as string, /^false\t.*seconds from 0/)
  assert.equal(lines[7], 't7')
})

test('events.wait is woken within 50 ms, and a signal ends it', async (t) => {
  const daemon = await startDaemon(t)
  const script = await start(
    t,
    daemon,
    `local events = require("events")
     require("sessions").list()
     while true do
       io.write("waiting\\n"):flush()
       io.write(events.wait("torrent_removed", 600).v1, "\\n"):flush()
     end`,
  )
  const client = await daemon.client()
  const times: number[] = []
  for (let i = 1; i <= 5; i++) {
    await client.call('torrents.add', { info_hash: hash(i), save_path: '/nowhere' })
    await waitUntil('it waits', () => script.lines.filter((line) => line === 'waiting').length === i)
    await new Promise((resolve) => setTimeout(resolve, 30))
    const before = performance.now()
    await client.call('torrents.remove', { session: 'default', info_hash: hash(i) })
    await waitUntil('it woke', () => script.lines.includes(hash(i)), { everyMs: 1 })
    times.push(performance.now() - before)
  }
  client.close()
  times.sort((a, b) => a - b)
  assert.ok((times[2] as number) < 50, times.join())
  script.signal('SIGINT')
  assert.equal((await script.end).code, 130)
})

test('downloading: metadata and finished once, file errors, and none for a check that finds everything', async (t) => {
  const daemon = await startDaemon(t, { sessions: { leecher: {} } })
  const content = bytes(300_000)
  const source = await writeTestFile(daemon, 'file.bin', content)
  const torrentFile = await createTorrent(daemon, source)
  const script = await start(
    t,
    daemon,
    `local events = require("events")
     local function show(name) return events.on(name, function(torrent, ...) print(name, torrent:status().name, ...) end) end
     local connections = { show("torrent_finished"), show("metadata_received") }
     last = events.on("torrent_removed", function()
       last:disconnect()
       for _, connection in ipairs(connections) do connection:disconnect() end
     end)
     print("listening")`,
  )
  await script.printed('listening')
  await addTorrent(daemon, torrentFile, daemon.folder)
  await waitForSeeding(daemon)
  const peer = await listenAddress(daemon)
  const client = await daemon.client()
  const [seed] = (await client.call('torrents.list', { fields: ['info_hash'] })).torrents
  const v1 = seed?.info_hash?.[0] as string
  await client.call('torrents.add', {
    session: 'leecher',
    magnet_uri: `magnet:?xt=urn:btih:${v1}&x.pe=${peer}`,
    save_path: await daemon.makeFolder('leech'),
  })
  await script.printed('torrent_finished\tfile.bin', 20_000)
  await client.call('torrents.recheck', { session: 'leecher', info_hash: v1 })
  await waitForSeeding(daemon, { session: 'leecher' })
  await client.call('torrents.remove', { session: 'leecher', info_hash: v1 })
  client.close()
  const { code } = await script.end
  assert.equal(code, 0)
  assert.deepEqual(script.lines, ['listening', 'metadata_received\tfile.bin', 'torrent_finished\tfile.bin'])
})

test('torrent_file_error names the file', async (t) => {
  const daemon = await startDaemon(t, { sessions: { leecher: {} } })
  const source = await writeTestFile(daemon, 'file.bin', bytes(300_000))
  const torrentFile = await createTorrent(daemon, source)
  await addTorrent(daemon, torrentFile, daemon.folder)
  await waitForSeeding(daemon)
  const peer = await listenAddress(daemon)
  // A file where a folder has to be: nobody can write there, whoever runs the test.
  const blocked = await writeTestFile(daemon, 'blocked', 'x')
  const out = await daemon.ok(
    `local events = require("events")
     local params = AddTorrentParams.new()
     params.ti = TorrentInfo.from_file(arg[1])
     params.save_path = arg[2]
     local torrent = require("sessions").get("leecher"):add_torrent(params)
     torrent:connect_peer(arg[3]:match("^(.*):(%d+)$"), math.tointeger(arg[3]:match("%d+$")))
     local failed, path, message = events.wait("torrent_file_error", 20)
     print(failed == torrent, path, #message > 5)
     print(events.wait("torrent_paused", 5) == torrent)`,
    [torrentFile, join(blocked, 'sub'), peer],
  )
  const [first, second] = out.split('\n')
  assert.match(first as string, /^true\t.*blocked.*\ttrue$/)
  assert.equal(second, 'true')
})

test('without a daemon events.on raises the error of any call', async (t) => {
  const daemon = await startDaemon(t)
  await daemon.end()
  const { code, stderr } = await daemon.lua('require("events").on("torrent_added", print)')
  assert.equal(code, 69)
  assert.match(stderr, /test\.lua:1: no daemon answers/)
})

test('a handler that is collected as garbage hears nothing, and does not keep the script', async (t) => {
  const daemon = await startDaemon(t)
  const out = await daemon.ok(
    `${adding}
     local events = require("events")
     events.on("torrent_added", function() print("never") end)
     collectgarbage()
     kept = events.on("torrent_added", function()
       print("once")
       kept = nil
       collectgarbage()
     end)
     add(1, true)
     add(2, true)`,
  )
  assert.equal(out, 'once')
})
