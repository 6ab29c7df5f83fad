import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { startTracker } from '../helpers/tracker.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { file, makeTorrent, writeFiles } from './support/data.ts'
import { complete, startEngine, task, tempFolder } from './support/engine.ts'

const bit = (n: number) => 1 << n

describe('what is told of peers', { concurrency: 4 }, () => {
  test('both ends of a transfer, and how many have each piece', async (t) => {
    const torrent = makeTorrent([file('a', 40 * 16384 + 5)], 16384)
    const [from, to] = [await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, torrent.files)
    const seeder = startEngine(t, {}, 'seeder')
    await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
    await seeder.until(torrent.id, 'has all', complete(torrent))
    const leecher = startEngine(t, { download_rate_limit: 100_000 }, 'leecher')
    const address = await seeder.address()
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers: [address] }))
    await leecher.until(torrent.id, 'has some', (report) => (report.payloadDownload ?? 0) > 100_000)
    const [seed, ...others] = await leecher.call('peerInfo', { id: torrent.id })
    assert.deepEqual(others, [])
    assert.ok(seed)
    assert.equal(`${seed.address}:${seed.port}`, address)
    assert.match(seed.peer_id, /^[0-9a-f]{40}$/)
    assert.match(seed.client, /^porla-lua/)
    assert.equal(seed.progress, 1)
    assert.ok(seed.total_download >= 100_000 && seed.total_upload === 0)
    assert.ok(seed.down_speed > 0)
    assert.ok(seed.download_queue_length > 0 && seed.download_queue_time > 0)
    assert.equal(seed.busy_requests, 0)
    assert.ok(seed.rtt >= 1)
    assert.ok(seed.last_active < 3e9 && seed.last_request < 10e9)
    assert.equal(seed.source, 16)
    assert.equal(seed.connection_type, 1)
    const set = bit(0) | bit(4) | bit(5) | bit(10)
    const clear = bit(2) | bit(3) | bit(6) | bit(7) | bit(9) | bit(12) | bit(17)
    assert.equal(seed.flags & (set | clear), set, seed.flags.toString(2))
    assert.deepEqual(
      await leecher.call('pieceAvailability', { id: torrent.id }),
      torrent.meta.numPieces === 41 ? Array(41).fill(1) : [],
    )

    const [caller] = await seeder.call('peerInfo', { id: torrent.id })
    assert.ok(caller)
    assert.equal(caller.address, '127.0.0.1')
    assert.ok(caller.progress > 0 && caller.progress < 1)
    assert.ok(caller.total_upload >= 100_000 && caller.total_download === 0 && caller.up_speed > 0)
    assert.equal(caller.rtt, 0)
    assert.equal(caller.source, 32)
    assert.equal(caller.flags & (bit(1) | bit(2) | bit(5) | bit(10)), bit(2))
    const has = await seeder.call('pieceAvailability', { id: torrent.id })
    assert.ok(has?.some((count) => count === 1) && has.some((count) => count === 0))

    // an end at its listen port: one more address, and the same one named by a user
    await leecher.call('clearPeers', { id: torrent.id })
    await waitUntil(
      'none are left',
      async () => (await leecher.call('peerInfo', { id: torrent.id })).length === 0,
    )
    await leecher.call('addPeer', { id: torrent.id, address })
    await waitUntil(
      'it is back',
      async () => (await leecher.call('peerInfo', { id: torrent.id }))[0]?.progress === 1,
    )
    assert.equal((await leecher.call('peerInfo', { id: torrent.id }))[0]?.source, 0)
  })

  test('a peer that a tracker and a user named, and encryption', async (t) => {
    const tracker = await startTracker(t)
    const torrent = makeTorrent([file('a', 400_000)], 16384)
    const [from, to] = [await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, torrent.files)
    const trackers = [{ url: tracker.http, tier: 0 }]
    const seeder = startEngine(t, {}, 'seeder')
    await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes, trackers }))
    await seeder.until(torrent.id, 'announced', (report) => report.currentTracker === tracker.http)
    const leecher = startEngine(t, { out_enc_policy: 0, download_rate_limit: 20_000 }, 'leecher')
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, trackers }))
    await waitUntil(
      'it is connected',
      async () => (await leecher.call('peerInfo', { id: torrent.id }))[0]?.progress === 1,
    )
    const found = async () => (await leecher.call('peerInfo', { id: torrent.id }))[0]!
    assert.equal((await found()).source, 1)
    const { flags } = await found()
    assert.ok((flags & (bit(19) | bit(20))) !== 0, flags.toString(2))
  })

  test('half-open connections: one that does not answer the handshake', async (t) => {
    const silent = createServer((socket) => void socket.on('error', () => {}))
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as { port: number }
    const torrent = makeTorrent([file('a', 100_000)], 16384)
    const engine = startEngine(t)
    t.after(() => void silent.close())
    const peers = [`127.0.0.1:${port}`]
    const folder = await tempFolder(t)
    await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes, peers }))
    await waitUntil(
      'it is called',
      async () => (await engine.call('peerInfo', { id: torrent.id })).length === 1,
    )
    await waitUntil('it waits for the handshake', async () => {
      const [peer] = await engine.call('peerInfo', { id: torrent.id })
      return peer !== undefined && (peer.flags & (bit(5) | bit(6) | bit(7))) === (bit(5) | bit(6))
    })
    const [peer] = await engine.call('peerInfo', { id: torrent.id })
    assert.equal(peer?.port, port)
    assert.equal(peer?.client, '')
    assert.equal(peer?.peer_id, '')
    assert.equal(engine.report(torrent.id).peers, 0)
    await engine.unload(torrent.id)
    await assert.rejects(engine.call('peerInfo', { id: torrent.id }), /not loaded/)
  })

  test('who is known outlives a load: counted while paused, and called again', async (t) => {
    const torrent = makeTorrent([file('a', 600_000)], 16384)
    const [from, to] = [await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, torrent.files)
    const tracker = await startTracker(t)
    const trackers = [{ url: tracker.http, tier: 0 }]
    const seeder = startEngine(t, {}, 'seeder')
    await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes, trackers }))
    await seeder.until(torrent.id, 'announced', (report) => report.currentTracker === tracker.http)
    const address = await seeder.address()
    const leecher = startEngine(
      t,
      { download_rate_limit: 20_000, max_failcount: 1, enable_outgoing_utp: false },
      'leecher',
    )
    // nobody listens on port 9
    const peers = ['127.0.0.1:9']
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, trackers, peers }))
    await leecher.until(
      torrent.id,
      'one is a seed, one cannot be called',
      ({ peers, knownPeers, knownSeeds, candidates }) =>
        peers === 1 && knownPeers === 2 && knownSeeds === 1 && candidates === 0,
    )
    const last = await leecher.unload(torrent.id)
    assert.deepEqual(
      last?.known?.toSorted((a, b) => a.source - b.source),
      [
        { address, seed: true, worthCalling: true, source: 1 },
        { address: '127.0.0.1:9', seed: false, worthCalling: false, source: 16 },
      ],
    )
    assert.deepEqual([last.peers, last.knownPeers, last.knownSeeds, last.candidates], [0, 2, 1, 1])
    // without its tracker it knows where to go
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, known: last.known ?? [] }))
    const report = await leecher.until(torrent.id, 'is connected', ({ peers }) => peers === 1)
    assert.equal(report.knownSeeds, 1)
    await leecher.until(torrent.id, 'nobody else', ({ candidates }) => candidates === 0)
    assert.equal((await leecher.call('peerInfo', { id: torrent.id }))[0]?.source, 1)
  })
})
