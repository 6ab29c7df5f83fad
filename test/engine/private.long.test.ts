import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { BDict } from '../../src/metainfo/index.ts'
import { listen } from '../helpers/listen.ts'
import { startTracker } from '../helpers/tracker.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { startNode } from './support/dht.ts'
import { complete, startEngine, task, tempFolder, until } from './support/engine.ts'
import { listenLsd } from './support/lsd.ts'
import { speakPex } from './support/pex.ts'

const allOn = { disableDht: false, disableLsd: false, disablePex: false }

/** Counts who calls. */
async function trap(t: TestContext): Promise<{ port: number; calls: number }> {
  const seen = { port: 0, calls: 0 }
  const server = createServer((socket) => {
    seen.calls++
    socket.destroy()
  })
  seen.port = await listen(t, server)
  return seen
}

test('a private torrent says nothing to DHT, local network and PEX, and takes no peer from them', async (t) => {
  const secret = makeTorrent([file('s', 60_000)], 16384, { extra: { private: 1 } })
  const open = makeTorrent([file('o', 60_000)], 16384)
  const [node, lsd, tracker, bait] = [
    await startNode(t),
    await listenLsd(t),
    await startTracker(t),
    await trap(t),
  ]
  const engine = startEngine(t, { enable_dht: true, dht_bootstrap_nodes: node.address, enable_lsd: true })
  const folder = await tempFolder(t)
  await writeFiles(folder, [...secret.files, ...open.files])
  const trackers = [{ url: tracker.http, tier: 0 }]
  for (const { id, bytes } of [secret, open])
    await engine.load(task(id, folder, { torrentFile: bytes, trackers, ...allOn }))
  const address = await engine.address()
  // the other one is everywhere, so the first would have been
  await until(() => node.announced.some((line) => line.startsWith(open.id)), 'the open one is in the DHT')
  await until(() => lsd.heard.some((line) => line.startsWith(open.id)), 'and in the local network')
  await engine.until(secret.id, 'its tracker knows the private one', (r) => r.currentTracker === tracker.http)

  const public1 = await speakPex(t, address, open.id, { port: 1111 })
  await speakPex(t, address, open.id, { port: 2222 })
  await until(
    () => public1.messages.length > 0 && public1.dhtPorts.length > 0,
    'the open one exchanges peers',
  )
  assert.equal(public1.reserved[7]! & 1, 1)
  const one = await speakPex(t, address, secret.id, { port: 1111 })
  await speakPex(t, address, secret.id, { port: 2222 })
  assert.equal((one.handshake.get('m') as BDict).get('ut_pex'), undefined)
  assert.equal(one.reserved[7]! & 1, 0, 'the bit of the DHT')

  // offers, by a PEX message that was not asked for, and by the network
  one.offered = 1
  for (const id of [1, 2, 3, 4]) {
    one.offered = id
    one.send({ added: [{ address: `127.0.0.1:${bait.port}`, flags: 0 }], dropped: [] })
  }
  lsd.say(secret.id, bait.port)
  node.client._peers.add(secret.id, Buffer.from([127, 0, 0, 1, bait.port >> 8, bait.port & 255]))
  const control = await trap(t)
  lsd.say(open.id, control.port)
  await until(() => control.calls > 0, 'an offer for the open one is taken')
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal(bait.calls, 0)
  assert.deepEqual([one.messages, one.dhtPorts], [[], []])
  assert.ok(!node.asked.has(secret.id))
  assert.ok(![...node.announced, ...lsd.heard].some((line) => line.startsWith(secret.id)))
})

test('a magnet link that turns out to be private leaves DHT, local network and PEX', async (t) => {
  const secret = makeTorrent([file('s', 60_000)], 16384, { extra: { private: 1 } })
  const node = await startNode(t)
  const lsd = await listenLsd(t)
  const bait = await trap(t)
  const [from, to] = [await tempFolder(t), await tempFolder(t)]
  await writeFiles(from, secret.files)
  const seeder = startEngine(t, {}, 'seeder')
  await seeder.load(task(secret.id, from, { torrentFile: secret.bytes }))
  await seeder.until(secret.id, 'seeds', complete(secret))
  const engine = startEngine(t, {
    enable_dht: true,
    dht_bootstrap_nodes: node.address,
    dht_announce_interval: 1,
    enable_lsd: true,
    local_service_announce_interval: 1,
  })
  await engine.load(task(secret.id, to, allOn))
  const times = () => [...node.announced, ...lsd.heard].filter((line) => line.startsWith(secret.id)).length
  await until(() => node.announced.length > 0 && lsd.heard.length > 0, 'nobody knows yet')
  const speaker = await speakPex(t, await engine.address(), secret.id, { port: 1111 })
  assert.ok(speaker.offered > 0)
  // heard of before the metadata: forgotten with it
  lsd.say(secret.id, bait.port)
  await until(() => bait.calls > 0, 'a local peer is called')
  await engine.call('addPeer', { id: secret.id, address: await seeder.address() })
  await engine.until(secret.id, 'has all', complete(secret))
  assert.deepEqual(await wrongFiles(to, secret.files), [])
  await until(() => speaker.offered === 0, 'PEX is taken back')
  const [before, calls] = [times(), bait.calls]
  lsd.say(secret.id, bait.port)
  await new Promise((resolve) => setTimeout(resolve, 1300))
  assert.equal(times(), before)
  assert.equal(bait.calls, calls)
  const last = await engine.unload(secret.id)
  assert.deepEqual(
    last?.known?.map((peer) => peer.address),
    [await seeder.address()],
    'of those it could call, the seeder that was named',
  )
})

test('metadata is taken when it has both hashes of the link, and never otherwise', async (t) => {
  const torrent = makeTorrent([file('h', 60_000)], 16384)
  const [from, to] = [await tempFolder(t), await tempFolder(t)]
  await writeFiles(from, torrent.files)
  const seeder = startEngine(t, {}, 'seeder')
  await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
  await seeder.until(torrent.id, 'seeds', complete(torrent))
  const engine = startEngine(t)
  await engine.load(task(torrent.id, to, { v2: 'ab'.repeat(32), peers: [await seeder.address()] }))
  await until(() => engine.log.some((line) => /does not have the v2 hash/.test(line)), 'it says so')
  await engine.call('addPeer', { id: torrent.id, address: await seeder.address() })
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal(engine.report(torrent.id)?.phase, 'metadata')
  assert.deepEqual(engine.metadata.get(torrent.id), undefined)
  await engine.unload(torrent.id)
  const v2 = createHash('sha256').update(torrent.meta.info).digest('hex')
  await engine.load(task(torrent.id, to, { v2, peers: [await seeder.address()] }))
  await engine.until(torrent.id, 'has all', complete(torrent))
})

test('an address that came from the DHT is not called again by a torrent that is private', async (t) => {
  const secret = makeTorrent([file('s', 60_000)], 16384, { extra: { private: 1 } })
  const [bait, control] = [await trap(t), await trap(t)]
  const engine = startEngine(t)
  const known = [bait, control].map(({ port }, index) => ({
    address: `127.0.0.1:${port}`,
    // DHT; DHT and tracker
    source: [2, 3][index]!,
    seed: false,
    worthCalling: true,
  }))
  await engine.load(task(secret.id, await tempFolder(t), { torrentFile: secret.bytes, known }))
  await until(() => control.calls > 0, 'the one that its tracker named is called')
  assert.equal(bait.calls, 0)
})
