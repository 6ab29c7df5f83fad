import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { ExitCode } from '../../src/program/exit-codes.ts'
import { ErrorCode } from '../../src/rpc/errors.ts'
import { RpcServer } from '../../src/rpc/server.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { random } from './support/random.ts'
import { contract, handlers, privateFolder, RawClient, request, serve, testLog } from './support/serve.ts'

const echo = (id: number, text = 'hi') => request(id, 'echo', { text })
const newServer = () => new RpcServer({ contract, handlers: handlers(), log: testLog() })

test('server: the socket is 0600 in a folder of 0700, whatever the umask', async (t) => {
  const umask = process.umask(0)
  t.after(() => process.umask(umask))
  const { path } = await serve(t)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700)
  assert.equal(process.umask(umask), 0)
})

test('server: a folder that others can write to is refused', async (t) => {
  const folder = join(privateFolder(t), 'open')
  mkdirSync(folder)
  chmodSync(folder, 0o770)
  await assert.rejects(newServer().listen(join(folder, 'd.sock')), {
    exitCode: ExitCode.config,
    message: `the folder ${folder} is not safe: it can be written by others (mode 0770); make it yours alone (chmod 700 '${folder}') or choose another`,
  })
})

test('server: a socket that somebody listens at is not removed', async (t) => {
  const path = join(privateFolder(t), 'd.sock')
  const other = createServer().listen(path)
  await once(other, 'listening')
  await assert.rejects(newServer().listen(path), {
    exitCode: ExitCode.busy,
    message: /in use: a program listens on it/,
  })
  const client = new RawClient(t, path)
  await once(client.socket, 'connect')
  client.socket.destroy()
  other.close()
})

test('server: a file that is no socket is not removed', async (t) => {
  const path = join(privateFolder(t), 'd.sock')
  writeFileSync(path, 'mine')
  await assert.rejects(newServer().listen(path), {
    exitCode: ExitCode.config,
    message: /is there and is no socket/,
  })
  assert.ok(existsSync(path))
})

test('server: a path of 200 bytes is refused, and says how long it may be', async () => {
  const path = `/tmp/${'x'.repeat(195)}`
  await assert.rejects(newServer().listen(path), {
    message: /has 200 bytes, 107 is the most .* --socket or PORLA_LUA_SOCKET/,
  })
})

test('server: a client that closes its writing half at once gets its answers', async (t) => {
  const { path } = await serve(t)
  const client = new RawClient(t, path)
  client.socket.end(
    `${JSON.stringify(request(1, 'echo.later', { text: 'slow', ms: 50 }))}\n${JSON.stringify(echo(2))}`,
  )
  const answers = await client.rest()
  assert.deepEqual(
    answers.map(({ id, result }) => [id, result]),
    [
      [2, 'hi'],
      [1, 'slow'],
    ],
  )
})

test('server: requests in one piece, in many, with empty lines and \\r\\n, start in their order', async (t) => {
  const { path, started } = await serve(t)
  const client = new RawClient(t, path)
  const texts = Array.from({ length: 500 }, (_, i) => `${i}`)
  const stream = texts.map((text, i) => `${JSON.stringify(echo(i, text))}\r\n\n`).join('')
  for (let at = 0; at < stream.length; at += 1000) {
    client.send(stream.slice(at, at + 1000))
    if (at % 5000 === 0) await new Promise(setImmediate)
  }
  for (const text of texts) assert.equal((await client.next()).result, text)
  assert.deepEqual(started, texts)
})

test('server: a slow request does not hold up the next', async (t) => {
  const { path } = await serve(t)
  const client = new RawClient(t, path).send(request(1, 'echo.later', { text: 'a', ms: 100 }), echo(2))
  assert.deepEqual([(await client.next()).id, (await client.next()).id], [2, 1])
})

test('server: a line past the limit is answered with id null, and the connection goes on', {
  timeout: 30_000,
}, async (t) => {
  const { path } = await serve(t)
  const client = new RawClient(t, path)
  const chunk = 'x'.repeat(1024 * 1024)
  for (let i = 0; i < 100; i++) if (!client.socket.write(chunk)) await once(client.socket, 'drain')
  const answer = await client.next()
  assert.deepEqual([answer.id, answer.error.code], [null, ErrorCode.MessageTooLarge])
  client.send('\n', echo(1))
  assert.equal((await client.next()).id, 1)
})

test('server: a request of 40 MB comes back whole', { timeout: 30_000 }, async (t) => {
  const { path } = await serve(t)
  const text = 'abcdefgh'.repeat(5_000_000)
  const client = new RawClient(t, path).send(echo(1, text))
  assert.equal((await client.next()).result === text, true)
})

test('server: random bytes get errors, and the server lives', async (t) => {
  const { path, lines } = await serve(t)
  for (let seed = 1; seed <= 20; seed++) {
    const next = random(seed)
    const client = new RawClient(t, path)
    client.socket.end(Buffer.from(Array.from({ length: 5000 }, () => next(256))))
    const answers = await client.rest()
    assert.ok(answers.length > 0, `seed ${seed}`)
    for (const { id, error } of answers) {
      assert.equal(id, null)
      assert.ok(error.code === ErrorCode.ParseError || error.code === ErrorCode.InvalidRequest)
    }
  }
  assert.equal((await new RawClient(t, path).send(echo(1)).next()).result, 'hi')
  assert.deepEqual(
    lines.filter((line) => !line.startsWith('debug')),
    [],
  )
})

test('server: requests with changed bytes get an answer or an error each', async (t) => {
  const { path } = await serve(t)
  const next = random(7)
  const client = new RawClient(t, path)
  const count = 1000
  for (let i = 0; i < count; i++) {
    const line = Buffer.from(JSON.stringify(echo(i)))
    // Never a newline, which would make two lines of it, and never the empty line.
    for (let n = 1 + next(3); n > 0; n--) line[next(line.length)] = 0x20 + next(0x5f)
    client.send(`${line.toString('latin1')}\n`)
  }
  client.socket.end(`${JSON.stringify(echo(count))}\n`)
  const answers = await client.rest()
  assert.equal(answers.at(-1).id, count)
  for (const answer of answers) assert.ok('result' in answer || typeof answer.error.code === 'number')
})

test('server: a client that does not read stops being served, and gets everything once it reads', {
  timeout: 30_000,
}, async (t) => {
  const { path, started } = await serve(t)
  const client = new RawClient(t, path)
  client.socket.pause()
  const count = 400
  for (let i = 0; i < count; i++) client.send(request(i, 'bytes', { size: 1_000_000 }))
  await waitUntil('the first request starts', () => started.length > 0)
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.ok(started.length <= 3, `${started.length} answers of 1 MB were made for a client that reads none`)
  assert.equal((await new RawClient(t, path).send(echo(1)).next()).result, 'hi')
  client.socket.resume()
  for (let i = 0; i < count; i++) assert.equal((await client.next()).id, i)
})

test('server: a client that hangs up in the middle of anything is forgotten', async (t) => {
  const { path, server, lines } = await serve(t)
  for (const text of [
    '',
    '{"jsonrpc"',
    `${JSON.stringify(request(1, 'echo.later', { text: 'x', ms: 50 }))}\n`,
  ]) {
    const client = new RawClient(t, path).send(text)
    await once(client.socket, 'connect')
    await new Promise(setImmediate)
    client.socket.destroy()
  }
  const stuck = new RawClient(t, path)
  stuck.socket.pause()
  for (let i = 0; i < 5; i++) stuck.send(request(i, 'bytes', { size: 1_000_000 }))
  await new Promise((resolve) => setTimeout(resolve, 50))
  stuck.socket.destroy()
  await waitUntil('nothing is under way', () => server.drain(0))
  assert.equal((await new RawClient(t, path).send(echo(1)).next()).result, 'hi')
  assert.deepEqual(
    lines.filter((line) => !line.startsWith('debug')),
    [],
  )
})

test('server: on its way out it finishes what was begun and refuses the rest', async (t) => {
  const { path, server } = await serve(t)
  const client = new RawClient(t, path).send(request(1, 'echo.later', { text: 'begun', ms: 100 }))
  await waitUntil('it is under way', async () => !(await server.drain(0)))
  server.refuse()
  assert.equal(existsSync(path), false)
  client.send(echo(2))
  assert.equal((await client.next()).error.code, ErrorCode.ShuttingDown)
  assert.equal(await server.drain(10), false)
  assert.equal(await server.drain(5000), true)
  await server.close(1000)
  assert.equal((await client.next()).result, 'begun')
  assert.equal(await client.next(), undefined)
})

test('server: a client that does not read cannot keep it from closing', async (t) => {
  const { path, server, started } = await serve(t)
  const client = new RawClient(t, path)
  client.socket.pause()
  client.send(request(1, 'bytes', { size: 10_000_000 }), request(2, 'bytes', { size: 10_000_000 }))
  await waitUntil('it is stuck', () => started.length > 0)
  const start = performance.now()
  await server.close(200)
  assert.ok(performance.now() - start < 2000)
})
