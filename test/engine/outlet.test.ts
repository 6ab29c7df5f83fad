import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Wire } from 'webtorrent'
import { SocketOutlet } from '../../src/daemon/engine/host/peers/outlet.ts'
import { until } from './support/engine.ts'

/** Both ends of a TCP connection, and what goes out at the first one. */
async function pair(t: TestContext): Promise<{ socket: Socket; other: Socket; outlet: SocketOutlet }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const socket = connect(port, '127.0.0.1')
  const [[other]] = await Promise.all([
    once(server, 'connection') as Promise<[Socket]>,
    once(socket, 'connect'),
  ])
  t.after(() => {
    socket.destroy()
    other.destroy()
    server.close()
  })
  return { socket, other, outlet: new SocketOutlet({} as Wire, socket, () => {}) }
}

test('what is sent in one turn goes out in one write and in order; a later turn is not held up', async (t) => {
  const { socket, other, outlet } = await pair(t)
  let writes = 0
  const { _writev: many, _write: one } = socket
  socket._writev = (chunks, done) => {
    writes++
    many?.call(socket, chunks, done)
  }
  socket._write = (chunk, encoding, done) => {
    writes++
    one.call(socket, chunk, encoding, done)
  }
  let got = ''
  other.on('data', (chunk) => {
    got += chunk
  })
  let expected = ''
  for (const turn of ['first', 'second']) {
    for (let i = 0; i < 50; i++) {
      outlet.send(Buffer.from(`${turn} ${i},`))
      expected += `${turn} ${i},`
    }
    assert.equal(outlet.waiting > 0 && outlet.messages, 50)
    await until(() => got === expected, `the ${turn} turn has come`)
  }
  assert.equal(writes, 2)
  assert.equal(outlet.taken, expected.length)
  assert.equal(outlet.waiting, 0)
})

test('bytes are given back when the system has taken them, not before; more is asked for each time', async (t) => {
  const { other, outlet } = await pair(t)
  other.pause()
  const size = 64 << 10
  const all = 400
  let back = 0
  let asked = 0
  outlet.more = () => asked++
  const block = Buffer.alloc(size, 7)
  for (let i = 0; i < all; i++) outlet.send(block, () => back++)
  await until(() => back > 0 && asked > 0, 'the system has taken some')
  // the other end does not read: what its and our buffers hold, no more
  await until(() => outlet.taken === back * size, 'all that was taken is given back')
  assert.ok(back < all, `${back} of ${all}`)
  assert.equal(outlet.waiting, (all - back) * size)
  let got = 0
  other.on('data', (chunk) => {
    got += chunk.length
  })
  other.resume()
  await until(() => got === all * size && back === all, 'all of it has come')
})

test('a connection that ends gives back all that waits, and what is sent afterwards', async (t) => {
  const { socket, other, outlet } = await pair(t)
  other.pause()
  let back = 0
  for (let i = 0; i < 400; i++) outlet.send(Buffer.alloc(64 << 10), () => back++)
  await until(() => back > 0, 'some went out')
  socket.destroy()
  await until(() => back === 400, 'the rest is given back')
  outlet.send(Buffer.alloc(1), () => back++)
  assert.equal(back, 401)
  assert.equal(outlet.waiting, 0)
})
