// Blocking calls over a real socket, made by a process of its own.

import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run } from '../../helpers/program.ts'
import { waitUntil } from '../../helpers/wait-until.ts'
import { helloResult, type LineServer, line, lineServer, noAnswer } from './support/line-server.ts'

const caller = fileURLToPath(new URL('support/caller.ts', import.meta.url))

interface Outcome {
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
  length?: number
  end?: string
  connections: number
}

async function calls(server: LineServer, steps: unknown[], marker?: string): Promise<Outcome[]> {
  const words = [caller, server.path, JSON.stringify(steps), ...(marker === undefined ? [] : [marker])]
  const { code, out, stderr } = await run(process.execPath, words)
  assert.equal(stderr, '')
  assert.equal(code, 0)
  return out
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text) as Outcome)
}

const list = ['sessions.list', {}]
const pause = ['torrents.pause', { session: 'default', info_hash: 'a'.repeat(40) }]

test('greets once, then calls with named parameters and numbered requests', async (t) => {
  const server = await lineServer(t)
  server.answer = ({ params }) => params
  const outcomes = await calls(server, [['torrents.find', { session: 'ü\n"' }], pause])
  assert.deepEqual(outcomes[0]?.result, { session: 'ü\n"' })
  assert.equal(server.connections, 1)
  assert.deepEqual(
    server.requests.map(({ jsonrpc, id, method }) => [jsonrpc, id, method]),
    [
      ['2.0', 1, 'hello'],
      ['2.0', 2, 'torrents.find'],
      ['2.0', 3, 'torrents.pause'],
    ],
  )
  assert.deepEqual(server.requests[0]?.params, { protocol: '1.0', client: 'porla-lua' })
})

test('an error keeps its code, message and data', async (t) => {
  const server = await lineServer(t)
  const thrown = { code: 2, message: "no session 'x'", data: { session: 'x' } }
  server.answer = () => {
    throw thrown
  }
  const [first, second] = await calls(server, [list, list])
  assert.deepEqual(first?.error, thrown)
  assert.deepEqual(second?.error, thrown)
  assert.equal(server.connections, 1)
})

test('large answers and large requests arrive whole', async (t) => {
  const server = await lineServer(t)
  const text = 'ä€x'.repeat(8_000_000)
  server.answer = ({ params }) => (params.name ? (params.name as string).length : text)
  const started = performance.now()
  const outcomes = await calls(server, [list, ['sessions.settings.list', { name: 'y' }], list])
  assert.equal(outcomes[0]?.length, text.length + 2)
  assert.equal(outcomes[0]?.end, `${text.slice(-19)}"`)
  assert.equal(outcomes[1]?.result, 1)
  assert.equal(outcomes[2]?.length, text.length + 2)
  // 50 MB twice: seconds would mean that the buffer is copied again and again.
  assert.ok(performance.now() - started < 15_000)
})

test('an answer may come in pieces, with a notification before it', async (t) => {
  const server = await lineServer(t)
  server.answer = ({ id }, socket) => {
    const bytes = Buffer.from(line({ method: 'event', params: {} }) + line({ id, result: 'ä€' }))
    const [first, second] = [bytes.subarray(0, bytes.length - 7), bytes.subarray(bytes.length - 7)]
    socket.write(first)
    setTimeout(() => socket.write(second), 30)
    return noAnswer
  }
  const [outcome] = await calls(server, [list])
  assert.equal(outcome?.result, 'ä€')
})

test('two answers in one packet are told apart', async (t) => {
  const server = await lineServer(t)
  server.answer = ({ id }, socket) => {
    if (id === 2) socket.write(line({ id: 2, result: 'a' }) + line({ id: 3, result: 'b' }))
    return noAnswer
  }
  const outcomes = await calls(server, [list, list])
  assert.deepEqual(
    outcomes.map(({ result }) => result),
    ['a', 'b'],
  )
})

test('without a daemon the error says how to start one', async (t) => {
  const server = await lineServer(t, false)
  const message = `no daemon answers at ${server.path}; start it with: porla-lua daemon start`
  const [nothing] = await calls(server, [list])
  assert.deepEqual(nothing?.error, { code: 100, message })
  // A socket file that a dead daemon left behind.
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  await run(process.execPath, ['-e', script, server.path])
  assert.ok(existsSync(server.path))
  const [dead] = await calls(server, [list])
  assert.deepEqual(dead?.error, { code: 100, message })
})

test('a path that cannot be a socket is named, and nothing is started for it', async (t) => {
  const server = await lineServer(t, false)
  const marker = `${server.path}-marker`
  await writeFile(server.path, '')
  const [file] = await calls(server, [list], marker)
  assert.equal(file?.error?.code, 100)
  assert.equal(file?.error?.message, `${server.path} is not a socket`)
  await rm(server.path)
  const long = { path: `/tmp/${'x'.repeat(120)}` } as LineServer
  const [tooLong] = await calls(long, [list], marker)
  assert.match(tooLong?.error?.message ?? '', /has 125 bytes, at most 107 fit: \/tmp\/xxx/)
  assert.ok(!existsSync(marker))
})

test('a missing daemon is started once and then waited for', async (t) => {
  const server = await lineServer(t, false)
  const marker = `${server.path}-marker`
  const running = calls(server, [list, list], marker)
  await waitUntil('a start is asked for', () => existsSync(marker))
  await server.listen()
  const outcomes = await running
  assert.deepEqual(
    outcomes.map(({ result }) => result),
    [null, null],
  )
  assert.deepEqual(server.methods, ['sessions.list', 'sessions.list'])
})

test('another major version is refused with both versions and the command that helps', async (t) => {
  const server = await lineServer(t)
  server.hello = { ...helloResult, protocol: '2.3', version: '9.9.9' }
  const [outcome] = await calls(server, [pause])
  assert.equal(outcome?.error?.code, 7)
  assert.equal(
    outcome?.error?.message,
    'the daemon (version 9.9.9) speaks protocol 2.3, this program 1.0; restart it with: porla-lua daemon restart',
  )
  assert.deepEqual(server.methods, [])
  server.hello = { ...helloResult, protocol: '1.7' }
  const [newer] = await calls(server, [pause])
  assert.equal(newer?.result, null)
})

test('a daemon that dies during a call may have carried it out, and the next call connects again', async (t) => {
  const server = await lineServer(t)
  server.answer = ({ method }, socket) => {
    if (method !== 'torrents.pause') return 'well'
    socket.destroy()
    return noAnswer
  }
  const outcomes = await calls(server, [pause, list, pause])
  const [change, after, read] = outcomes
  assert.equal(change?.error?.code, 101)
  assert.equal(
    change?.error?.message,
    'the daemon went away while torrents.pause was waiting for it; the call may or may not have been carried out',
  )
  assert.equal(after?.result, 'well')
  assert.equal(read?.error?.code, 101)
  assert.deepEqual(server.methods, ['torrents.pause', 'sessions.list', 'torrents.pause'])
  assert.equal(server.connections, 2)
  assert.deepEqual(
    outcomes.map(({ connections }) => connections),
    [1, 2, 2],
    'the script can tell',
  )
})

test('a connection that was closed between two calls is replaced, and no call is made twice', async (t) => {
  const server = await lineServer(t)
  server.answer = (_request, socket) => {
    setTimeout(() => socket.destroy(), 20)
    return 'well'
  }
  // While the event loop turns it notices the end by itself; without, the next write does.
  for (const wait of [200, -200]) {
    const before = server.connections
    const outcomes = await calls(server, [list, wait, pause])
    assert.deepEqual(
      outcomes.map(({ result }) => result),
      ['well', 'well'],
    )
    assert.equal(server.connections - before, 2)
  }
  assert.deepEqual(server.methods, ['sessions.list', 'torrents.pause', 'sessions.list', 'torrents.pause'])
})

test('turning the event loop between calls takes nothing away from them', async (t) => {
  const server = await lineServer(t)
  server.answer = ({ params }) => params
  const outcomes = await calls(server, [list, 50, list, 50, list])
  assert.equal(outcomes.length, 3)
  assert.equal(server.connections, 1)
})

test('what is not the protocol is an error that shows it', async (t) => {
  const server = await lineServer(t)
  const answers = [
    'hello there\n',
    '{"jsonrpc":"2.0","id":77,"result":1}\n',
    '[1]\n',
    '{"jsonrpc":"2.0","id":5}\n',
  ]
  server.answer = (_request, socket) => {
    socket.write(answers.shift() as string)
    return noAnswer
  }
  const outcomes = await calls(server, [list, list, list, list])
  assert.deepEqual(
    outcomes.map(({ error }) => error?.code),
    [102, 102, 102, 102],
  )
  assert.equal(outcomes[0]?.error?.message, 'the daemon sent a line that is not JSON: hello there')
  assert.match(outcomes[1]?.error?.message ?? '', /the answer to call 77 instead of \d+$/)
  assert.match(outcomes[2]?.error?.message ?? '', /not a JSON-RPC 2.0 response: \[1\]/)
})

test('an error without an id is the answer to what was just sent', async (t) => {
  const server = await lineServer(t)
  server.answer = (_request, socket) => {
    socket.write(line({ id: null, error: { code: 10, message: 'the line is too long' } }))
    return noAnswer
  }
  const [outcome] = await calls(server, [list])
  assert.deepEqual(outcome?.error, { code: 10, message: 'the line is too long' })
})

test('a request over the limit is refused before a byte is sent', async (t) => {
  const server = await lineServer(t)
  const script = `
    import { Channel } from ${JSON.stringify(new URL('../../../src/cli/daemon/channel.ts', import.meta.url).href)}
    const channel = new Channel({ socketPath: ${JSON.stringify(server.path)} })
    try { channel.call('torrents.find', { session: 'x'.repeat(65 * 1024 * 1024) }) } catch (error) { console.log(error.code) }
    console.log(channel.call('sessions.list', {}))`
  const file = `${server.path}.mjs`
  writeFileSync(file, script)
  const { out, stderr } = await run(process.execPath, [file])
  assert.equal(stderr, '')
  assert.equal(out, '10\nnull\n')
  assert.deepEqual(server.methods, ['sessions.list'])
})
