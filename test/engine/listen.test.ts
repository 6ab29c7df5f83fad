import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, quiet, startEngine, task, tempFolder, until } from './support/engine.ts'
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
})
