import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { mostUseful } from '../../src/daemon/engine/host/peers/known-peers.ts'
import type { Settings } from '../../src/rpc/contract/types.ts'
import { listen } from '../helpers/listen.ts'
import { startProxy } from '../helpers/proxy.ts'
import { file, makeTorrent, writeFiles } from './support/data.ts'
import { complete, quiet, startEngine, type TestEngine, task, tempFolder, until } from './support/engine.ts'
import { callPeer, startRawPeer } from './support/raw-peer.ts'

const torrent = makeTorrent([file('a', 40 * 16384)], 16384)
const tcpOnly = { enable_outgoing_utp: false, enable_incoming_utp: false, out_enc_policy: 2 }
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** An engine with the torrent, which has all of it or nothing. */
async function engineWith(t: TestContext, settings: Settings, has: 'all' | 'nothing'): Promise<TestEngine> {
  const folder = await tempFolder(t)
  if (has === 'all') await writeFiles(folder, torrent.files)
  const engine = startEngine(t, { ...tcpOnly, ...settings })
  await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes }))
  await engine.until(torrent.id, 'runs', has === 'all' ? complete(torrent) : (r) => r.phase === 'running')
  return engine
}

test('of the peers of a torrent that stops, those are kept that are worth a call', () => {
  const peer = (port: number, worthCalling: boolean) => ({
    address: `127.0.0.1:${port}`,
    source: 0,
    seed: false,
    worthCalling,
  })
  const known = [peer(1, false), peer(2, true), peer(3, false), peer(4, true)]
  const ports = (most: number) => mostUseful(known, most).map(({ address }) => Number(address.split(':')[1]))
  assert.deepEqual([ports(0), ports(1), ports(3)], [[1, 2, 3, 4], [2], [2, 4, 1]])
})

// mostly waiting, so several at a time
describe('connections', { concurrency: 4 }, () => {
  test('connection_speed and torrent_connect_boost hold back calls; 0 stops them', async (t) => {
    const engine = await engineWith(t, { connection_speed: 2, torrent_connect_boost: 3 }, 'nothing')
    const peers = await Promise.all(
      Array.from({ length: 14 }, () => startRawPeer(t, torrent, { speaks: false })),
    )
    const called = () => peers.filter((peer) => peer.came.length > 0).length
    for (const peer of peers) await engine.call('addPeer', { id: torrent.id, address: peer.address })
    await until(() => called() >= 4, 'the boost and one more are called')
    await pause(1000)
    assert.ok(called() <= 9, `${called()} were called after about a second`)
    engine.configure({ ...quiet, ...tcpOnly, connection_speed: 0 })
    await pause(200)
    const before = called()
    await pause(1200)
    assert.equal(called(), before)
    engine.configure({ ...quiet, ...tcpOnly, connection_speed: 100 })
    await until(() => called() === 14, 'all are called')
  })

  test('max_failcount ends the calls of a peer that does not answer; no_connect_privileged_ports', async (t) => {
    const proxy = await startProxy(t, 'socks5')
    const settings = {
      proxy_type: 2,
      proxy_hostname: '127.0.0.1',
      proxy_port: proxy.port,
      max_failcount: 1,
      out_enc_policy: 1,
      no_connect_privileged_ports: true,
    }
    const engine = await engineWith(t, settings, 'nothing')
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const address = `127.0.0.1:${(closed.address() as { port: number }).port}`
    closed.close()
    await engine.call('addPeer', { id: torrent.id, address: '127.0.0.1:81' })
    await engine.call('addPeer', { id: torrent.id, address })
    // once encrypted, once plain; the next round would come after five seconds
    await until(() => proxy.asked.length === 2, 'both ways are tried')
    await pause(6000)
    assert.deepEqual(proxy.asked, [address, address])
    engine.configure({ ...quiet, ...tcpOnly, ...settings, no_connect_privileged_ports: false })
    await engine.call('addPeer', { id: torrent.id, address: '127.0.0.1:81' })
    await until(() => proxy.asked.includes('127.0.0.1:81'), 'it may be called now')
  })

  test('a call that leads to nothing is counted while it lasts, and no longer', async (t) => {
    const engine = await engineWith(t, { max_failcount: 1 }, 'all')
    const server = createServer((socket) => {
      socket.resume()
      setTimeout(() => socket.destroy(), 5000)
    })
    await engine.call('addPeer', { id: torrent.id, address: `127.0.0.1:${await listen(t, server)}` })
    await engine.until(torrent.id, 'calls', (r) => r.connections === 1 && r.knownPeers === 1)
    await engine.until(torrent.id, 'gave up', (r) => r.connections === 0 && r.candidates === 0)
  })

  test('seeding_outgoing_connections off: a seed calls nobody', async (t) => {
    const engine = await engineWith(t, { seeding_outgoing_connections: false }, 'all')
    const peer = await startRawPeer(t, torrent, { seed: false })
    await engine.call('addPeer', { id: torrent.id, address: peer.address })
    await pause(500)
    assert.equal(peer.came.length, 0)
    engine.configure({ ...quiet, ...tcpOnly })
    await engine.call('addPeer', { id: torrent.id, address: peer.address })
    await engine.until(torrent.id, 'is connected', (r) => r.peers === 1)
  })

  test('max_peerlist_size bounds the addresses that are kept, max_paused_peerlist_size those kept when it stops', async (t) => {
    const engine = await engineWith(t, { max_peerlist_size: 2, max_paused_peerlist_size: 1 }, 'nothing')
    const peers = await Promise.all(
      Array.from({ length: 4 }, () => startRawPeer(t, torrent, { unchokes: false })),
    )
    for (const peer of peers) await engine.call('addPeer', { id: torrent.id, address: peer.address })
    await engine.until(torrent.id, 'has two', (r) => r.peers === 2)
    await pause(500)
    assert.equal(engine.report(torrent.id).knownPeers, 2)
    assert.deepEqual(
      peers.map((peer) => peer.came.length),
      [1, 1, 0, 0],
    )
    const last = await engine.unload(torrent.id)
    assert.deepEqual([last?.knownPeers, last?.known?.length], [1, 1])
  })

  test('outgoing_interfaces and outgoing_port say where calls come from', async (t) => {
    const peer = await startRawPeer(t, torrent, {})
    const spare = createServer().listen(0, '127.0.0.7')
    await once(spare, 'listening')
    const { port } = spare.address() as { port: number }
    spare.close()
    const settings = { outgoing_interfaces: '127.0.0.7', outgoing_port: port }
    const engine = await engineWith(t, settings, 'nothing')
    await engine.call('addPeer', { id: torrent.id, address: peer.address })
    await until(() => peer.came.length > 0, 'it calls')
    const { remoteAddress, remotePort } = peer.came[0]!.socket
    assert.deepEqual([remoteAddress, remotePort], ['127.0.0.7', port])
  })

  test('allow_multiple_connections_per_ip off: one connection to a host; connections_limit holds for callers', async (t) => {
    const settings = { allow_multiple_connections_per_ip: false, connections_limit: 2 }
    const engine = await engineWith(t, settings, 'all')
    const address = await engine.address()
    const call = (from: string) => callPeer(t, torrent, address, { from, seed: false })
    const first = await call('127.0.0.1')
    await engine.until(torrent.id, 'has one', (r) => r.peers === 1)
    const same = await call('127.0.0.1')
    await until(() => same.closed, 'the second is closed')
    const second = await call('127.0.0.2')
    await engine.until(torrent.id, 'has two', (r) => r.peers === 2)
    const third = await call('127.0.0.3')
    await until(() => third.closed, 'the third is closed')
    assert.deepEqual([first.closed, second.closed], [false, false])
    engine.configure({ ...quiet, ...tcpOnly, ...settings, connections_limit: 3 })
    // answered after the settings have been taken over
    await engine.call('fileProgress', { id: torrent.id })
    await call('127.0.0.4')
    await engine.until(torrent.id, 'has three', (r) => r.peers === 3)
    engine.configure({ ...quiet, ...tcpOnly, ...settings, connections_limit: 1 })
    await engine.until(torrent.id, 'has one', (r) => r.peers === 1)
  })

  test('those who call are known peers while they are connected, as in libtorrent', async (t) => {
    const engine = await engineWith(t, {}, 'nothing')
    const address = await engine.address()
    const leech = await callPeer(t, torrent, address, { seed: false })
    const seed = await callPeer(t, torrent, address)
    await engine.until(torrent.id, 'knows both', (r) => r.knownPeers === 2 && r.knownSeeds === 1)
    assert.equal(engine.report(torrent.id).candidates, 0)
    leech.socket.destroy()
    seed.socket.destroy()
    await engine.until(torrent.id, 'knows nobody', (r) => r.knownPeers === 0 && r.knownSeeds === 0)
  })

  test('enable_incoming_tcp and enable_outgoing_tcp off: nobody comes in, nobody is called', async (t) => {
    const engine = await engineWith(t, { enable_incoming_tcp: false, enable_outgoing_tcp: false }, 'all')
    const caller = await callPeer(t, torrent, await engine.address(), { seed: false })
    await until(() => caller.closed, 'the caller is closed')
    assert.equal(caller.wire.peerId, null)
    const peer = await startRawPeer(t, torrent, { seed: false })
    await engine.call('addPeer', { id: torrent.id, address: peer.address })
    await pause(500)
    assert.equal(peer.came.length, 0)
  })

  test('handshake_timeout ends callers and called that say nothing', async (t) => {
    const engine = await engineWith(t, { handshake_timeout: 1 }, 'nothing')
    const [host, port] = (await engine.address()).split(':')
    const caller = connect({ host: host!, port: Number(port) })
    t.after(() => caller.destroy())
    const peer = await startRawPeer(t, torrent, { speaks: false })
    await engine.call('addPeer', { id: torrent.id, address: peer.address })
    await Promise.all([
      once(caller, 'close'),
      until(() => peer.came[0]?.closed === true, 'the called one is closed', undefined, 5000),
    ])
  })

  test('unchoke_slots_limit holds for callers, and optimistic_unchoke_interval gives each its turn', async (t) => {
    const settings = { unchoke_slots_limit: 1, unchoke_interval: 1, optimistic_unchoke_interval: 1 }
    const engine = await engineWith(t, settings, 'all')
    const address = await engine.address()
    const callers = await Promise.all([1, 2, 3].map(() => callPeer(t, torrent, address, { seed: false })))
    const unchoked = new Set<number>()
    let most = 0
    for (const [i, { wire }] of callers.entries()) wire.on('unchoke', () => unchoked.add(i))
    await engine.until(torrent.id, 'has three', (r) => r.peers === 3)
    for (const { wire } of callers) wire.interested()
    await until(
      () => {
        most = Math.max(most, callers.filter(({ wire }) => !wire.peerChoking).length)
        return unchoked.size === 3
      },
      'each had its turn',
      () => `${unchoked.size} had`,
    )
    // one is told before the next, but they hear it in any order
    assert.ok(most <= 2, `${most} at a time`)
    engine.configure({ ...quiet, ...tcpOnly, ...settings, unchoke_slots_limit: 3 })
    await engine.until(torrent.id, 'unchokes all', (r) => r.unchoked === 3)
  })

  test('who we are: handshake_client_version, max_allowed_in_request_queue, anonymous_mode', async (t) => {
    const settings = {
      user_agent: 'porla-lua/test',
      peer_fingerprint: '-PL9990-',
      handshake_client_version: 'something else',
      max_allowed_in_request_queue: 4,
      upload_rate_limit: 1,
    }
    const engine = await engineWith(t, settings, 'all')
    const shake = async () => {
      const caller = await callPeer(t, torrent, await engine.address(), { seed: false })
      await until(() => 'reqq' in caller.wire.peerExtendedHandshake, 'it says who it is')
      const { v, p, reqq } = caller.wire.peerExtendedHandshake
      const id = Buffer.from(caller.wire.peerId, 'hex').toString('latin1')
      return { caller, id, v: v && Buffer.from(v as Uint8Array).toString(), p, reqq }
    }
    const named = await shake()
    assert.deepEqual([named.v, named.reqq], ['something else', 4])
    assert.equal(`127.0.0.1:${named.p}`, await engine.address())
    assert.ok(named.id.startsWith('-PL9990-'))
    const { wire, rejected } = named.caller
    wire.interested()
    await until(() => !wire.peerChoking, 'it may ask')
    for (let piece = 0; piece < 10; piece++) wire.request(piece, 0, 16384)
    // the first may have been served before the others came
    await until(
      () => rejected.length >= 5,
      'only four may wait',
      () => rejected.join(),
    )
    assert.ok(rejected.length <= 6)

    const before = await engine.address()
    engine.configure({ ...quiet, ...tcpOnly, ...settings, anonymous_mode: true })
    await until(() => engine.state.listening !== before, 'there is a new client')
    await engine.until(torrent.id, 'runs', complete(torrent))
    const anonymous = await shake()
    assert.deepEqual([anonymous.v, anonymous.p], [undefined, undefined])
    assert.ok(!anonymous.id.includes('PL'), anonymous.id)
  })
})
