import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import type { Settings } from '../../src/rpc/contract/types.ts'
import { startTracker } from '../helpers/tracker.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { startNode, type TestNode } from './support/dht.ts'
import { complete, quiet, startEngine, task, tempFolder, until } from './support/engine.ts'

const torrent = makeTorrent([file('a', 100_000)], 16384)
const open = { torrentFile: torrent.bytes, disableDht: false }

const withDht = (bootstrap: string, more: Settings = {}): Settings => ({
  enable_dht: true,
  dht_bootstrap_nodes: bootstrap,
  // here all nodes have one address
  dht_block_ratelimit: 1000,
  ...more,
})

async function seedFolder(t: TestContext): Promise<string> {
  const folder = await tempFolder(t)
  await writeFiles(folder, torrent.files)
  return folder
}

// mostly waiting, so several at a time
describe('DHT', { concurrency: 4 }, () => {
  test('without a tracker peers find each other: a magnet link, and a torrent file', async (t) => {
    const node = await startNode(t)
    const [from, first, second] = [await seedFolder(t), await tempFolder(t), await tempFolder(t)]
    const seeder = startEngine(t, withDht(node.address), 'seeder')
    await seeder.load(task(torrent.id, from, open))
    const said = `${torrent.id} ${await seeder.address()}`
    await until(
      () => node.announced.includes(said),
      'the seeder announces the port it listens at',
      () => node.announced.join('\n'),
    )
    const port = Number(said.split(':')[1])
    assert.ok(
      node.client.nodes.toArray().some((other) => other.port === port),
      'its node has the same port',
    )
    const magnet = startEngine(t, withDht(node.address), 'magnet')
    const whole = startEngine(t, withDht(node.address), 'whole')
    await magnet.load(task(torrent.id, first, { disableDht: false }))
    await whole.load(task(torrent.id, second, open))
    for (const engine of [magnet, whole]) await engine.until(torrent.id, 'has all', complete(torrent))
    for (const folder of [first, second]) assert.deepEqual(await wrongFiles(folder, torrent.files), [])
  })

  test('disable_dht counts at once, and dht_announce_interval says how often', async (t) => {
    const node = await startNode(t)
    const engine = startEngine(t, withDht(node.address, { dht_announce_interval: 1 }))
    const other = makeTorrent([file('b', 20_000)], 16384)
    const folder = await seedFolder(t)
    await engine.load(task(torrent.id, folder, { ...open, disableDht: true }))
    await engine.load(task(other.id, folder, { torrentFile: other.bytes, disableDht: false }))
    const times = (id: string) => node.announced.filter((line) => line.startsWith(id)).length
    await until(() => times(other.id) > 0, 'the other one is announced')
    assert.equal(times(torrent.id), 0)
    await engine.call('update', { id: torrent.id, options: { disableDht: false } })
    await until(() => times(torrent.id) >= 2, 'it is announced, and again')
    await engine.call('update', { id: torrent.id, options: { disableDht: true } })
    // one may have been under way
    await new Promise((resolve) => setTimeout(resolve, 300))
    const [mine, others] = [times(torrent.id), times(other.id)]
    await until(() => times(other.id) > others + 1, 'the other one goes on')
    assert.equal(times(torrent.id), mine)
  })

  test('enable_dht comes and goes while torrents stay', async (t) => {
    const node = await startNode(t)
    const engine = startEngine(t, { enable_dht: false, dht_bootstrap_nodes: node.address })
    await engine.load(task(torrent.id, await seedFolder(t), open))
    await engine.until(torrent.id, 'runs', complete(torrent))
    const [address, reports] = [await engine.address(), engine.reports.length]
    assert.deepEqual([...node.asked], [])
    const said = `${torrent.id} ${address}`
    engine.configure({ ...quiet, ...withDht(node.address) })
    await until(() => node.announced.includes(said), 'it is announced')
    engine.configure({ ...quiet, ...withDht(node.address, { enable_dht: false }) })
    await until(async () => !(await answers(node, address)), 'the node is gone')
    engine.configure({ ...quiet, ...withDht(node.address) })
    await until(() => node.announced.filter((line) => line === said).length === 2, 'it is announced again')
    assert.equal(engine.state.listening, address)
    assert.ok(engine.reports.slice(reports).every((report) => report.phase === undefined))
  })

  test('nodes to start from may be named later', async (t) => {
    const node = await startNode(t)
    const engine = startEngine(t, withDht('127.0.0.1:9'))
    await engine.load(task(torrent.id, await seedFolder(t), open))
    await engine.until(torrent.id, 'runs', complete(torrent))
    assert.deepEqual(node.announced, [])
    engine.configure({ ...quiet, ...withDht(`127.0.0.1:9,${node.address}`) })
    await until(() => node.announced.length > 0, 'it is announced')
  })

  test('use_dht_as_fallback: only when no tracker answers', async (t) => {
    const node = await startNode(t)
    const tracker = await startTracker(t)
    const engine = startEngine(t, withDht(node.address, { use_dht_as_fallback: true }))
    const [good, bad] = [torrent, makeTorrent([file('b', 20_000)], 16384)]
    const folder = await seedFolder(t)
    const trackers = (url: string) => [{ url, tier: 0 }]
    await engine.load(task(good.id, folder, { ...open, trackers: trackers(tracker.http) }))
    await engine.until(good.id, 'its tracker answers', (r) => r.currentTracker === tracker.http)
    await engine.load(
      task(bad.id, folder, {
        torrentFile: bad.bytes,
        disableDht: false,
        trackers: trackers('http://127.0.0.1:9/announce'),
      }),
    )
    await until(() => node.announced.length > 0, 'one is announced')
    assert.deepEqual(
      node.announced.map((line) => line.split(' ')[0]),
      [bad.id],
    )
    // one that may not ask its trackers has not been failed by them
    const stopped = once(tracker.server, 'stop')
    await engine.call('update', { id: good.id, options: { disableTrackers: true } })
    await stopped
    const rested = await engine.until(good.id, 'they rest', (r) => r.trackers?.[0]?.startSent === false)
    const [{ url, verified, complete: seeds, nextAnnounce, updating } = assert.fail()] = rested.trackers!
    assert.deepEqual([url, verified, seeds, nextAnnounce, updating], [tracker.http, true, 1, null, false])
    await engine.call('reannounce', { id: good.id, url: null, afterMs: 0, ignoreMinInterval: false })
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.equal(engine.report(good.id).trackers?.[0]?.startSent, false)
    assert.ok(!node.announced.some((line) => line.startsWith(good.id)))
    await engine.call('update', { id: good.id, options: { disableTrackers: false } })
    await engine.until(good.id, 'it is asked again', (r) => r.trackers?.[0]?.startSent === true)
    await engine.call('update', { id: good.id, options: { trackers: [] } })
    await until(() => node.announced.some((line) => line.startsWith(good.id)), 'without trackers')
  })

  test('a UDP port that is taken: the DHT has another, and nothing else is concerned', async (t) => {
    const node = await startNode(t)
    // a port that is free for TCP
    const tcp = createServer().listen(0, '127.0.0.1')
    await once(tcp, 'listening')
    const { port } = tcp.address() as AddressInfo
    const udp = createSocket('udp4')
    udp.bind(port, '127.0.0.1')
    await once(udp, 'listening')
    t.after(() => udp.close())
    tcp.close()
    await once(tcp, 'close')
    const noUtp = { enable_incoming_utp: false, enable_outgoing_utp: false }
    const engine = startEngine(t, {
      ...withDht(node.address, noUtp),
      listen_interfaces: `127.0.0.1:${port}`,
    })
    await engine.load(task(torrent.id, await seedFolder(t), open))
    await until(() => node.announced.includes(`${torrent.id} 127.0.0.1:${port}`), 'it is announced')
    assert.equal(engine.state.error, null)
  })

  for (const [branching, expected] of [
    [2, 2],
    [10, 6],
  ] as const) {
    test(`dht_search_branching ${branching}: so many requests wait for an answer at a time`, async (t) => {
      const silent = await Promise.all(Array.from({ length: 6 }, () => silentSocket(t)))
      const node = await startNode(t)
      for (const { port } of silent) {
        const id = crypto.getRandomValues(new Uint8Array(20))
        node.client.nodes.add({ id: Buffer.from(id), host: '127.0.0.1', port })
      }
      const engine = startEngine(t, withDht(node.address, { dht_search_branching: branching }))
      await engine.load(task(torrent.id, await seedFolder(t), open))
      await until(() => silent.filter((one) => one.asked > 0).length >= expected, 'so many are asked')
      await new Promise((resolve) => setTimeout(resolve, 300))
      assert.equal(silent.filter((one) => one.asked > 0).length, expected)
    })
  }

  test('what others may store here has its limits', async (t) => {
    const engine = startEngine(
      t,
      withDht('', { dht_max_torrents: 2, dht_max_peers: 3, dht_max_peers_reply: 2 }),
    )
    await engine.load(task(torrent.id, await seedFolder(t), open))
    const node = await startNode(t, [await engine.address()])
    const hash = (n: number) => String(n).repeat(40)
    const store = async (infoHash: string, port: number) => {
      await new Promise<void>((resolve) => node.client.lookup(infoHash, () => resolve()))
      await new Promise<void>((resolve) => node.client.announce(infoHash, port, () => resolve()))
    }
    const stored = async (infoHash: string) => {
      const found = new Set<number>()
      const hear = ({ port }: { port: number }) => found.add(port)
      // an answer holds two at random
      for (let round = 0; round < 12; round++) {
        node.client.on('peer', hear)
        await new Promise<void>((resolve) => node.client.lookup(infoHash, () => resolve()))
        node.client.removeListener('peer', hear)
        if (round === 0) assert.ok(found.size <= 2)
      }
      return [...found].sort()
    }
    for (const port of [11, 12, 13, 14]) await store(hash(1), port)
    assert.deepEqual(await stored(hash(1)), [11, 12, 13])
    await store(hash(2), 21)
    await store(hash(3), 31)
    assert.deepEqual(
      [await stored(hash(1)), await stored(hash(2)), await stored(hash(3))],
      [[11, 12, 13], [], [31]],
    )
  })
})

/** Whether a node answers at this address. */
async function answers({ client }: TestNode, address: string): Promise<boolean> {
  const port = Number(address.split(':')[1])
  return new Promise<boolean>((resolve) => {
    client._rpc.query({ host: '127.0.0.1', port }, { q: 'ping' }, (error: Error | null) =>
      resolve(error === null),
    )
  })
}

/** A UDP socket that never answers, and counts who asks for peers. */
async function silentSocket(t: TestContext): Promise<{ port: number; asked: number }> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  const seen = { port: socket.address().port, asked: 0 }
  socket.on('message', () => {
    seen.asked++
  })
  return seen
}
