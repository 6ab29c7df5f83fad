import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createWebServer } from 'node:http'
import { createServer } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import type { Settings } from '../../src/rpc/contract/types.ts'
import { listen } from '../helpers/listen.ts'
import { type ProxyOptions, startProxy } from '../helpers/proxy.ts'
import { startTracker } from '../helpers/tracker.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, startEngine, type TestEngine, task, tempFolder, until } from './support/engine.ts'
import { boundAddresses } from './support/sockets.ts'

const torrent = makeTorrent([file('a', 700_000)], 32768)
const login = { username: 'us er', password: 'p:ass' }
const loginSettings = { proxy_username: login.username, proxy_password: login.password }

/** A seed, and a downloader that is to use a proxy. */
async function pair(
  t: TestContext,
  settings: Settings,
): Promise<{ seed: TestEngine; to: string; leech: TestEngine }> {
  const [from, to] = [await tempFolder(t), await tempFolder(t)]
  await writeFiles(from, torrent.files)
  const seed = startEngine(t, {}, 'seeder')
  await seed.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
  const leech = startEngine(t, { proxy_hostname: '127.0.0.1', ...settings }, 'leecher')
  await leech.load(task(torrent.id, to, { torrentFile: torrent.bytes, peers: [await seed.address()] }))
  return { seed, to, leech }
}

/** A web server with the torrent's file at `/b`, and at `/a` word that it is at `moved.invalid`. */
async function startWebSeed(t: TestContext): Promise<{ port: number; callers: Set<number> }> {
  const { bytes } = torrent.files[0]!
  const callers = new Set<number>()
  const server = createWebServer(({ url, headers }, response) => {
    if (url === '/a') {
      response.writeHead(302, { location: `http://moved.invalid:${port}/b` }).end()
      return
    }
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
    response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${bytes.length}` })
    response.end(bytes.subarray(Number(from), Number(to) + 1))
  })
  server.on('connection', (socket) => callers.add(socket.remotePort!))
  const port = await listen(t, server)
  return { port, callers }
}

// mostly waiting, so several at a time
describe('a proxy for peers', { concurrency: 3 }, () => {
  for (const [name, kind, type, options] of [
    ['SOCKS4', 'socks4', 1, {}],
    ['SOCKS5', 'socks5', 2, {}],
    ['SOCKS5 with a password', 'socks5', 3, { login }],
    ['HTTP', 'http', 4, {}],
    ['HTTP with a password', 'http', 5, { login }],
  ] as [string, 'socks4' | 'socks5' | 'http', number, ProxyOptions][]) {
    test(`${name}: all bytes go through it`, async (t) => {
      const proxy = await startProxy(t, kind, options)
      const { seed, to, leech } = await pair(t, {
        proxy_type: type,
        proxy_port: proxy.port,
        ...loginSettings,
      })
      const report = await leech.until(torrent.id, 'has all', complete(torrent))
      assert.deepEqual(await wrongFiles(to, torrent.files), [])
      assert.ok(proxy.asked.length > 0)
      assert.deepEqual([...new Set(proxy.asked)], [await seed.address()])
      assert.ok(
        proxy.carried >= report.payloadDownload!,
        `${proxy.carried} bytes through it, ${report.payloadDownload} in all`,
      )
    })
  }

  for (const [name, kind, type] of [
    ['SOCKS5', 'socks5', 2],
    ['HTTP', 'http', 4],
  ] as const) {
    test(`${name}: web seeds are asked through it, also where they redirect to, and names are looked up there`, async (t) => {
      const web = await startWebSeed(t)
      const proxy = await startProxy(t, kind, {
        names: { 'web.invalid': '127.0.0.1', 'moved.invalid': '127.0.0.1' },
      })
      const to = await tempFolder(t)
      const leech = startEngine(t, {
        proxy_type: type,
        proxy_hostname: '127.0.0.1',
        proxy_port: proxy.port,
      })
      await leech.load(
        task(torrent.id, to, {
          torrentFile: torrent.bytes,
          webSeeds: [`http://web.invalid:${web.port}/a`],
        }),
      )
      await leech.until(torrent.id, 'has all', complete(torrent))
      assert.deepEqual(await wrongFiles(to, torrent.files), [])
      assert.deepEqual(
        new Set(proxy.asked),
        new Set([`web.invalid:${web.port}`, `moved.invalid:${web.port}`]),
      )
      assert.ok([...web.callers].every((port) => proxy.ports.has(port)))
      // and where there is no proxy nothing goes around it
      const calls = web.callers.size
      const lost = startEngine(t, { proxy_type: type, proxy_hostname: '127.0.0.1', proxy_port: 9 }, 'lost')
      await lost.load(
        task(torrent.id, await tempFolder(t), {
          torrentFile: torrent.bytes,
          webSeeds: [`http://127.0.0.1:${web.port}/b`],
        }),
      )
      await until(
        () => lost.log.some((line) => /web seed .*the (socks5|http) proxy 127\.0\.0\.1:9: /.test(line)),
        'it fails',
        () => lost.log.join('\n'),
      )
      assert.equal(web.callers.size, calls)
    })
  }

  for (const [name, kind, type] of [
    ['a SOCKS5 proxy that refuses the password', 'socks5', 3],
    ['an HTTP proxy that refuses the password', 'http', 5],
    ['a proxy that is not there', null, 2],
    ['a proxy without an address', null, 4],
  ] as [string, 'socks5' | 'http' | null, number][]) {
    test(`${name}: nothing goes around it`, async (t) => {
      const proxy = kind === null ? null : await startProxy(t, kind, { login })
      const settings = {
        proxy_type: type,
        proxy_port: proxy?.port ?? (type === 2 ? 9 : 0),
        proxy_username: login.username,
        proxy_password: 'wrong',
      }
      const { seed, leech } = await pair(t, settings)
      await until(
        () => leech.log.some((line) => line.includes('cannot connect to') && line.includes('proxy')),
        'it is said',
        () => leech.log.join('\n'),
      )
      // as long as it takes to try the other ways
      await new Promise((resolve) => setTimeout(resolve, 1500))
      assert.equal(seed.report(torrent.id).peers, 0)
      assert.equal(seed.report(torrent.id).hasIncoming, false)
      if (proxy !== null) assert.equal(proxy.refused[0], 'us er:wrong')
    })
  }

  test('proxy_peer_connections off: peers are called directly', async (t) => {
    const proxy = await startProxy(t, 'socks5')
    const { leech } = await pair(t, {
      proxy_type: 2,
      proxy_port: proxy.port,
      proxy_peer_connections: false,
    })
    await leech.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(proxy.asked, [])
  })

  test('a name is looked up by the proxy, or here with proxy_hostnames off', async (t) => {
    const proxy = await startProxy(t, 'socks5', { names: { 'peer.invalid': '127.0.0.1' } })
    const { leech } = await pair(t, { proxy_type: 2, proxy_port: proxy.port })
    await leech.call('addPeer', { id: torrent.id, address: 'peer.invalid:9' })
    await until(() => proxy.asked.includes('peer.invalid:9'), 'the name goes to the proxy')
    leech.configure({
      listen_interfaces: '127.0.0.1:0',
      proxy_type: 2,
      proxy_hostname: '127.0.0.1',
      proxy_port: proxy.port,
      proxy_hostnames: false,
    })
    await leech.call('addPeer', { id: torrent.id, address: 'other.invalid:9' })
    await until(
      () => leech.log.some((line) => line.includes('cannot connect to other.invalid:9')),
      'the name is not found here',
      () => leech.log.join('\n'),
    )
    assert.ok(!proxy.asked.some((address) => address.startsWith('other')))
  })

  test('nobody is listened to beside the proxy: no uTP, no DHT, no local discovery, one port on loopback', async (t) => {
    const proxy = await startProxy(t, 'socks5')
    const engine = startEngine(t, {
      listen_interfaces: '0.0.0.0:0,[::]:0',
      enable_dht: true,
      dht_bootstrap_nodes: '',
      enable_lsd: true,
      enable_upnp: true,
      enable_natpmp: true,
      proxy_type: 2,
      proxy_hostname: '127.0.0.1',
      proxy_port: proxy.port,
    })
    const folder = await tempFolder(t)
    await engine.load(
      task(torrent.id, folder, { torrentFile: torrent.bytes, disableDht: false, disableLsd: false }),
    )
    const address = await engine.address()
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.deepEqual(await boundAddresses(engine.state.pid!), ['tcp 0100007F'])
    // and that one takes nobody in
    const seed = startEngine(t, {}, 'seeder')
    await seed.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, peers: [address] }))
    await new Promise((resolve) => setTimeout(resolve, 800))
    assert.equal(engine.report(torrent.id).hasIncoming, false)
  })

  test('a peer that hangs in the proxy is given up after peer_connect_timeout', async (t) => {
    const silent = createServer()
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    t.after(() => silent.close())
    let hung = 0
    silent.on('connection', (socket) => {
      socket.on('error', () => {})
      socket.once('close', () => hung++)
      socket.resume()
    })
    await pair(t, {
      proxy_type: 2,
      proxy_port: (silent.address() as { port: number }).port,
      peer_connect_timeout: 1,
    })
    await until(() => hung > 0, 'the connection to the proxy is closed', undefined, 5000)
  })
})

describe('a proxy for trackers', { concurrency: 3 }, () => {
  const through = (type: number, port: number): Settings => ({
    proxy_type: type,
    proxy_hostname: '127.0.0.1',
    proxy_port: port,
    tracker_receive_timeout: 5,
  })

  for (const [name, kind, type] of [
    ['SOCKS5', 'socks5', 2],
    ['HTTP', 'http', 4],
  ] as const) {
    test(`${name}: announces go through it, names are looked up there`, async (t) => {
      const tracker = await startTracker(t)
      const proxy = await startProxy(t, kind, { names: { 'tracker.invalid': '127.0.0.1' } })
      const url = tracker.http.replace('127.0.0.1', 'tracker.invalid')
      const engine = startEngine(t, through(type, proxy.port))
      await engine.load(
        task(torrent.id, await tempFolder(t), {
          torrentFile: torrent.bytes,
          trackers: [{ url, tier: 0 }],
        }),
      )
      await engine.until(torrent.id, 'has an answer', (r) => r.currentTracker === url)
      assert.deepEqual(proxy.asked, [new URL(url).host])
    })
  }

  test('SOCKS5 carries UDP trackers as well', async (t) => {
    const tracker = await startTracker(t)
    const proxy = await startProxy(t, 'socks5', { login, names: { 'tracker.invalid': '127.0.0.1' } })
    const url = tracker.udp.replace('127.0.0.1', 'tracker.invalid')
    const engine = startEngine(t, { ...through(3, proxy.port), ...loginSettings })
    const trackers = [{ url, tier: 0 }]
    await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, trackers }))
    await engine.until(torrent.id, 'has an answer', (r) => r.currentTracker === url)
    assert.deepEqual([...new Set(proxy.datagrams)], [new URL(url).host])
  })

  test('an HTTP proxy carries neither UDP nor WebRTC: such a tracker is not asked, and it is said why', async (t) => {
    const tracker = await startTracker(t)
    let asked = 0
    tracker.server.on('start', () => asked++)
    const proxy = await startProxy(t, 'http')
    const engine = startEngine(t, { ...through(4, proxy.port), announce_to_all_tiers: true })
    const trackers = [
      { url: tracker.udp, tier: 0 },
      { url: 'ws://127.0.0.1:9/announce', tier: 1 },
    ]
    await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, trackers }))
    await until(
      () => engine.log.some((line) => line.includes('UDP does not go through the http proxy')),
      'it is said',
      () => engine.log.join('\n'),
    )
    await until(
      () => engine.log.some((line) => /^debug: .*ws:.*go around the proxy/.test(line)),
      'it is said of WebRTC, too',
      () => engine.log.join('\n'),
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.equal(asked, 0)
  })

  test('proxy_tracker_connections and proxy_peer_connections are apart', async (t) => {
    const tracker = await startTracker(t)
    const proxy = await startProxy(t, 'socks5')
    const trackers = [{ url: tracker.http, tier: 0 }]
    const load = async (settings: Settings) => {
      const engine = startEngine(t, { ...through(2, proxy.port), ...settings })
      await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, trackers }))
      await engine.until(torrent.id, 'has an answer', (r) => r.currentTracker === tracker.http)
    }
    await load({ proxy_tracker_connections: false })
    assert.deepEqual(proxy.asked, [])
    await load({ proxy_peer_connections: false })
    assert.deepEqual(proxy.asked, [new URL(tracker.http).host])
  })
})
