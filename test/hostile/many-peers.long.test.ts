import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FoundPeers } from '../../src/daemon/engine/host/peers/found-peers.ts'
import { bencode } from '../../src/metainfo/index.ts'
import { file, makeTorrent } from '../engine/support/data.ts'
import { startEngine, task, tempFolder } from '../engine/support/engine.ts'
import { startTrackers } from '../engine/support/trackers.ts'
import { oddTracker } from '../helpers/odd-tracker.ts'
import { withoutNetwork } from '../helpers/without-network.ts'

await withoutNetwork()

/** Compact peers, all different. */
function many(count: number): Buffer {
  const bytes = Buffer.alloc(count * 6)
  for (let i = 0; i < count; i++) {
    bytes.writeUInt32BE(0x0a000001 + i, i * 6)
    bytes.writeUInt16BE(6881, i * 6 + 4)
  }
  return bytes
}

/** Milliseconds of this process's own work in the longest turn of its event loop until `over`. */
async function longestTurn(over: () => boolean): Promise<number> {
  let longest = 0
  while (!over()) {
    const before = process.cpuUsage()
    await new Promise((resolve) => setImmediate(resolve))
    const { user, system } = process.cpuUsage(before)
    longest = Math.max(longest, (user + system) / 1000)
  }
  return longest
}

test('addresses come in portions, to each torrent in turn, and no more than can be kept', async () => {
  const found = new FoundPeers()
  const addresses = Array.from({ length: 150_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}:6881`)
  const counts = [0, 0, 0]
  const owners = counts.map((_, i) => ({ i }))
  const took: number[] = []
  const work = (i: number) => {
    counts[i]!++
    took.push(i)
    const until = performance.now() + 0.01
    while (performance.now() < until);
  }
  for (const owner of owners) found.add(owner, addresses, () => work(owner.i))
  assert.deepEqual(counts, [0, 0, 0], 'nothing happens at once')
  let turns = 0
  const gone = owners[2]!
  const longest = await longestTurn(() => {
    if (++turns === 5) found.forget(gone)
    return counts[0]! + counts[1]! === 20_000
  })
  assert.ok(longest < 50, `${longest} ms in one turn`)
  assert.ok(counts[2]! < 10_000, 'a torrent that goes is forgotten')
  assert.deepEqual(new Set(took.slice(0, 100)), new Set([0, 1, 2]), 'each has its turn')
})

test('an answer with 150,000 peers brings as many as the list of peers may hold, and holds nothing up', async (t) => {
  const peers = many(150_000)
  const tracker = await oddTracker(t, () => ({ interval: 1800, peers }))
  const torrents = Array.from({ length: 10 }, (_, i) => makeTorrent([file(`f${i}`, 20_000)], 16384))
  const engine = startEngine(t)
  const folder = await tempFolder(t)
  const trackers = [{ url: tracker.url, tier: 0 }]
  await Promise.all(
    torrents.map(({ id, bytes }) => engine.load(task(id, folder, { torrentFile: bytes, trackers }))),
  )
  for (const { id } of torrents) {
    const { knownPeers } = await engine.until(id, 'it knows peers', (r) => (r.knownPeers ?? 0) >= 2900)
    assert.ok(knownPeers! <= 3000, `${knownPeers} peers`)
  }
  assert.deepEqual(engine.lost, [])
})

test('however an answer of a tracker is built, it is read in one short turn or not at all', async (t) => {
  const size = 1_000_000
  const bodies: [string, Uint8Array, number][] = [
    ['compact peers', bencode({ peers: many(150_000) }), 0],
    ['dictionaries', bencode({ peers: Array(3000).fill({ ip: '10.0.0.1', port: 1, 'peer id': 'x' }) }), 0],
    ['too many dictionaries', bencode({ peers: Array(30_000).fill({ ip: '10.0.0.1', port: 1 }) }), 1],
    ['numbers', Buffer.from(`d5:peersl${'i1e'.repeat(size / 3)}ee`), 1],
    ['empty strings', Buffer.from(`d5:peersl${'0:'.repeat(size / 2)}ee`), 1],
    ['empty dictionaries', Buffer.from(`d5:peersl${'de'.repeat(size / 2)}ee`), 1],
    ['lists in lists', Buffer.from(`l${('l'.repeat(98) + 'e'.repeat(98)).repeat(size / 200)}e`), 1],
    ['depth', Buffer.from('l'.repeat(size)), 1],
    ['a long number', Buffer.from(`d8:intervali${'9'.repeat(size - 50)}ee`), 1],
    ['a long length', Buffer.from('9'.repeat(size)), 1],
  ]
  for (const [name, body, fails] of bodies) {
    const tracker = await oddTracker(t, (_query, _request, response) => void response.end(body))
    const run = startTrackers(t, [[tracker.url]])
    let asked = false
    const answer = run.asked(tracker.url).finally(() => {
      asked = true
    })
    const longest = await longestTurn(() => asked)
    assert.equal((await answer).fails, fails, name)
    assert.ok(longest < 200, `${name}: ${longest} ms in one turn`)
  }
})
