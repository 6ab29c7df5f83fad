import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { GuardedSocket } from '../../src/daemon/engine/host/dht/guarded-socket.ts'
import { DhtNode } from '../../src/daemon/engine/host/dht/node.ts'
import { ownSocket } from '../../src/daemon/engine/host/dht/socket.ts'
import { ItemStore, PeerStore } from '../../src/daemon/engine/host/dht/stores.ts'
import { DhtTraffic } from '../../src/daemon/engine/host/dht/traffic.ts'
import { BDict, bdecode, bencode } from '../../src/metainfo/index.ts'
import { file, makeTorrent } from '../engine/support/data.ts'
import { startEngine, type TestEngine, task, tempFolder, until } from '../engine/support/engine.ts'
import { withoutNetwork } from '../helpers/without-network.ts'
import { type Datagram, hostileAnswers, hostileDatagrams } from './dht-datagrams.ts'

await withoutNetwork()

const torrent = makeTorrent([file('a', 20_000)], 16384)
const ping = bencode({ t: 'pp', y: 'q', q: 'ping', a: { id: Buffer.alloc(20, 'p') } })

async function openSocket(t: TestContext): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return socket
}

/** `port`: where its DHT listens. `own`: whether at a socket of its own, not that of uTP. */
async function startDht(
  t: TestContext,
  own: boolean,
  bootstrap = '',
): Promise<{ engine: TestEngine; port: number }> {
  const engine = startEngine(t, {
    enable_dht: true,
    dht_bootstrap_nodes: bootstrap,
    // here one address sends all of it
    dht_block_ratelimit: 10_000,
    dht_upload_rate_limit: 10_000_000,
    ...(own && { enable_incoming_utp: false, enable_outgoing_utp: false }),
  })
  await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, disableDht: false }))
  const listens = () =>
    engine.log.map((line) => /DHT: listens on UDP port (\d+)/.exec(line)?.[1]).find(Boolean)
  await until(
    () => listens() !== undefined,
    'the DHT listens',
    () => engine.log.join('\n'),
  )
  return { engine, port: Number(listens()) }
}

/** What came back for each datagram; each is followed by a ping, whose answer says that it was dealt with. */
async function ask(socket: Socket, port: number, { bytes }: Datagram): Promise<string | number> {
  let heard: string | number = 'silence'
  const pong = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('a ping has no answer')), 5000)
    const message = (reply: Buffer) => {
      const said = bdecode(reply) as BDict
      if (Buffer.from(said.bytes('t') ?? []).toString() !== 'pp') {
        const code = said.list('e')?.[0]
        heard = said.dict('r') instanceof BDict ? 'answer' : Number(code)
        return
      }
      clearTimeout(timer)
      socket.off('message', message)
      resolve()
    }
    socket.on('message', message)
  })
  socket.send(bytes, port, '127.0.0.1')
  socket.send(ping, port, '127.0.0.1')
  await pong
  return heard
}

for (const own of [false, true]) {
  test(`no datagram ends the host, and each has libtorrent's answer (${own ? 'a socket of its own' : 'the socket of uTP'})`, async (t) => {
    const { engine, port } = await startDht(t, own)
    const socket = await openSocket(t)
    const { pid } = engine.state
    const found: Record<string, string | number> = {}
    const expected: Record<string, string | number> = {}
    for (const datagram of hostileDatagrams()) {
      found[datagram.name] = await ask(socket, port, datagram)
      expected[datagram.name] = datagram.expected
    }
    assert.deepEqual(found, expected)
    assert.equal(engine.state.pid, pid)
    assert.deepEqual(engine.lost, [])
    assert.deepEqual(
      engine.log.filter((line) => line.includes('DHT: a datagram of')),
      [],
    )
  })
}

test('nodes that answer each query of ours with nonsense cost nothing but their answers', async (t) => {
  const count = hostileAnswers(Buffer.from('xx')).length
  const sockets = await Promise.all(Array.from({ length: count }, () => openSocket(t)))
  const asked = new Set<string>()
  for (const [i, socket] of sockets.entries()) {
    socket.on('message', (bytes, { port, address }) => {
      const said = bdecode(bytes) as BDict
      const transaction = said.bytes('t')
      if (said.dict('a') === undefined || transaction === undefined) return
      asked.add(`${i} ${Buffer.from(said.bytes('q') ?? []).toString()}`)
      socket.send(hostileAnswers(transaction)[i]!, port, address)
    })
  }
  const addresses = sockets.map((socket) => `127.0.0.1:${socket.address().port}`)
  const { engine, port } = await startDht(t, false, addresses.join(','))
  // it searches for peers once it knows of a node
  const stranger = await openSocket(t)
  await ask(stranger, port, { name: 'ping', bytes: ping, expected: 'answer' })
  await until(
    () => asked.has(`${count - 1} get_peers`) && asked.size >= count * 2,
    'it asked all of them for nodes and for peers',
    () => `${[...asked].join(', ')}\n${engine.log.join('\n')}`,
  )
  await ask(stranger, port, { name: 'ping', bytes: ping, expected: 'answer' })
  assert.deepEqual(engine.lost, [])
  assert.deepEqual(
    engine.log.filter((line) => line.includes('DHT: a datagram of')),
    [],
  )
})

test('peers may name nodes as often as they like: only so many are asked', async (t) => {
  const heard: string[] = []
  const named = await openSocket(t)
  named.on('message', (bytes, { port, address }) => {
    const said = bdecode(bytes) as BDict
    heard.push(Buffer.from(said.bytes('q') ?? []).toString())
    const r = { id: Buffer.alloc(20, 'n') }
    named.send(bencode({ t: said.bytes('t'), y: 'r', r }), port, address)
  })
  const limits = { torrents: 1, peers: 1, reply: 1, items: 1, itemLifetime: 0 }
  const traffic = { uploadRate: 8000, blockRate: 10_000, blockSeconds: 300 }
  const { promise: listening, resolve } = Promise.withResolvers<void>()
  const node = new DhtNode(
    {
      socket: new GuardedSocket(ownSocket(), new DhtTraffic(() => traffic), { log: () => {} }),
      ...{ address: '127.0.0.1', port: 0 },
      ...{ nodeId: Buffer.alloc(20, 1), bootstrap: [], known: [], branching: 5 },
      ...{ peers: new PeerStore(limits), items: new ItemStore(limits) },
    },
    { peer: () => {}, listening: resolve, connected: () => {}, failed: (error) => assert.fail(error) },
  )
  t.after(() => node.end())
  await listening
  for (let i = 0; i < 5000; i++) node.addNode('127.0.0.1', named.address().port)
  await until(() => heard.length >= 105, 'those that were noted are asked')
  // it answers at once, so others would have come by now
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.ok(heard.length < 200, `${heard.length} queries`)
})
