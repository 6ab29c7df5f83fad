import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { GuardedSocket } from '../../src/daemon/engine/host/dht/guarded-socket.ts'
import { DhtNode } from '../../src/daemon/engine/host/dht/node.ts'
import { ownSocket } from '../../src/daemon/engine/host/dht/socket.ts'
import { ItemStore, PeerStore } from '../../src/daemon/engine/host/dht/stores.ts'
import { DhtTraffic, type TrafficSettings } from '../../src/daemon/engine/host/dht/traffic.ts'
import { bencode } from '../../src/metainfo/index.ts'

// the numbers of answers are those of libtorrent 2.0.8, asked the same way with the same settings

const stock: TrafficSettings = { uploadRate: 8000, blockRate: 5, blockSeconds: 300 }
const limits = { torrents: 10, peers: 10, reply: 10, items: 10, itemLifetime: 0 }
const ping = bencode({ a: { id: Buffer.alloc(20, 'p') }, q: 'ping', t: 'pp', y: 'q' })

/** Answers to so many pings that come one after the other from one address. */
async function answers(t: TestContext, settings: Partial<TrafficSettings>, pings: number): Promise<number> {
  const traffic = new DhtTraffic(() => ({ ...stock, ...settings }))
  let port = 0
  const bound = new Promise<void>((resolve, reject) => {
    const node = new DhtNode(
      {
        socket: new GuardedSocket(ownSocket(), traffic, { log: () => {} }),
        address: '127.0.0.1',
        port: 0,
        nodeId: Buffer.alloc(20, 1),
        bootstrap: [],
        known: [],
        branching: 5,
        peers: new PeerStore(limits),
        items: new ItemStore(limits),
      },
      {
        peer: () => {},
        listening: () => {
          port = node.port!
          resolve()
        },
        connected: () => {},
        failed: reject,
      },
    )
    t.after(() => node.end())
  })
  await bound
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  let heard = 0
  let last = performance.now()
  socket.on('message', (bytes) => {
    // our end asks back, too
    if (bytes.includes('1:y1:r')) heard++
    last = performance.now()
  })
  for (let i = 0; i < pings; i++) {
    socket.send(ping, port, '127.0.0.1')
    await delay(1)
  }
  while (performance.now() - last < 100) await delay(20)
  return heard
}

test('dht_block_ratelimit: an address that sends more than ten seconds are worth is not heard any more', async (t) => {
  assert.equal(await answers(t, {}, 100), 49)
  assert.equal(await answers(t, { blockRate: 3 }, 60), 29)
  assert.equal(await answers(t, { blockRate: 100 }, 100), 100)
})

test('dht_upload_rate_limit: a query that comes when more went out than may is not answered', async (t) => {
  assert.equal(await answers(t, { blockRate: 100, uploadRate: 0 }, 20), 0)
  const few = await answers(t, { blockRate: 100, uploadRate: 500 }, 60)
  assert.ok(few > 2 && few < 20, `${few} answers`)
})

test('dht_block_timeout: it is heard again after so long, and others are heard meanwhile', () => {
  const traffic = new DhtTraffic(() => ({ ...stock, blockSeconds: 2 }), 0)
  const hears = (from: number, times: number, address = 'a') =>
    Array.from({ length: times }, (_, i) => traffic.hears(address, from + i)).filter(Boolean).length
  assert.equal(hears(0, 100), 49)
  assert.equal(hears(1000, 5), 0)
  assert.equal(hears(1000, 5, 'b'), 5)
  assert.equal(hears(3000, 5), 5)
  // no faster than allowed, for a long time
  assert.equal(
    Array.from({ length: 1000 }, (_, i) => traffic.hears('c', 10_000 + i * 210)).filter(Boolean).length,
    1000,
  )
})

test('many addresses take the place of those that sent little, not of those that sent too much', () => {
  const traffic = new DhtTraffic(() => stock, 0)
  for (let i = 0; i < 100; i++) traffic.hears('loud', i)
  for (let i = 0; i < 1000; i++) assert.ok(traffic.hears(`quiet ${i}`, 200 + i))
  assert.equal(traffic.hears('loud', 2000), false)
})

test('the quota saves up three seconds, and changes with the setting', () => {
  let uploadRate = 1000
  const traffic = new DhtTraffic(() => ({ ...stock, uploadRate }), 0)
  assert.ok(traffic.mayAnswer(60_000))
  traffic.sent(2999)
  assert.ok(traffic.mayAnswer(60_000))
  traffic.sent(501)
  assert.equal(traffic.mayAnswer(60_000), false)
  assert.equal(traffic.mayAnswer(60_400), false)
  assert.ok(traffic.mayAnswer(60_600))
  uploadRate = 0
  assert.equal(traffic.mayAnswer(90_000), false)
  uploadRate = 10
  assert.ok(traffic.mayAnswer(91_000))
})
