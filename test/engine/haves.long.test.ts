import assert from 'node:assert/strict'
import { test } from 'node:test'
import { file, makeTorrent, writeFiles } from './support/data.ts'
import { complete, startEngine, task, tempFolder, until } from './support/engine.ts'
import { callPeer } from './support/raw-peer.ts'

/** A leecher that gets everything from a seed, and two raw peers that only listen: one with all pieces, one with none. */
async function heardBy(t: Parameters<typeof tempFolder>[0], settings: Record<string, boolean>) {
  const torrent = makeTorrent([file('data', 400_000)], 16384)
  const [from, to] = [await tempFolder(t), await tempFolder(t)]
  await writeFiles(from, torrent.files)
  const seeder = startEngine(t, {}, 'seeder')
  const leecher = startEngine(
    t,
    { in_enc_policy: 2, close_redundant_connections: false, ...settings },
    'leecher',
  )
  await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
  await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes }))
  const address = await leecher.address()
  // before that calls are not taken
  await leecher.until(torrent.id, 'runs', ({ phase }) => phase === 'running')
  const peers = []
  for (const seed of [true, false]) {
    const raw = await callPeer(t, torrent, address, { seed, unchokes: false })
    const heard = new Set<number>()
    raw.wire.on('have', (piece: number) => heard.add(piece))
    peers.push(heard)
  }
  await leecher.until(torrent.id, 'both are there', (r) => r.peers === 2)
  await leecher.call('addPeer', { id: torrent.id, address: await seeder.address() })
  await leecher.until(torrent.id, 'has all', complete(torrent))
  return { seed: peers[0]!, leech: peers[1]!, numPieces: torrent.meta.numPieces }
}

test('send_redundant_have: peers that have a piece hear that we have it, too', async (t) => {
  const { seed, leech, numPieces } = await heardBy(t, {})
  await until(
    () => leech.size === numPieces,
    'who lacks them hears of all',
    () => `${leech.size}`,
  )
  await until(
    () => seed.size === numPieces,
    'who has them as well',
    () => `${seed.size}`,
  )
})

test('without send_redundant_have only those hear of a piece who lack it', async (t) => {
  const { seed, leech, numPieces } = await heardBy(t, { send_redundant_have: false })
  await until(
    () => leech.size === numPieces,
    'who lacks them hears of all',
    () => `${leech.size}`,
  )
  await new Promise((resolve) => setTimeout(resolve, 700))
  assert.equal(seed.size, 0)
})
