import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { bencode } from '../../src/metainfo/index.ts'
import { ErrorCode } from '../../src/rpc/errors.ts'
import { loopback } from '../helpers/daemon.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { random } from '../rpc/support/random.ts'
import { RawClient } from '../rpc/support/serve.ts'
import { DaemonProcess, places } from './support/daemon.ts'

/** Memory of a process in MB: what it has in RAM now, and the most it ever had. */
function memory(daemon: DaemonProcess): { now: number; most: number } {
  const status = readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8')
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024
  return { now: field('VmRSS'), most: field('VmHWM') }
}

async function answers(t: TestContext, daemon: DaemonProcess): Promise<void> {
  const client = await daemon.client(t)
  const { sessions } = await client.call('sessions.list', {})
  assert.equal(sessions.length, 1)
  await client.close()
}

test('daemon: a line typed into nc -U is answered', async (t) => {
  const daemon = await new DaemonProcess(t, places(t)).ready()
  const nc = new RawClient(t, daemon.places.socket)
  nc.socket.end('{"jsonrpc":"2.0","id":1,"method":"sessions.list"}\n')
  const [answer, ...more] = await nc.rest()
  assert.equal(answer.result.sessions[0].name, 'default')
  assert.deepEqual(more, [])
})

test('daemon: a line of 100 MB is refused and costs no memory', { timeout: 30_000 }, async (t) => {
  const daemon = await new DaemonProcess(t, places(t)).ready()
  await answers(t, daemon)
  const client = new RawClient(t, daemon.places.socket)
  const chunk = Buffer.alloc(1024 * 1024, 'x')
  for (let i = 0; i < 100; i++) if (!client.socket.write(chunk)) await once(client.socket, 'drain')
  const { error } = await client.next()
  assert.equal(error.code, ErrorCode.MessageTooLarge)
  const before = memory(daemon).most
  for (let i = 0; i < 400; i++) if (!client.socket.write(chunk)) await once(client.socket, 'drain')
  client.socket.end('\n')
  assert.equal(await client.next(), undefined)
  assert.ok(memory(daemon).most - before < 50, `grew by ${memory(daemon).most - before} MB`)
  await answers(t, daemon)
})

test('daemon: random bytes, half lines and lines of brackets do not end it', {
  timeout: 30_000,
}, async (t) => {
  const daemon = await new DaemonProcess(t, places(t)).ready()
  for (let seed = 1; seed <= 10; seed++) {
    const next = random(seed)
    const client = new RawClient(t, daemon.places.socket)
    client.socket.end(Buffer.from(Array.from({ length: 20_000 }, () => next(256))))
    for (const answer of await client.rest()) assert.equal(typeof answer.error.code, 'number')
  }
  new RawClient(t, daemon.places.socket).send('{"jsonrpc":"2.0","id":1,"meth').socket.destroySoon()
  const brackets = new RawClient(t, daemon.places.socket)
  brackets.socket.end(Buffer.alloc(60_000_000, '['))
  assert.equal((await brackets.next()).error.code, ErrorCode.InvalidRequest)
  await answers(t, daemon)
  assert.doesNotMatch(daemon.log, / (warning|error) /)
})

test('daemon: a client that asks without end and reads nothing costs little', {
  timeout: 30_000,
}, async (t) => {
  const daemon = await new DaemonProcess(t, places(t)).ready()
  await answers(t, daemon)
  const before = memory(daemon).now
  const client = new RawClient(t, daemon.places.socket)
  client.socket.pause()
  // Each answer has some ten times the size of its request: 50 MB of requests would be half a gigabyte.
  const line = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'settings.preset', params: { preset: 'default' } })}\n`
  const piece = line.repeat(10_000)
  for (let i = 0; i < 50; i++) client.socket.write(piece)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  assert.ok(client.socket.writableLength > 40_000_000, 'the daemon goes on reading')
  assert.ok(memory(daemon).now - before < 60, `grew by ${memory(daemon).now - before} MB`)
  await answers(t, daemon)
})

test('daemon: without file descriptors left it closes new clients, and lives', {
  timeout: 30_000,
}, async (t) => {
  const daemon = await new DaemonProcess(t, places(t), { shell: 'ulimit -n 64' }).ready()
  const clients = Array.from({ length: 100 }, () => new RawClient(t, daemon.places.socket))
  let refused = 0
  for (const client of clients) client.socket.once('end', () => refused++)
  await waitUntil('it has run out', () => refused > 0)
  assert.ok(refused < 100, 'those that came first are served')
  for (const client of clients) client.socket.destroy()
  await waitUntil('it answers again', async () => {
    await answers(t, daemon)
    return true
  })
  assert.equal(await daemon.kill('SIGTERM'), 0)
})

/** How many calls of another client are answered, one after the other, while these lines are. */
async function callsDuring(t: TestContext, daemon: DaemonProcess, line: string | Buffer): Promise<number> {
  const other = await daemon.client(t)
  await other.call('torrents.list', { limit: 1 })
  const client = new RawClient(t, daemon.places.socket)
  let done = false
  const answered = client.next().then(() => {
    done = true
  })
  client.socket.write(line)
  // what is on its way only is no work yet
  while (client.socket.writableLength > 0) await new Promise(setImmediate)
  let calls = 0
  while (!done) {
    await other.call('torrents.list', { limit: 1 })
    calls++
  }
  await answered
  return calls
}

// Turns are counted, not milliseconds: a machine that is busy makes all of them longer.
test('daemon: a batch of a thousand calls is answered in turns with those of others', {
  timeout: 60_000,
}, async (t) => {
  const daemon = await new DaemonProcess(t, places(t)).ready()
  const call = (params: object, method: string) => ({ jsonrpc: '2.0', id: 1, method, params })
  const short = Array(1000).fill(call({ preset: 'default' }, 'settings.preset'))
  const calls = await callsDuring(t, daemon, `${JSON.stringify(short)}\n`)
  assert.ok(calls >= 20, `only ${calls} calls came in between`)
  const key = { session: 'default', info_hash: 'a'.repeat(40), category: 'x'.repeat(40_000) }
  const long = Array(1000).fill(call(key, 'torrents.userdata.update'))
  const more = await callsDuring(t, daemon, `${JSON.stringify(long)}\n`)
  assert.ok(more >= 5, `only ${more} calls came in between`)
})

test('daemon: a torrent of very many files is added while others are served', {
  timeout: 60_000,
}, async (t) => {
  const quiet = JSON.stringify({ sessions: { default: { settings: loopback } } })
  const daemon = await new DaemonProcess(t, places(t, quiet)).ready()
  const files = Array.from({ length: 20_000 }, (_, i) => ({
    length: 10,
    path: [`folder ${i % 100}`, `file ${i}`],
  }))
  const info = { files, name: 'many', 'piece length': 1 << 20, pieces: Buffer.alloc(20) }
  const ti = Buffer.from(bencode({ info })).toString('base64')
  const flags = { paused: true, auto_managed: false }
  const params = { save_path: daemon.places.folder, ti, flags }
  const line = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'torrents.add', params })
  const calls = await callsDuring(t, daemon, `${line}\n`)
  assert.ok(calls >= 5, `only ${calls} calls came in between`)
  const client = await daemon.client(t)
  const [status] = (await client.call('torrents.list', {})).torrents
  assert.equal(status!.total, 200_000)
  const key = { session: 'default', info_hash: status!.info_hash![0]! }
  assert.equal(
    (await client.call('torrents.files.list', key)).files.at(-1)!.path,
    'many/folder 99/file 19999',
  )
})
