import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import Wire from 'bittorrent-protocol'
import type { TestTorrent } from './data.ts'

/** A connection of a peer that does only what its test tells it. */
export interface RawWire {
  wire: Wire
  socket: Socket
  /** `piece offset` of every request that came, in order. */
  requested: string[]
  /** Cancels that came, the same. */
  cancelled: string[]
  /** Rejects that came, the same. */
  rejected: string[]
  /** The other end has hung up. */
  closed: boolean
}

export interface RawPeer {
  address: string
  /** Every connection that came, in order; `wire.peerId` is empty until its handshake. */
  came: RawWire[]
}

interface RawOptions {
  /** Claims every piece (default) or none. */
  seed?: boolean
  /** Answers requests with the real bytes; default: with nothing. */
  serves?: boolean
  unchokes?: boolean
  /** Answers the handshake; default true. */
  speaks?: boolean
  /** What is at the other end's call: 0 plain only. */
  secure?: 0 | 1 | 2
  extended?: Record<string, unknown>
}

/** A listening peer on 127.0.0.1 (or another loopback address) that ends with the test. */
export async function startRawPeer(
  t: TestContext,
  torrent: TestTorrent,
  { host = '127.0.0.1', ...options }: RawOptions & { host?: string } = {},
): Promise<RawPeer> {
  const came: RawWire[] = []
  const server = createServer((socket) => came.push(talk(torrent, socket, options, 'tcpIncoming')))
  server.listen(0, host)
  await once(server, 'listening')
  t.after(() => {
    for (const { socket } of came) socket.destroy()
    server.close()
  })
  return { address: `${host}:${(server.address() as { port: number }).port}`, came }
}

/** Calls a peer at `host:port`, from another loopback address if asked. */
export async function callPeer(
  t: TestContext,
  torrent: TestTorrent,
  address: string,
  { from, ...options }: RawOptions & { from?: string } = {},
): Promise<RawWire> {
  const [host, port] = address.split(':')
  const socket = connect({ host: host!, port: Number(port), ...(from ? { localAddress: from } : {}) })
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  return talk(torrent, socket, options, 'tcpOutgoing')
}

function talk(torrent: TestTorrent, socket: Socket, options: RawOptions, type: string): RawWire {
  const { seed = true, serves = false, unchokes = true, speaks = true, secure = 0, extended } = options
  const wire = new Wire(type, secure)
  const raw: RawWire = { wire, socket, requested: [], cancelled: [], rejected: [], closed: false }
  const end = () => {
    raw.closed = true
    wire.destroy()
    socket.destroy()
  }
  for (const event of ['close', 'error', 'end']) {
    socket.on(event, end)
    wire.on(event, end)
  }
  socket.on('data', (chunk) => wire.write(chunk))
  wire.on('data', (chunk) => socket.write(chunk))
  if (extended !== undefined) Object.assign(wire.extendedHandshake, extended)
  const peerId = Buffer.from(`-RAW000-${randomBytes(6).toString('hex')}`).toString('hex')
  const greet = () => wire.handshake(torrent.id, peerId, { fast: true })
  const bytes = Buffer.concat(torrent.files.map((one) => one.bytes))
  wire.on('crypto-infohash', () => wire.setInfoHash(torrent.id))
  wire.on('handshake', () => {
    if (!speaks) return
    if (type === 'tcpIncoming') greet()
    queueMicrotask(() => {
      if (seed) wire.haveAll()
      else wire.haveNone()
      if (unchokes) wire.unchoke()
    })
  })
  wire.on(
    'request',
    (piece: number, offset: number, length: number, answer: (error: Error | null, block: Buffer) => void) => {
      raw.requested.push(`${piece} ${offset}`)
      const start = piece * torrent.meta.pieceLength + offset
      if (serves) answer(null, bytes.subarray(start, start + length))
    },
  )
  wire.on('cancel', (piece: number, offset: number) => raw.cancelled.push(`${piece} ${offset}`))
  wire.on('reject', (piece: number, offset: number) => raw.rejected.push(`${piece} ${offset}`))
  if (type === 'tcpOutgoing' && speaks) {
    if (secure > 0) {
      wire.once('crypto-handshake', greet)
      wire.startEncryption(torrent.id)
    } else greet()
  }
  return raw
}
