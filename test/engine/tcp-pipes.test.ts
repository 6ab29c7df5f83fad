import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { readInto } from '../../src/daemon/engine/host/client/tcp-pipes.ts'
import { StretchPool } from '../../src/daemon/engine/storage/stretch-pool.ts'
import { waitUntil } from '../helpers/wait-until.ts'

test('sockets that called and that were called are read into memory of ours, wait, and tell of the end', async (t) => {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as { port: number }
  const calling = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [called] = (await once(server, 'connection')) as [Socket]
  t.after(() => {
    calling.destroy()
    called.destroy()
  })
  for (const [from, to] of [
    [calling, called],
    [called, calling],
  ] as const) {
    const buffer = new Uint8Array(8)
    let text = ''
    let ended = false
    assert.ok(
      readInto(to, buffer, (count) => {
        text += Buffer.from(buffer.subarray(0, count)).toString()
        if (text === 'the first') to.pause()
      }),
      'this version of Node can do it',
    )
    to.on('data', () => assert.fail('nothing is allocated'))
    to.once('end', () => {
      ended = true
    })
    from.write('the first')
    await waitUntil('it comes', () => text === 'the first')
    from.write(' and the second, which is longer')
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(text, 'the first', 'it waits')
    to.resume()
    await waitUntil('all has come', () => text === 'the first and the second, which is longer')
    from.end()
    await waitUntil('the end has come', () => ended)
  }
})

test('memory is used again, and given back when it rests', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const pool = new StretchPool()
  const first = pool.take(1000)
  pool.give(first)
  assert.equal(pool.kept, 1000)
  assert.equal(pool.take(1000), first)
  assert.notEqual(pool.take(1000), first)
  pool.give(first)
  t.mock.timers.tick(5000)
  assert.equal(pool.kept, 1000, 'it was used meanwhile')
  t.mock.timers.tick(5000)
  assert.equal(pool.kept, 0)
})
