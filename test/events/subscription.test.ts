// Events over a real socket: order, a client that does not read, a daemon that leaves.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { EventBus } from '../../src/daemon/events/bus.ts'
import { StatsTicker } from '../../src/daemon/events/stats-ticker.ts'
import { createLog } from '../../src/daemon/log.ts'
import { eventHandlers } from '../../src/daemon/methods/events.ts'
import { Sessions } from '../../src/daemon/session/sessions.ts'
import { RpcClient } from '../../src/rpc/client.ts'
import { eventMethods } from '../../src/rpc/contract/events.ts'
import { RpcServer } from '../../src/rpc/server.ts'
import { waitUntil } from '../helpers/wait-until.ts'

interface Heard {
  seq: number
  event: string
  session?: string
  from?: number
  to?: number
}

async function serve(
  t: TestContext,
): Promise<{ bus: EventBus; path: string; server: RpcServer<typeof eventMethods> }> {
  const folder = mkdtempSync(join(tmpdir(), 'porla-lua-events-'))
  const path = join(folder, 'run', 'test.sock')
  const bus = new EventBus()
  const handlers = eventHandlers(new Sessions([]), bus, new StatsTicker(bus, () => []))
  const server = new RpcServer({ contract: eventMethods, handlers, log: createLog('error', () => {}) })
  await server.listen(path)
  t.after(async () => {
    await server.close(500)
    rmSync(folder, { recursive: true, force: true })
  })
  return { bus, path, server }
}

const emit = (bus: EventBus, count: number, name = 'x'.repeat(2000)) => {
  for (let i = 0; i < count; i++) bus.emit({ event: 'torrent_added', session: `${i} ${name}` })
}

test('10,000 events come in order and none is missing', async (t) => {
  const { bus, path } = await serve(t)
  const client = await RpcClient.connect(path)
  t.after(() => client.close())
  const heard: Heard[] = []
  client.onNotification = (_, event) => heard.push(event as Heard)
  const { seq } = (await client.call('events.subscribe', {})) as { seq: number }
  for (let i = 0; i < 100; i++) {
    emit(bus, 100, 'a')
    if (i % 10 === 0) await new Promise(setImmediate)
  }
  await waitUntil('all came', () => heard.length === 10_000)
  for (const [i, event] of heard.entries()) assert.equal(event.seq, seq + 1 + i)
})

test('a client that does not read costs next to nothing, and is told what it missed', async (t) => {
  const { bus, path } = await serve(t)
  const socket: Socket = connect(path)
  t.after(() => socket.destroy())
  socket.write('{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{}}\n')
  let text = ''
  const taken = (chunk: Buffer) => {
    text += chunk
  }
  socket.once('data', taken)
  await waitUntil('the answer came', () => text.includes('"result"'))
  socket.pause()

  emit(bus, 10_000)
  await new Promise((resolve) => setTimeout(resolve, 100))
  global.gc?.()
  const before = process.memoryUsage()
  // 100 MB of events, in turns in which a server that writes them all would do so.
  for (let i = 0; i < 50; i++) {
    emit(bus, 1000)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  const after = process.memoryUsage()
  const grown = after.heapUsed + after.external - before.heapUsed - before.external
  assert.ok(grown < 60_000_000, `grown by ${grown} bytes`)

  socket.on('data', taken)
  socket.resume()
  const heard = (): Heard[] =>
    text
      .split('\n')
      .slice(1, -1)
      .map((line) => (JSON.parse(line) as { params: Heard }).params)
  await waitUntil('the last came', () => text.endsWith('\n') && heard().at(-1)?.seq === bus.last, {
    everyMs: 200,
  })
  let next: number | undefined
  let losses = 0
  for (const event of heard()) {
    if (event.event === 'overflow') {
      losses++
      assert.equal(event.from, next)
      next = (event.to as number) + 1
    } else {
      assert.equal(event.seq, next ?? event.seq)
      next = event.seq + 1
    }
  }
  assert.ok(losses >= 1, 'something was lost')
  assert.equal(next, bus.last + 1, 'what is left is whole')
})

test('a wait ends when the daemon leaves, and when its caller goes', async (t) => {
  const { bus, path, server } = await serve(t)
  const [stays, goes] = [await RpcClient.connect(path), await RpcClient.connect(path)]
  t.after(() => stays.close())
  const waiting = stays.call('events.wait', { timeout: 50 })
  const gone = goes.call('events.wait', { timeout: 50 })
  gone.catch(() => {})
  await waitUntil('both wait', () => bus.wants('torrent_added'))
  await goes.close()
  await assert.rejects(gone, /closed on this side/)
  server.refuse()
  bus.close()
  await assert.rejects(waiting, /the daemon is shutting down/)
  await waitUntil('nobody listens', () => !bus.wants('torrent_added'))
  assert.equal(await server.drain(1000), true)
})

test('an event wakes who waits for it within 50 ms, and nobody else', async (t) => {
  const { bus, path } = await serve(t)
  const client = await RpcClient.connect(path)
  t.after(() => client.close())
  const times: number[] = []
  for (let i = 0; i < 10; i++) {
    const wait = client.call('events.wait', { events: ['torrent_paused'], timeout: 10 })
    await waitUntil('it waits', () => bus.wants('torrent_paused'), { everyMs: 1 })
    bus.emit({ event: 'torrent_added', session: 'a' })
    const start = performance.now()
    bus.emit({ event: 'torrent_paused', session: 'a' })
    const { event } = await wait
    times.push(performance.now() - start)
    assert.equal(event?.event, 'torrent_paused')
  }
  assert.ok(times.sort((a, b) => a - b)[5]! < 50, times.join())
})
