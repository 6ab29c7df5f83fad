import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { batchWrites } from '../../src/daemon/engine/host/client/batch-writes.ts'

test('what is written to a socket in one turn goes out at once and in order; a later turn is not held up', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const [[accepted], socket] = await Promise.all([
    once(server, 'connection') as Promise<[Socket]>,
    (async () => {
      const made = connect(port, '127.0.0.1')
      await once(made, 'connect')
      return made
    })(),
  ])
  t.after(() => {
    socket.destroy()
    accepted.destroy()
    server.close()
  })
  let calls = 0
  const { _writev: many, _write: one } = socket
  socket._writev = (chunks, done) => {
    calls++
    many?.call(socket, chunks, done)
  }
  socket._write = (chunk, encoding, done) => {
    calls++
    one.call(socket, chunk, encoding, done)
  }
  batchWrites(socket)
  let got = ''
  accepted.on('data', (chunk) => {
    got += chunk
  })
  let expected = ''
  for (const turn of ['first', 'second']) {
    for (let i = 0; i < 100; i++) {
      socket.write(`${turn} ${i};`)
      expected += `${turn} ${i};`
    }
    while (got.length < expected.length) await once(accepted, 'data')
  }
  assert.equal(got, expected)
  assert.equal(calls, 2)
  socket.end('the end')
  await once(accepted, 'end')
  assert.equal(got, `${expected}the end`)
})
