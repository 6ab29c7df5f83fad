import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { setLease } from '../../src/daemon/engine/host/client/listeners.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, quiet, startEngine, task, tempFolder, until } from './support/engine.ts'
import { callPeer } from './support/raw-peer.ts'
import { boundAddresses } from './support/sockets.ts'

const torrent = makeTorrent([file('a', 3_000_000)], 65536)

async function takenPort(t: { after(done: () => void): void }): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as { port: number }).port
}

// mostly waiting, so several at a time
describe('listening', { concurrency: 4 }, () => {
  test('a port that is taken: the next one, and it is said', async (t) => {
    const port = await takenPort(t)
    const engine = startEngine(t, { listen_interfaces: `127.0.0.1:${port}` })
    await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes }))
    const [host, other] = (await engine.address()).split(':')
    assert.equal(host, '127.0.0.1')
    assert.notEqual(Number(other), port)
    assert.ok(engine.log.some((line) => line.includes(`cannot listen on port ${port}`)))
  })

  test('a port that is taken, and no other allowed: trouble, then it listens when the port is free', async (t) => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const fixed = { max_retry_port_bind: 0, listen_system_port_fallback: false }
    const engine = startEngine(t, { listen_interfaces: `127.0.0.1:${port}`, ...fixed })
    await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes }))
    await until(() => engine.state.error !== null, 'trouble is said')
    assert.equal(engine.state.listening, null)
    assert.match(engine.state.error!, /EADDRINUSE/)
    server.close()
    assert.equal(await engine.address(), `127.0.0.1:${port}`)
    assert.equal(engine.state.error, null)
  })

  test('with one address named, nothing listens on any other: TCP, uTP, DHT and local peers', async (t) => {
    const engine = startEngine(t, {
      enable_dht: true,
      dht_bootstrap_nodes: '',
      enable_lsd: true,
      enable_upnp: true,
    })
    await engine.load(
      task(torrent.id, await tempFolder(t), {
        torrentFile: torrent.bytes,
        disableDht: false,
        disableLsd: false,
      }),
    )
    await engine.address()
    await engine.until(torrent.id, 'runs', (r) => r.phase === 'running')
    await new Promise((resolve) => setTimeout(resolve, 300))
    const loopback = '0100007F'
    assert.deepEqual(await boundAddresses(engine.state.pid!), [
      `tcp ${loopback}`,
      `udp ${loopback}`,
      // 239.192.152.143, the group of local peers, joined on loopback alone
      'udp 8F98C0EF',
    ])
  })

  test('uTP alone fails to bind: TCP goes on without it', async (t) => {
    const udp = createSocket('udp4')
    udp.bind(0, '127.0.0.1')
    await once(udp, 'listening')
    t.after(() => udp.close())
    const engine = startEngine(t, { listen_interfaces: `127.0.0.1:${udp.address().port}` })
    await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes }))
    assert.equal(await engine.address(), `127.0.0.1:${udp.address().port}`)
    assert.ok(engine.log.some((line) => line.includes('uTP is off')))
  })

  test('another listen address rebuilds the client, and downloads go on with what they have', async (t) => {
    const [from, to] = [await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, torrent.files)
    const seeder = startEngine(t, { upload_rate_limit: 1_500_000 }, 'seeder')
    const leecher = startEngine(t, {}, 'leecher')
    await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
    await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers: [await seeder.address()] }))
    await leecher.until(torrent.id, 'has some', (r) => (r.have ?? []).some((byte) => byte > 0))
    const [before, pid] = [await leecher.address(), leecher.state.pid]
    leecher.configure({ ...quiet, listen_interfaces: '127.0.0.1:0', max_retry_port_bind: 3 })
    await until(
      () => leecher.state.listening !== before,
      'it listens elsewhere',
      () => leecher.log.join('\n'),
    )
    const done = await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.equal(leecher.state.pid, pid)
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
    assert.ok(leecher.reports.every((report) => report.phase !== 'checking'))
    assert.ok(done.payloadDownload! < 4_500_000)
  })

  test('every entry of listen_interfaces takes callers, at one port if they ask for one', async (t) => {
    const folder = await tempFolder(t)
    await writeFiles(folder, torrent.files)
    const engine = startEngine(t, {
      listen_interfaces: '127.0.0.1:0,127.0.0.2:0',
      enable_incoming_utp: false,
      enable_outgoing_utp: false,
    })
    await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes }))
    // a call for a torrent that is still being checked is sent away
    await engine.until(torrent.id, 'seeds', complete(torrent))
    const [, port] = (await engine.address()).split(':')
    await until(
      async () => (await boundAddresses(engine.state.pid!)).length === 2,
      'it listens at both',
      () => engine.log.join('\n'),
    )
    assert.deepEqual(await boundAddresses(engine.state.pid!), ['tcp 0100007F', 'tcp 0200007F'])
    await callPeer(t, torrent, `127.0.0.2:${port}`, { seed: false })
    await engine.until(torrent.id, 'has the caller', (r) => r.peers === 1)
  })

  test('listen_queue_size is how many callers may wait', async (t) => {
    const engine = startEngine(t, {
      listen_interfaces: '127.0.0.1:0',
      listen_queue_size: 2,
      enable_incoming_utp: false,
      enable_outgoing_utp: false,
    })
    await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes }))
    const [host, port] = (await engine.address()).split(':')
    const { pid } = engine.state
    const sockets: Socket[] = []
    let connected = 0
    // nobody is accepted while it stands still
    process.kill(pid!, 'SIGSTOP')
    try {
      for (let i = 0; i < 8; i++) {
        const socket = connect({ host: host!, port: Number(port) })
        socket.once('connect', () => connected++)
        socket.on('error', () => {})
        sockets.push(socket)
      }
      await until(() => connected >= 2, 'two wait')
      await new Promise((resolve) => setTimeout(resolve, 500))
    } finally {
      for (const socket of sockets) socket.destroy()
      process.kill(pid!, 'SIGCONT')
    }
    // Linux lets one more in
    assert.ok(connected <= 3, `${connected} wait`)
  })

  test('upnp_lease_duration is what a router is asked for', async (t) => {
    const name = '@silentbot1/nat-api'
    const { default: NatApi } = await import(name)
    const nat = new NatApi({ enablePMP: false, enableUPNP: false })
    const asked: { ttl: number }[] = []
    nat._upnpClient = {
      portMapping: async (mapping: { ttl: number }) => asked.push(mapping),
      portUnmapping: async () => {},
      destroy: async () => {},
    }
    t.after(() => nat.destroy())
    for (const seconds of [1234, 0]) {
      setLease(nat, seconds)
      await nat.map({ publicPort: 4000 + seconds, privatePort: 4000, protocol: 'TCP' })
    }
    assert.deepEqual(
      asked.map(({ ttl }) => ttl),
      [1234, 0],
    )
  })
})
