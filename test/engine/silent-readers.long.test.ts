import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { makeTorrent, writeFiles } from './support/data.ts'
import { complete, startEngine, type TestEngine, task, tempFolder, until } from './support/engine.ts'

const size = 128 << 20
const pieceLength = 1 << 20
const blockLength = 128 << 10
const content = Buffer.alloc(size)
for (let at = 0; at < size; at += 4) content.writeUInt32BE(at / 4, at)
const torrent = makeTorrent([{ path: 'a', bytes: content }], pieceLength)
const blocks = size / blockLength

const [unchoke, interested, request, piece] = [1, 2, 6, 7]

/** A peer that does nothing by itself. */
class Peer {
  readonly socket: Socket
  /** Kinds of the messages that came while it read. */
  readonly kinds: number[] = []
  /** Blocks that came, and how many were wrong. */
  readonly blocks = { right: 0, wrong: 0 }
  #buffer = Buffer.alloc(0)
  #greeted = false

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('data', (chunk) => this.#read(chunk))
  }

  say(kind: number, ...numbers: number[]): void {
    const bytes = Buffer.alloc(5 + 4 * numbers.length)
    bytes.writeUInt32BE(bytes.length - 4)
    bytes[4] = kind
    for (const [i, value] of numbers.entries()) bytes.writeUInt32BE(value, 5 + 4 * i)
    this.socket.write(bytes)
  }

  askForAll(): void {
    for (let at = 0; at < size; at += blockLength)
      this.say(request, Math.floor(at / pieceLength), at % pieceLength, blockLength)
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    if (!this.#greeted) {
      if (this.#buffer.length < 68) return
      this.#greeted = true
      this.#buffer = this.#buffer.subarray(68)
    }
    while (this.#buffer.length >= 4) {
      const end = 4 + this.#buffer.readUInt32BE()
      if (this.#buffer.length < end) return
      if (end > 4) this.#hear(this.#buffer.subarray(4, end))
      this.#buffer = this.#buffer.subarray(end)
    }
  }

  #hear(message: Buffer): void {
    this.kinds.push(message[0]!)
    if (message[0] !== piece) return
    const start = message.readUInt32BE(1) * pieceLength + message.readUInt32BE(5)
    const right = message.subarray(9).equals(content.subarray(start, start + blockLength))
    this.blocks[right ? 'right' : 'wrong']++
  }
}

let peers = 0

/** Shakes hands; `fast`: says that it knows BEP 6. */
async function meet(t: TestContext, address: string, fast = false): Promise<Peer> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host)
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  const peer = new Peer(socket)
  const reserved = Buffer.from([0, 0, 0, 0, 0, 0, 0, fast ? 4 : 0])
  const id = `-XX0000-${String(peers++).padStart(12, '0')}`
  const hash = Buffer.from(torrent.id, 'hex')
  socket.write(Buffer.concat([Buffer.from('\x13BitTorrent protocol'), reserved, hash, Buffer.from(id)]))
  return peer
}

async function startSeed(t: TestContext, settings = {}): Promise<TestEngine> {
  const folder = await tempFolder(t)
  await writeFiles(folder, torrent.files)
  const seed = startEngine(t, { unchoke_slots_limit: 100, ...settings })
  await seed.load(task(torrent.id, folder, { torrentFile: torrent.bytes }))
  await seed.until(torrent.id, 'has all', complete(torrent))
  return seed
}

/** Resident memory of a process, MiB. */
function memory(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}

test('peers that ask for everything and read nothing cost a few blocks each, and get all of it once they read', async (t) => {
  const seed = await startSeed(t)
  const address = await seed.address()
  const all = await Promise.all(Array.from({ length: 6 }, () => meet(t, address)))
  for (const peer of all) peer.say(interested)
  await until(() => all.every((peer) => peer.kinds.includes(unchoke)), 'all are unchoked')
  const before = memory(seed.state.pid!)
  for (const peer of all) {
    peer.socket.pause()
    peer.askForAll()
  }
  await delay(3000)
  const grown = memory(seed.state.pid!) - before
  t.diagnostic(`${all.length} peers asked for ${size >> 20} MiB each: ${grown.toFixed(0)} MiB more`)
  assert.ok(grown < 100, `${grown} MiB`)
  const [patient] = all
  patient!.socket.resume()
  await until(() => patient!.blocks.right === blocks, 'the one that reads now has all', undefined, 30_000)
  assert.equal(patient!.blocks.wrong, 0)
  assert.deepEqual(seed.lost, [])
})

test('a peer that asks while it is choked, and never reads that it is refused, loses its connection', async (t) => {
  const seed = await startSeed(t, { unchoke_slots_limit: 0 })
  const peer = await meet(t, await seed.address(), true)
  await until(() => peer.kinds.length > 0, 'it is heard')
  const before = memory(seed.state.pid!)
  peer.socket.pause()
  let said = 0
  while (!peer.socket.closed && !peer.socket.destroyed && said < 3_000_000) {
    for (let i = 0; i < 1000; i++, said++) peer.say(request, 0, 0, 16_384)
    // it may wait for ever for a peer that is not there any more
    if (peer.socket.writableLength > 1 << 20) await Promise.race([once(peer.socket, 'drain'), delay(200)])
    else await delay(0)
  }
  const grown = memory(seed.state.pid!) - before
  t.diagnostic(`after ${said} requests: ${grown.toFixed(0)} MiB more`)
  assert.ok(peer.socket.closed || peer.socket.destroyed, `it stays after ${said} requests`)
  assert.ok(grown < 60, `${grown} MiB`)
})

test('inactivity_timeout: a peer that does not take what waits for it loses its connection', async (t) => {
  const seed = await startSeed(t, { inactivity_timeout: 3 })
  const [silent, slow] = [await meet(t, await seed.address()), await meet(t, await seed.address())]
  const both = [silent, slow]
  for (const peer of both) peer.say(interested)
  await until(() => both.every((peer) => peer.kinds.includes(unchoke)), 'both are unchoked')
  for (const peer of both) {
    peer.socket.pause()
    peer.askForAll()
  }
  const stop = performance.now() + 7000
  let open = true
  while (performance.now() < stop) {
    // some hundred KB a second
    slow.socket.resume()
    await delay(5)
    slow.socket.pause()
    await delay(95)
    // its keep-alives say nothing about that
    open = silent.socket.write(Buffer.alloc(4)) && !silent.socket.destroyed
  }
  assert.equal(open, false)
  assert.equal(seed.report(torrent.id).peers, 1)
  assert.ok(!slow.socket.destroyed)
})
