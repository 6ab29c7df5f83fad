import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { httpGet } from '../../src/daemon/engine/host/http/get.ts'
import { IdleConnections } from '../../src/daemon/engine/host/http/idle-connections.ts'
import { waitUntil } from '../helpers/wait-until.ts'

const way = { proxy: null, validate: true }

async function server(t: TestContext): Promise<{ url: URL; connections: Set<Socket> }> {
  const connections = new Set<Socket>()
  const web = createServer(({ socket }, answer) => {
    connections.add(socket)
    answer.end('some bytes')
  }).listen(0, '127.0.0.1')
  t.after(() => web.close())
  await waitUntil('it listens', () => web.listening)
  return { url: new URL(`http://127.0.0.1:${(web.address() as AddressInfo).port}/`), connections }
}

/** Asks so often, over one connection; answers with what listens on it then. */
async function listeners(url: URL, idle: IdleConnections, times: number): Promise<Record<string, number>> {
  for (let i = 0; i < times; i++) {
    const answer = await httpGet(url, { ...way, headers: {}, signal: new AbortController().signal, idle })
    const parts: Buffer[] = []
    for await (const part of answer.body()) parts.push(part)
    assert.equal(Buffer.concat(parts).toString(), 'some bytes')
    // it is put back in a later turn
    const back = await waitUntil('the connection waits', () => idle.take(url, way), { everyMs: 1 })
    idle.add(url, way, back)
  }
  const socket = idle.take(url, way)!
  const counts = Object.fromEntries(
    socket.eventNames().map((name) => [String(name), socket.listenerCount(name)]),
  )
  idle.add(url, way, socket)
  return counts
}

test('a connection that is used again and again has no more listeners than before', async (t) => {
  const { url, connections } = await server(t)
  const idle = new IdleConnections()
  const warnings: Error[] = []
  const listener = (warning: Error) => warnings.push(warning)
  process.on('warning', listener)
  t.after(() => process.off('warning', listener))
  const before = await listeners(url, idle, 3)
  assert.deepEqual(await listeners(url, idle, 30), before)
  assert.equal(connections.size, 1)
  assert.deepEqual(warnings, [])
  idle.take(url, way)?.destroy()
})

test('one that its server resets while it waits is gone, and ends nothing', async (t) => {
  const { url, connections } = await server(t)
  const idle = new IdleConnections()
  await listeners(url, idle, 1)
  for (const socket of connections) socket.resetAndDestroy()
  await waitUntil('it is gone', () => {
    const socket = idle.take(url, way)
    if (socket !== undefined) idle.add(url, way, socket)
    return socket === undefined
  })
  await listeners(url, idle, 1)
  assert.equal(connections.size, 2)
  idle.take(url, way)?.destroy()
})
