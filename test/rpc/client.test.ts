import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { RpcClient } from '../../src/rpc/client.ts'
import { ErrorCode } from '../../src/rpc/errors.ts'
import { privateFolder, serve } from './support/serve.ts'

/** A server that answers each line as the test says. */
async function answering(t: TestContext, answer: (socket: Socket, line: string) => void): Promise<string> {
  const path = join(privateFolder(t), 'd.sock')
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('data', (chunk) => answer(socket, chunk.toString()))
    socket.on('error', () => {})
  }).listen(path)
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return path
}

const list = ['sessions.list', {}] as const

test('client: without a daemon it says so and what to type', async (t) => {
  const folder = privateFolder(t)
  const path = join(folder, 'd.sock')
  await assert.rejects(RpcClient.connect(path), {
    name: 'RpcError',
    code: ErrorCode.DaemonUnreachable,
    message: `no daemon at ${path}; start it with \`porla-lua daemon start\``,
    data: { socket: path, errno: 'ENOENT' },
  })
  const code = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', code])
  await assert.rejects(RpcClient.connect(path), {
    code: ErrorCode.DaemonUnreachable,
    message: `no daemon at ${path} any more; start it with \`porla-lua daemon start\``,
    data: { socket: path, errno: 'ECONNREFUSED' },
  })
})

test('client: an error of the daemon comes with code, message and data', async (t) => {
  const { path } = await serve(t)
  const client = await RpcClient.connect(path)
  // The test contract is another: to it this is an unknown method.
  await assert.rejects(client.call(...list), {
    name: 'RpcError',
    code: ErrorCode.MethodNotFound,
    message: "'sessions.list' is no known method; known are echo, echo.later, bytes, fail, log",
    data: { method: 'sessions.list' },
  })
  await client.close()
})

test('client: answers find their calls in any order', async (t) => {
  const lines: { id: number }[] = []
  const path = await answering(t, (socket, text) => {
    for (const line of text.trim().split('\n')) lines.push(JSON.parse(line))
    if (lines.length < 3) return
    for (const { id } of lines.reverse())
      socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: { n: id } })}\n`)
  })
  const client = await RpcClient.connect(path)
  const results = await Promise.all([client.call(...list), client.call(...list), client.call(...list)])
  assert.deepEqual(results, [{ n: 1 }, { n: 2 }, { n: 3 }])
  await client.close()
})

test('client: every call that waits is rejected when the daemon goes away, and every later one', async (t) => {
  let count = 0
  const path = await answering(t, (socket, text) => {
    count += text.trim().split('\n').length
    if (count === 2) socket.destroy()
  })
  const client = await RpcClient.connect(path)
  const lost = { code: ErrorCode.ConnectionLost, message: /closed the connection; the call may or may not/ }
  await Promise.all([assert.rejects(client.call(...list), lost), assert.rejects(client.call(...list), lost)])
  await assert.rejects(client.call(...list), lost)
  await client.closed
})

test('client: its own close rejects what waits', async (t) => {
  const path = await answering(t, () => {})
  const client = await RpcClient.connect(path)
  const call = assert.rejects(client.call(...list), {
    code: ErrorCode.ConnectionLost,
    message: /on this side/,
  })
  await client.close()
  await call
})

test('client: an answer without an id ends what waits with its error', async (t) => {
  const path = await answering(t, (socket) => {
    socket.write('{"jsonrpc":"2.0","id":null,"error":{"code":10,"message":"too long"}}\n')
  })
  const client = await RpcClient.connect(path)
  await assert.rejects(client.call(...list), { code: ErrorCode.MessageTooLarge, message: 'too long' })
  await client.closed
})

test('client: a program that speaks something else is named', async (t) => {
  for (const answer of [
    'HTTP/1.1 400 Bad Request\r\n',
    '5\n',
    'null\n',
    '{"jsonrpc":"2.0","id":1}\n',
    '{"jsonrpc":"2.0","id":1,"error":"no"}\n',
  ]) {
    const path = await answering(t, (socket) => socket.write(answer))
    const client = await RpcClient.connect(path)
    await assert.rejects(client.call(...list), {
      code: ErrorCode.InvalidResponse,
      message: new RegExp(`^the program at ${path} does not speak the protocol of porla-lua: `),
    })
    await client.closed
  }
})

test('client: a call can have a time limit, and the connection goes on', async (t) => {
  let count = 0
  const path = await answering(t, (socket) => {
    if (++count === 2)
      socket.write('{"jsonrpc":"2.0","id":1,"result":1}\n{"jsonrpc":"2.0","id":2,"result":{"sessions":[]}}\n')
  })
  const client = await RpcClient.connect(path)
  await assert.rejects(client.call(...list, { timeoutMs: 30 }), {
    code: ErrorCode.Timeout,
    message: 'sessions.list: no answer within 30 ms',
  })
  assert.deepEqual(await client.call(...list), { sessions: [] })
  await client.close()
})

test('client: a request longer than a line may be is refused here', async (t) => {
  const { path } = await serve(t)
  const client = await RpcClient.connect(path)
  const params = { save_path: '/x', ti: 'A'.repeat(65 * 1024 * 1024) }
  await assert.rejects(client.call('torrents.add', params), {
    code: ErrorCode.MessageTooLarge,
    message: /^torrents\.add: /,
  })
  await client.close()
})

test('client: it loads neither the validator nor cosmiconfig', () => {
  const code = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    await import(${JSON.stringify(new URL('../../src/rpc/client.ts', import.meta.url).href)})
    const { loadConfig } = await import(${JSON.stringify(new URL('../../src/program/config/load.ts', import.meta.url).href)})
    await loadConfig({ env: { XDG_CONFIG_HOME: '/nonexistent' } })
    console.log(loaded.join('\\n'))`
  const loaded = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  assert.match(loaded, /json-rpc-2\.0/)
  assert.doesNotMatch(loaded, /typebox|cosmiconfig|smol-toml|js-yaml/)
})
