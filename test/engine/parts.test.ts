import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dhtSettings } from '../../src/daemon/engine/host/dht/settings.ts'
import { Bucket, takeFromAll } from '../../src/daemon/engine/host/limits/bucket.ts'
import { Meter } from '../../src/daemon/engine/host/limits/meter.ts'
import { Availability } from '../../src/daemon/engine/host/pieces/availability.ts'
import { PieceBytes } from '../../src/daemon/engine/host/pieces/piece-bytes.ts'
import { select } from '../../src/daemon/engine/host/pieces/selection.ts'
import { clientPlan, listenAddresses, liveSettings, udpHost } from '../../src/daemon/engine/host/settings.ts'
import { file, makeTorrent } from './support/data.ts'

test('listen_interfaces: the first entry that can be used', () => {
  const table: [string, ReturnType<typeof listenAddresses>[number] | null][] = [
    ['0.0.0.0:6881,[::]:6881', { host: '0.0.0.0', port: 6881 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:7000', { host: '::1', port: 7000 }],
    [' 10.0.0.1:443s , 10.0.0.2:80l ', { host: '10.0.0.2', port: 80 }],
    ['lo:5000', { host: '127.0.0.1', port: 5000 }],
    ['no-such-device:5000,127.0.0.2:1', { host: '127.0.0.2', port: 1 }],
    ['127.0.0.1:70000', null],
    ['127.0.0.1', null],
    ['', null],
  ]
  for (const [text, expected] of table) assert.deepEqual(listenAddresses(text)[0] ?? null, expected, text)
  assert.equal(udpHost({ host: '::', port: 1 }), '0.0.0.0')
  assert.equal(udpHost({ host: '::1', port: 1 }), null)
  assert.equal(udpHost({ host: '10.0.0.1', port: 1 }), '10.0.0.1')
})

test('settings: what is absent or of another type has the default of libtorrent', () => {
  const plan = clientPlan({ enable_upnp: 'yes', max_retry_port_bind: -1 })
  const dht = dhtSettings({ enable_dht: 'yes', dht_bootstrap_nodes: 'a:1, b:2,c,d:0' })
  assert.equal(dht.on, true)
  assert.deepEqual(dht.bootstrap, ['a:1', 'b:2'])
  assert.equal(dht.announceIntervalMs, 900_000)
  assert.equal(plan.retries, 0)
  assert.deepEqual(plan.listen, { host: '0.0.0.0', port: 6881 })
  const live = liveSettings({ download_rate_limit: -5, upload_rate_limit: 10, connections_limit: 0 })
  assert.equal(live.downloadRate, 0)
  assert.equal(live.uploadRate, 10)
  assert.equal(live.connections, Number.POSITIVE_INFINITY)
  assert.equal(live.unchokeSlots, 8)
  assert.equal(live.filePoolSize, 40)
  assert.equal(liveSettings({ connection_speed: -1 }).dialRate, 200)
  assert.equal(liveSettings({ allowed_enc_level: 0 }).encryptionLevel, 3)
  assert.equal(liveSettings({ handshake_client_version: 'x', user_agent: 'y' }).clientVersion, 'x')
  assert.equal(liveSettings({ handshake_client_version: '', user_agent: 'y' }).clientVersion, 'y')
  assert.equal(liveSettings({ user_agent: 'y', anonymous_mode: true }).clientVersion, '')
})

test('file priorities become ranges of pieces', () => {
  // pieces of 10: a 0..14, pad 15..29, b 30..39, empty, c 40..54
  const { meta } = makeTorrent(
    [
      file('t/a', 15),
      { path: 't/.pad/15', bytes: new Uint8Array(15), attr: 'p' },
      file('t/b', 10),
      file('t/e', 0),
      file('t/c', 15),
    ],
    10,
  )
  const ranges = (...priorities: number[]) =>
    select(meta, priorities).ranges.map(({ from, to, priority }) => `${from}-${to}:${priority}`)
  assert.deepEqual(ranges(), ['0-5:4'])
  assert.deepEqual(ranges(1), ['0-2:1', '3-5:4'])
  assert.deepEqual(ranges(0, 7, 4, 4, 4), ['3-5:4'])
  assert.deepEqual(ranges(4, 4, 0, 7, 4), ['0-2:4', '4-5:4'])
  assert.deepEqual(ranges(1, 1, 7, 0, 99), ['0-2:1', '3-5:7'])
  assert.deepEqual(ranges(0, 0, 0, 0, 0), [])
})

test('a piece shared by two files takes the higher priority', () => {
  const { meta } = makeTorrent([file('t/a', 15), file('t/b', 15)], 10)
  assert.deepEqual([...select(meta, [1, 5]).pieces], [1, 5, 5])
  assert.deepEqual([...select(meta, [5, 0]).pieces], [5, 5, 0])
})

test('bytes of a piece: padding never counts', () => {
  const block = 16384
  const { meta } = makeTorrent(
    [
      file('t/a', block + 100),
      { path: 't/.pad/x', bytes: new Uint8Array(block - 100), attr: 'p' },
      file('t/b', 2 * block),
    ],
    4 * block,
  )
  const bytes = new PieceBytes(meta)
  assert.equal(bytes.real(0), 3 * block + 100)
})

test('distributed copies, as in libtorrent', () => {
  const copies = new Availability(4)
  const pieces = (...set: number[]) => ({ get: (index: number) => set.includes(index) })
  const own = (piece: number) => piece === 0
  assert.equal(copies.copies(own), 0.25)
  const [one, two, seed] = [{}, {}, {}]
  copies.set(one, pieces(0, 1))
  assert.equal(copies.copies(own), 0.5)
  copies.change(one, 2, true, pieces(0, 1, 2))
  copies.change(one, 2, true, pieces(0, 1, 2))
  assert.equal(copies.copies(own), 0.75)
  copies.set(seed, pieces(0, 1, 2, 3))
  assert.equal(copies.copies(own), 1.75)
  copies.set(two, pieces(3))
  assert.equal(copies.copies(own), 2.25)
  copies.change(seed, 3, false, pieces(0, 1, 2))
  assert.equal(copies.seeds, 0)
  assert.equal(copies.copies(own), 1.75)
  copies.change(one, 99, true, pieces())
  for (const peer of [one, two, seed, seed]) copies.remove(peer)
  assert.deepEqual([...copies.counts], [0, 0, 0, 0])
  assert.equal(copies.copies(own), 0.25)
  assert.equal(new Availability(0).copies(own), 0)
})

test('a peer is a seed once it has said that it has everything, at once or piece by piece', () => {
  const seen = new Availability(3)
  const pieces = new Set([0])
  const peer = { get: (piece: number) => pieces.has(piece) }
  const say = (piece: number, has: boolean) => {
    if (has) pieces.add(piece)
    else pieces.delete(piece)
    seen.change(peer, piece, has, peer)
  }
  assert.equal(seen.isSeed(peer), false)
  seen.set(peer, peer)
  say(1, true)
  assert.deepEqual([seen.isSeed(peer), seen.seeds, [...seen.counts]], [false, 0, [1, 1, 0]])
  say(2, true)
  // it stays among those that are counted piece by piece
  assert.deepEqual([seen.isSeed(peer), seen.all()], [true, [1, 1, 1]])
  say(1, false)
  assert.deepEqual([seen.isSeed(peer), seen.seeds, [...seen.counts]], [false, 0, [1, 0, 1]])
  seen.remove(peer)
  assert.deepEqual([seen.isSeed(peer), [...seen.counts]], [false, [0, 0, 0]])
})

test('a bucket holds its rate, serves in order, and lets a closing connection go', async () => {
  const bucket = new Bucket()
  assert.equal(
    bucket.take(1e9, null, () => assert.fail('no limit, no wait')),
    true,
  )
  bucket.setRate(100_000)
  const start = performance.now()
  const order: number[] = []
  await Promise.all(
    [0, 1, 2, 3, 4].map(
      (n) =>
        new Promise<void>((resolve) => {
          const done = () => {
            order.push(n)
            resolve()
          }
          if (bucket.take(20_000, null, done)) done()
        }),
    ),
  )
  // 100 kB at 100 kB/s, of which 25 kB were saved up and the last 20 kB are owed
  const took = performance.now() - start
  assert.ok(took > 500 && took < 1200, `took ${took} ms`)
  assert.deepEqual(order, [0, 1, 2, 3, 4])

  bucket.setRate(1)
  const owner = {}
  let released = false
  const other = new Bucket()
  other.setRate(1_000_000)
  takeFromAll([other, bucket], 10, owner, () => {
    released = true
  })
  assert.equal(released, false)
  bucket.release(owner)
  assert.equal(released, true)

  bucket.setRate(1_000_000)
  const turns: string[] = []
  const greedy = {}
  const modest = {}
  // in debt, so that all of them wait
  bucket.charge(100_000)
  for (const n of [1, 2, 3]) bucket.take(1000, greedy, () => turns.push(`greedy ${n}`))
  for (const n of [1, 2]) bucket.take(1000, modest, () => turns.push(`modest ${n}`))
  bucket.setRate(0)
  assert.deepEqual(turns, ['greedy 1', 'modest 1', 'greedy 2', 'modest 2', 'greedy 3'])

  bucket.setRate(1)
  bucket.charge(1)
  let freed = false
  bucket.take(1000, null, () => {
    freed = true
  })
  bucket.setRate(0)
  assert.equal(freed, true)
})

test('a rate is the mean of the last seconds and falls to 0', () => {
  const meter = new Meter()
  let value = 0
  let rate = 0
  for (let now = 0; now <= 5000; now += 250) {
    rate = meter.rate(value, now)
    value += 25_000
  }
  assert.equal(rate, 100_000)
  value -= 25_000
  for (let now = 5250; now <= 9000; now += 250) rate = meter.rate(value, now)
  assert.equal(rate, 0)
})
