// Bad input, each with a message that says what to do and the right exit code; the daemon lives on after each.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { bytes, writeFiles } from '../helpers/data.ts'
import { addTorrent, createTorrent, waitForTorrent, writeTestFile } from '../helpers/torrents.ts'

/** The daemon answers, as the same process. */
async function lives(daemon: TestDaemon): Promise<void> {
  const client = await daemon.client()
  try {
    assert.equal((await client.call('hello', {})).pid, daemon.pid)
  } finally {
    client.close()
  }
}

test('scripts that are missing, broken or wrong end with 1 and say where', { timeout: 60_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const cases: { name: string; words: string[]; code: number; stderr: RegExp }[] = [
    {
      name: 'a script that does not exist',
      words: ['nowhere.lua'],
      code: 1,
      stderr: /^porla-lua: cannot open nowhere\.lua: No such file or directory\n$/,
    },
    { name: 'a folder as a script', words: ['.'], code: 1, stderr: /^porla-lua: cannot (open|read) \./ },
    {
      name: 'a syntax error',
      words: [await writeTestFile(daemon, 'syntax.lua', 'local a = 1\nlocal = 2\n')],
      code: 1,
      stderr: /^porla-lua: .*syntax\.lua:2: <name> expected near '='\n/,
    },
    {
      name: 'an error in a function',
      words: [await writeTestFile(daemon, 'fails.lua', 'local function f()\n  error("no luck")\nend\nf()\n')],
      code: 1,
      stderr:
        /^porla-lua: .*fails\.lua:2: no luck\nstack traceback:\n\t\[C\]: in function 'error'\n\t.*fails\.lua:2: in (upvalue|local|function)/,
    },
    {
      name: 'a misspelt method',
      words: [
        await writeTestFile(
          daemon,
          'misspelt.lua',
          'local s = require("sessions").get("default")\ns:torents()\n',
        ),
      ],
      code: 1,
      stderr: /misspelt\.lua:2: .*'torents'.*did you mean 'torrents'\?/,
    },
    {
      name: 'an unknown option',
      words: ['-x'],
      code: 1,
      stderr: /^porla-lua: unrecognized option '-x'\nusage: /,
    },
    { name: 'an unknown command', words: ['deamon'], code: 1, stderr: /daemon/ },
  ]
  for (const { name, words, code, stderr } of cases) {
    const outcome = await daemon.run(words)
    assert.equal(outcome.code, code, `${name}: ${outcome.stderr}`)
    assert.match(outcome.stderr, stderr, name)
    assert.equal(outcome.out, '', `${name}: nothing on stdout`)
    await lives(daemon)
  }
})

test('a broken .torrent, a magnet without a hash, a v2-only torrent', { timeout: 60_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const broken = await writeTestFile(daemon, 'broken.torrent', bytes(1000))
  // A v2-only info dictionary: a file tree, no v1 pieces (BEP 52).
  const root = bytes(32, 9).toString('latin1')
  const v2 = Buffer.from(
    `d4:infod9:file treed5:a.bind0:d6:lengthi1000e11:pieces root32:${root}eee12:meta versioni2e4:name1:v12:piece lengthi16384eee`,
    'latin1',
  )
  const v2Only = await writeTestFile(daemon, 'v2.torrent', v2)
  const text = await daemon.ok(
    `print(TorrentInfo.from_file(arg[1]))
     print(TorrentInfo.from_file("missing.torrent"))
     print(TorrentInfo.from_buffer(""))
     print(AddTorrentParams.from_magnet("magnet:?dn=nothing"))
     print(AddTorrentParams.from_magnet("http://example.org/"))
     local params = AddTorrentParams.new()
     params.ti = assert(TorrentInfo.from_file(arg[2]))
     params.save_path = "."
     local ok, err = pcall(function() require("sessions").get("default"):add_torrent(params) end)
     print(ok, type(err.code), err.message)
     print("as text: " .. err)`,
    [broken, v2Only],
  )
  const lines = text.split('\n')
  assert.equal(lines[0], 'nil\texpected value (list, dict, int or string) in bencoded string')
  assert.equal(lines[1], 'nil\tNo such file or directory')
  assert.equal(lines[2], 'nil\tunexpected end of file in bencoded string')
  assert.equal(lines[3], 'nil\tmissing info-hash from URI')
  assert.equal(lines[4], 'nil\tunsupported URL protocol')
  assert.match(lines[5] as string, /^false\tnumber\t.*v2/)
  assert.match(lines[6] as string, /^as text: .*v2/)
  await lives(daemon)
})

test('a save path that cannot be written stops the torrent with its reason', {
  timeout: 60_000,
}, async (t) => {
  const daemon = await startDaemon(t, { sessions: { seeding: {}, downloads: {} } })
  const source = await daemon.makeFolder('source')
  await writeFiles(join(source, 'data'), { 'a.bin': 300_000 })
  const torrentFile = await createTorrent(daemon, join(source, 'data'))
  await addTorrent(daemon, torrentFile, source, [], 'seeding')
  const seeding = await waitForTorrent(daemon, 'it seeds', (s) => s.is_seeding === true, {
    session: 'seeding',
  })
  assert.equal(seeding.error, null)
  const client = await daemon.client()
  t.after(() => client.close())
  const { sessions } = await client.call('daemon.status', {})
  const address = sessions.find(({ name }) => name === 'seeding')?.engine.listening as string

  // A file where a folder has to be: that stops root as well, whom permissions do not.
  const blocked = await writeTestFile(daemon, 'blocked', 'not a folder')
  await addTorrent(daemon, torrentFile, join(blocked, 'target'), [address], 'downloads')
  const status = await waitForTorrent(daemon, 'it stops', (s) => s.error !== null, { session: 'downloads' })
  assert.match(status.error as string, /not a directory/i)
  assert.match(status.error_file as string, /blocked/)
  await lives(daemon)
})

test('socket paths, configurations and second daemons', { timeout: 60_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const long = `/tmp/${'x'.repeat(195)}`
  const tooLong = await daemon.run(['-e', 'require("sessions").list()'], { env: { PORLA_LUA_SOCKET: long } })
  assert.equal(tooLong.code, 78)
  assert.match(tooLong.stderr, /200 bytes.*107/)
  const daemonTooLong = await daemon.run(['--socket', long, 'daemon', 'run'])
  assert.match(daemonTooLong.stderr, /200 bytes.*107/)
  assert.notEqual(daemonTooLong.code, 0)

  const config = await writeTestFile(
    daemon,
    'wrong.toml',
    '[sessions.default.settings]\nenable_dth = false\n',
  )
  const wrong = await daemon.run([
    '--config',
    config,
    '--socket',
    join(daemon.folder, 'other', 's'),
    'daemon',
    'run',
  ])
  assert.equal(wrong.code, 78)
  assert.match(wrong.stderr, /wrong\.toml.*sessions\.default\.settings\.enable_dth.*enable_dht/s)

  const second = await daemon.run(['daemon', 'run'])
  assert.equal(second.code, 75)
  assert.match(second.stderr, new RegExp(`${daemon.pid}`))
  await lives(daemon)

  // Without a daemon, and with starting one forbidden.
  const nobody = await daemon.run(['-e', 'require("sessions").list()'], {
    env: { PORLA_LUA_SOCKET: join(daemon.folder, 'nobody.sock') },
  })
  assert.equal(nobody.code, 69)
  assert.match(nobody.stderr, /porla-lua daemon start/)
})

test('a torrent that is added twice is the same torrent', { timeout: 60_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const source = await daemon.makeFolder('source')
  await writeFiles(source, { 'single.bin': 100_000 })
  const torrentFile = await createTorrent(daemon, join(source, 'single.bin'))
  const text = await daemon.ok(
    `local session = require("sessions").get("default")
     local function add()
       local params = AddTorrentParams.new()
       params.ti = assert(TorrentInfo.from_file(arg[1]))
       params.save_path = arg[2]
       return session:add_torrent(params)
     end
     local first, second = add(), add()
     local count = 0
     for _ in session:torrents() do count = count + 1 end
     print(first == second, count, second:is_valid())`,
    [torrentFile, source],
  )
  assert.equal(text, 'true\t1\ttrue')
})

test('lines that are no requests do not hurt the daemon', { timeout: 120_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const send = async (chunks: Iterable<Uint8Array>): Promise<string> => {
    const socket = connect(daemon.socket)
    await once(socket, 'connect')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    // The daemon may hang up on this; what counts is that it lives.
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    for (const chunk of chunks) {
      if (socket.destroyed) break
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), closed])
    }
    socket.end()
    await closed
    return answer
  }

  const mebibyte = Buffer.alloc(2 ** 20, 'x')
  const large = await send(
    (function* () {
      for (let i = 0; i < 100; i++) yield mebibyte
      yield Buffer.from('\n')
    })(),
  )
  assert.match(large, /"code":10[,}]/)
  await lives(daemon)

  const noise = bytes(5_000_000, 77)
  await send([noise, Buffer.from('\n')])
  await lives(daemon)

  const asked = await send([Buffer.from('{"jsonrpc":"2.0","id":1,"method":"sessions.list"}\n')])
  assert.equal(JSON.parse(asked).result.sessions[0].name, 'default')
})

test('a script that cannot be read is told from one that is not there', { timeout: 30_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const file = join(daemon.folder, 'secret.lua')
  await writeFile(file, 'print(1)')
  await chmod(file, 0)
  const outcome = await daemon.run([file])
  // Root may read everything.
  if (process.getuid?.() === 0) assert.equal(outcome.code, 0)
  else assert.match(outcome.stderr, /Permission denied/)
})
