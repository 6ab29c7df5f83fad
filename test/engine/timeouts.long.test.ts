import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { PeerFlag } from '../../src/daemon/engine/host/peers/peer-info.ts'
import type { TorrentTask } from '../../src/daemon/engine/protocol.ts'
import type { Settings } from '../../src/rpc/contract/types.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import {
  complete,
  noLimits,
  quiet,
  startEngine,
  type TestEngine,
  task,
  tempFolder,
  until,
} from './support/engine.ts'
import { callPeer, startRawPeer } from './support/raw-peer.ts'

const torrent = makeTorrent([file('a', 40 * 16384)], 16384)
const tcpOnly = { enable_outgoing_utp: false, enable_incoming_utp: false, out_enc_policy: 2 }
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Loaded {
  engine: TestEngine
  folder: string
}

async function engineWith(
  t: TestContext,
  settings: Settings,
  has: 'all' | 'nothing',
  changes: Partial<TorrentTask> = {},
): Promise<Loaded> {
  const folder = await tempFolder(t)
  if (has === 'all') await writeFiles(folder, torrent.files)
  const engine = startEngine(t, { ...tcpOnly, ...settings })
  await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes, ...changes }))
  await engine.until(torrent.id, 'runs', has === 'all' ? complete(torrent) : (r) => r.phase === 'running')
  return { engine, folder }
}

// mostly waiting, so several at a time
describe('peers that do not do their part', { concurrency: 4 }, () => {
  for (const [name, settings] of [
    ['piece_timeout', { piece_timeout: 1 }],
    ['request_timeout', { request_timeout: 1 }],
  ] as const) {
    test(`${name}: what a peer does not send is asked of another, and it gets one request at a time`, async (t) => {
      const { engine, folder } = await engineWith(t, { ...settings, max_out_request_queue: 5 }, 'nothing')
      const silent = await startRawPeer(t, torrent)
      await engine.call('addPeer', { id: torrent.id, address: silent.address })
      await until(() => (silent.came[0]?.requested.length ?? 0) >= 5, 'max_out_request_queue are asked for')
      const [raw] = silent.came
      await until(() => raw!.cancelled.length >= 5, 'they are taken back')
      await until(() => raw!.requested.length >= 6, 'one more is asked for')
      assert.ok(raw!.requested.length - raw!.cancelled.length <= 1)
      const [info] = await engine.call('peerInfo', { id: torrent.id })
      assert.equal((info?.flags ?? 0) & PeerFlag.snubbed, PeerFlag.snubbed)
      const honest = await startRawPeer(t, torrent, { serves: true })
      await engine.call('addPeer', { id: torrent.id, address: honest.address })
      await engine.until(torrent.id, 'has all', complete(torrent))
      for (const { address, port, flags } of await engine.call('peerInfo', { id: torrent.id }))
        if (`${address}:${port}` === honest.address) assert.equal(flags & PeerFlag.snubbed, 0)
      assert.deepEqual(await wrongFiles(folder, torrent.files), [])
    })
  }

  test('peer_timeout ends a connection on which nothing comes', async (t) => {
    const { engine } = await engineWith(t, { peer_timeout: 2, piece_timeout: 60 }, 'nothing')
    const [silent, alive] = [await startRawPeer(t, torrent), await startRawPeer(t, torrent)]
    await engine.call('addPeer', { id: torrent.id, address: silent.address })
    await engine.call('addPeer', { id: torrent.id, address: alive.address })
    await until(() => silent.came.length === 1 && alive.came.length === 1, 'both are called')
    const beat = setInterval(() => alive.came[0]!.wire.keepAlive(), 300)
    t.after(() => clearInterval(beat))
    await until(() => silent.came[0]!.closed, 'the silent one is closed')
    await pause(1000)
    assert.equal(alive.came[0]!.closed, false)
  })

  test('inactivity_timeout ends idle connections, but only where room is needed', async (t) => {
    const { engine } = await engineWith(t, { inactivity_timeout: 1, connections_limit: 5 }, 'nothing')
    const idle = await callPeer(t, torrent, await engine.address(), { seed: false })
    await engine.until(torrent.id, 'has it', (r) => r.peers === 1)
    await pause(2500)
    assert.equal(idle.closed, false)
    engine.configure({
      ...quiet,
      ...tcpOnly,
      inactivity_timeout: 1,
      connections_limit: 1,
    })
    await until(() => idle.closed, 'it is closed when the session is full')
  })

  test('close_redundant_connections: two seeds part, unless it is off', async (t) => {
    const { engine } = await engineWith(t, {}, 'all')
    const seed = await callPeer(t, torrent, await engine.address())
    const leech = await callPeer(t, torrent, await engine.address(), { seed: false })
    await until(() => seed.closed, 'the seed is closed')
    assert.equal(leech.closed, false)
    engine.configure({
      ...quiet,
      ...tcpOnly,
      close_redundant_connections: false,
    })
    const other = await callPeer(t, torrent, await engine.address())
    await engine.until(torrent.id, 'has it', (r) => r.seeds === 1)
    await pause(1500)
    assert.equal(other.closed, false)
  })

  test('upload mode parts from seeds, and calls them again when it is over', async (t) => {
    const { engine } = await engineWith(t, {}, 'nothing')
    const [seed, leech] = [await startRawPeer(t, torrent), await startRawPeer(t, torrent, { seed: false })]
    await engine.call('addPeer', { id: torrent.id, address: seed.address })
    await engine.call('addPeer', { id: torrent.id, address: leech.address })
    await until(() => seed.came.length === 1 && leech.came.length === 1, 'both are called')
    await engine.call('update', { id: torrent.id, options: { uploadMode: true } })
    await until(() => seed.came[0]!.closed, 'the seed is closed')
    assert.equal(leech.came[0]!.closed, false)
    await engine.call('update', { id: torrent.id, options: { uploadMode: false } })
    await until(() => seed.came.length === 2, 'it is called again')
  })

  test('peer_turnover: those who wait take the place of the least useful', async (t) => {
    const settings = { peer_turnover: 50, peer_turnover_cutoff: 50, peer_turnover_interval: 1 }
    const { engine } = await engineWith(t, { ...settings, piece_timeout: 60 }, 'nothing', {
      limits: { ...noLimits, connections: 2 },
    })
    const peers = await Promise.all([1, 2, 3].map(() => startRawPeer(t, torrent)))
    for (const peer of peers) await engine.call('addPeer', { id: torrent.id, address: peer.address })
    await until(() => peers.every((peer) => peer.came.length > 0), 'the third is called as well')
    const open = peers.flatMap((peer) => peer.came.filter((raw) => !raw.closed))
    assert.ok(open.length <= 2, `${open.length} at a time`)
  })

  test('auto_sequential: with seeds all around, pieces come in order', async (t) => {
    const { engine } = await engineWith(t, { max_out_request_queue: 8 }, 'nothing')
    const peers = await Promise.all(
      Array.from({ length: 10 }, () => startRawPeer(t, torrent, { unchokes: false })),
    )
    for (const peer of peers) await engine.call('addPeer', { id: torrent.id, address: peer.address })
    await engine.until(torrent.id, 'has ten seeds', (r) => r.seeds === 10)
    await pause(1500)
    const [raw] = peers[4]!.came
    raw!.wire.unchoke()
    await until(() => raw!.requested.length === 8, 'it is asked')
    assert.deepEqual(
      raw!.requested,
      Array.from({ length: 8 }, (_, piece) => `${piece} 0`),
    )
  })

  test('max_piece_count and max_metadata_size: metadata that is too much is refused', async (t) => {
    const { engine } = await engineWith(t, {}, 'all')
    const peers = [await engine.address()]
    const few = startEngine(t, { max_piece_count: 39 }, 'few')
    const small = startEngine(t, { max_metadata_size: 500 }, 'small')
    for (const one of [few, small]) await one.load(task(torrent.id, await tempFolder(t), { peers }))
    const report = await few.until(torrent.id, 'is refused', (r) => r.phase === 'stopped')
    assert.equal(report.error!.message, 'the metadata has 40 pieces; max_piece_count allows 39')
    await until(
      () => small.log.some((line) => /metadata of \d+ bytes; max_metadata_size allows 500/.test(line)),
      'it is said',
      () => small.log.join('\n'),
    )
    assert.equal(small.report(torrent.id).phase, 'metadata')
  })
})
