// The patterns of the scripts that people have for Porla, as scripts of our own, run through the real program.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { listen } from '../helpers/listen.ts'
import { finish, launcher, type Outcome, root } from '../helpers/program.ts'
import { waitUntil } from '../helpers/wait-until.ts'

/** Starts a daemon whose configuration has the keys of one script; those that are paths lie in its folder. */
async function daemonFor(
  t: TestContext,
  name: string,
  keys: (folder: string) => object,
): Promise<TestDaemon> {
  const daemon = await startDaemon(t)
  const path = join(daemon.folder, 'config.json')
  const config = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify({ ...config, scripts: { [name]: keys(daemon.folder) } }))
  return daemon
}

/** Starts the script of a name. */
function start(t: TestContext, daemon: TestDaemon, name: string) {
  const script = join(root, 'test/porla-scripts', `${name}.lua`)
  const child = spawn(process.execPath, [launcher, script], { cwd: daemon.folder, env: daemon.env })
  t.after(() => child.kill('SIGKILL'))
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk
  })
  const ended = finish(child, {}, script)
  ended.catch(() => {}) // whoever awaits it is told
  return {
    ended,
    printed: (line: string) => waitUntil(`the script prints '${line}'`, () => out.split('\n').includes(line)),
    /** Ends it as systemd would, once it waits: SIGTERM in a callback ends it where it is. */
    async end(): Promise<Outcome> {
      await waitUntil('it listens to signals', async () => {
        const status = await readFile(`/proc/${child.pid}/status`, 'latin1')
        return (BigInt(`0x${/^SigCgt:\s*(\w+)$/m.exec(status)?.[1]}`) & (1n << 14n)) !== 0n
      })
      child.kill('SIGTERM')
      return await ended
    },
  }
}

/** Makes a torrent file of one small file. */
async function torrentOf(daemon: TestDaemon, name: string, into: string, tracker = ''): Promise<void> {
  await writeFile(join(daemon.folder, name), `data of ${name}`)
  const code = `local file = io.open(arg[2], "wb")
    file:write(require("torrents").create{ path = arg[1], trackers = arg[3] ~= "" and { arg[3] } or nil }) file:close()`
  await daemon.ok(code, [name, into, tracker])
}

test('a folder monitor with a history of its own and a configuration of its own', async (t) => {
  const daemon = await daemonFor(t, 'monitor', (folder) => ({
    folder: join(folder, 'watch'),
    save_path: join(folder, 'data'),
    database: join(folder, 'history.db'),
    category: 'watched',
    interval: 20,
  }))
  const watch = await daemon.makeFolder('watch')
  await torrentOf(daemon, 'first', join(watch, 'first.torrent'))
  const before = start(t, daemon, 'monitor')
  await before.printed('added\tfirst')
  await before.printed('watching')
  await torrentOf(daemon, 'second', join(daemon.folder, 'second.torrent'))
  await copyFile(join(daemon.folder, 'second.torrent'), join(watch, 'second.torrent'))
  await before.printed('added\tsecond')
  const { code, out } = await before.end()
  assert.equal(code, 143)
  assert.match(out, /\nclosed\n$/)

  const query = `for t in require("sessions").get("default"):torrents('category = "watched"') do print(t:status().name) end`
  assert.deepEqual((await daemon.ok(query)).split('\n').sort(), ['first', 'second'])
  // Its history outlives it: nothing is added twice, also what was removed meanwhile.
  await daemon.ok(
    'local s = require("sessions").get("default") for t in s:torrents() do s:remove_torrent(t) end',
  )
  const after = start(t, daemon, 'monitor')
  await after.printed('watching')
  assert.equal((await after.end()).out, 'watching\nclosed\n')
  const db = new DatabaseSync(join(daemon.folder, 'history.db'))
  t.after(() => db.close())
  const rows = db.prepare('select name from history order by name').all()
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['first.torrent', 'second.torrent'],
  )
})

test('a racing script with porla.init', async (t) => {
  let announces = 0
  const tracker = await listen(
    t,
    createServer((_, response) => {
      announces++
      response.end('d8:intervali1800e5:peers0:e')
    }),
  )
  // It shakes hands (BEP 3) and says nothing more.
  const peer = await listen(
    t,
    createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', (hello: Buffer) =>
        socket.write(
          Buffer.concat([
            hello.subarray(0, 20),
            Buffer.alloc(8),
            hello.subarray(28, 48),
            Buffer.from('-XX0001-silent-peer-'),
          ]),
        ),
      )
    }),
  )
  const keys = { filter: 'name contains "race"', interval: 50, max_tries: 10, failed_tag: 'racing-failed' }
  const daemon = await daemonFor(t, 'racing', () => keys)
  await daemon.makeFolder('data')
  for (const name of ['race-lost', 'race-won', 'other'])
    await torrentOf(
      daemon,
      name,
      join(daemon.folder, `${name}.torrent`),
      `http://127.0.0.1:${tracker}/announce`,
    )
  const add = `local session = require("sessions").get("default")
    local settings = session:settings()
    settings.enable_outgoing_utp, settings.out_enc_policy = false, 2
    session:apply_settings(settings)
    local params = AddTorrentParams.new()
    params.ti, params.save_path = TorrentInfo.from_file(arg[1]), require("fs").abs("data")
    local torrent = session:add_torrent(params)
    if arg[2] then torrent:connect_peer("127.0.0.1", tonumber(arg[2])) end`

  const first = start(t, daemon, 'racing')
  await first.printed('ready')
  await daemon.ok(add, ['other.torrent'])
  await daemon.ok(add, ['race-lost.torrent'])
  await first.printed('lost\trace-lost')
  const lost = await first.end()
  assert.deepEqual([lost.code, lost.stderr], [143, ''])
  assert.equal(lost.out, 'ready\nracing\trace-lost\nlost\trace-lost\nstopped\n')
  assert.ok(announces > 2, 'the tracker was asked again')

  const path = join(daemon.folder, 'config.json')
  const config = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify({ ...config, scripts: { racing: { ...keys, max_tries: 100_000 } } }))
  const second = start(t, daemon, 'racing')
  await second.printed('ready')
  await daemon.ok(add, ['race-won.torrent', String(peer)])
  await second.printed('won\trace-won')
  assert.equal((await second.end()).out, 'ready\nracing\trace-won\nwon\trace-won\nstopped\n')

  const tags = `for t in require("sessions").get("default"):torrents() do
    print(t:status().name, require("json").encode(t:userdata().tags)) end`
  assert.deepEqual((await daemon.ok(tags)).split('\n').sort(), [
    'other\t[]',
    'race-lost\t["racing-failed"]',
    'race-won\t[]',
  ])
})

test('a port updater: settings of the session from an HTTP answer', async (t) => {
  // A port that is free: one that was just given.
  const given = createTcpServer()
  const free = await listen(t, given)
  await new Promise((resolve) => given.close(resolve))
  const service = await listen(
    t,
    createServer((request, response) => {
      if (request.url === '/old') response.writeHead(308, { location: '/port' }).end()
      else if (request.url === '/port' && request.headers.accept === 'application/json')
        response.writeHead(200, { 'content-type': 'application/json' }).end(`{"port": ${free}}`)
      else response.writeHead(404).end()
    }),
  )
  const daemon = await daemonFor(t, 'port', () => ({ url: `http://127.0.0.1:${service}/old` }))
  const { code, out, stderr } = await start(t, daemon, 'port').ended
  assert.deepEqual([code, out, stderr], [0, `default\t127.0.0.1:${free}\n`, ''])
  const settings = 'print(require("sessions").get("default"):settings().listen_interfaces)'
  assert.equal(await daemon.ok(settings), `127.0.0.1:${free}`)

  const path = join(daemon.folder, 'config.json')
  await writeFile(path, (await readFile(path, 'utf8')).replace('/old', '/none'))
  const failed = await start(t, daemon, 'port').ended
  assert.deepEqual([failed.code, failed.out, failed.stderr], [1, '', 'no port: status 404\n'])
})

test('a program run per event', async (t) => {
  const daemon = await daemonFor(t, 'per-event', (folder) => ({ program: join(folder, 'program'), count: 2 }))
  await writeFile(
    join(daemon.folder, 'program'),
    '#!/bin/sh\nif [ "$1" = removed ]; then echo "$2" >&2; exit 3; fi\necho "$1|$2|$3"\n',
    { mode: 0o755 },
  )
  const script = start(t, daemon, 'per-event')
  await script.printed('ready')
  const name = "it's $(a) name"
  await torrentOf(daemon, name, join(daemon.folder, 'x.torrent'))
  const hash = await daemon.ok(
    `local session, params = require("sessions").get("default"), AddTorrentParams.new()
     params.ti, params.save_path = TorrentInfo.from_file("x.torrent"), require("fs").abs(".")
     local torrent = session:add_torrent(params)
     print(torrent:info_hash().v1)`,
  )
  await script.printed(`0\tadded|${name}|${daemon.folder}\t`)
  await daemon.ok(
    'local s = require("sessions").get("default") for t in s:torrents() do s:remove_torrent(t) end',
  )
  const { code, out, stderr } = await script.ended
  assert.equal(stderr, '')
  assert.equal(out, `ready\n0\tadded|${name}|${daemon.folder}\t\n3\t\t${hash}\n`)
  assert.equal(code, 0)
})
