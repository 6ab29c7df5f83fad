import { Socket } from 'node:net'
import type { Peer, Wire } from 'webtorrent'
import PeerClass from 'webtorrent/lib/peer.js'
import { SocketOutlet } from '../peers/outlet.ts'

/** All TCP connections are read into this memory, one after the other: what is to be kept is copied from there. */
const shared = Buffer.allocUnsafeSlow(256 << 10)
/**
 * So many bytes are read in one turn of the event loop, of all connections; the others are read in the next ones. libuv alone
 * reads 32 times of each connection, and hashing what fifty of them send holds everything else up.
 */
const mostAtOnce = 2 << 20
/** And reading goes on for so long in one turn, ms: small pieces cost more than their bytes. */
const longestMs = 8

const stock = PeerClass.prototype.setThrottlePipes
PeerClass.prototype.setThrottlePipes = function (this: Peer) {
  const { wire } = this
  const connection: unknown = this.conn
  if (wire === null || !(connection instanceof Socket)) stock.call(this)
  else join(this, connection, wire)
}

/**
 * Joins a TCP connection and its wire, in place of webtorrent's pipes: those pass each byte through four streams, and each
 * read allocates 64 KiB, which is garbage a moment later. uTP, WebRTC and web seeds keep the pipes.
 */
function join(peer: Peer, socket: Socket, wire: Wire): void {
  /** The wire has not done with what it got; and as much was read in this turn as may be. */
  let busy = false
  let resting = false
  const goOn = () => {
    if (!busy && !resting && !socket.destroyed) socket.resume()
  }
  const rested = () => {
    resting = false
    goOn()
  }
  const take = (bytes: Uint8Array) => {
    if (peer.destroyed || wire._finished) return
    peer.emit('download', bytes.length)
    if (peer.destroyed) return
    busy = true
    let inside = true
    wire._write(bytes, () => {
      busy = false
      if (!inside) goOn()
    })
    inside = false
    resting ||= !mayReadOn(bytes.length, rested)
    if (busy || resting) socket.pause()
  }
  const outlet = new SocketOutlet(wire, socket, (bytes) => peer.emit('upload', bytes))
  const { push } = wire
  // nothing is read from the stream but its end
  wire.push = (bytes) => (bytes === null ? push.call(wire, null) : outlet.send(bytes))
  wire.resume()
  const before: unknown = socket.readableLength > 0 ? socket.read() : null
  if (!readInto(socket, shared, (count) => take(shared.subarray(0, count)))) socket.on('data', take)
  if (before instanceof Uint8Array) take(before)
  if (!socket.isPaused()) socket.resume()
}

/** Bytes that were read since the event loop last turned, and connections that wait for its next turn. */
let readNow = 0
let readSince = 0
const waiting: (() => void)[] = []

/** Counts what was read. False when that is enough for one turn of the event loop: `next` is called in the next one. */
function mayReadOn(count: number, next: () => void): boolean {
  const now = performance.now()
  if (readNow === 0) {
    readSince = now
    setImmediate(() => {
      readNow = 0
      for (const go of waiting.splice(0)) go()
    })
  }
  readNow += count
  if (readNow <= mostAtOnce && now - readSince < longestMs) return true
  waiting.push(next)
  return false
}

interface ReadableHandle {
  useUserBuffer?: (buffer: Uint8Array) => void
}

/** Node's names for what the option `onread` of a socket sets; null when this Node has others. */
const names = onreadNames()

/**
 * Has a connected socket read into `buffer`, as the option `onread` of net.connect does; sockets that a server accepts have
 * no such option. False when that cannot be done: then it emits `data`.
 */
export function readInto(socket: Socket, buffer: Uint8Array, came: (count: number) => void): boolean {
  const { _handle: handle } = socket as unknown as { _handle: ReadableHandle | null }
  if (names === null || typeof handle?.useUserBuffer !== 'function') return false
  handle.useUserBuffer(buffer)
  Object.assign(socket, {
    [names.buffer]: buffer,
    [names.generator]: null,
    [names.callback]: (count: number) => {
      came(count)
      return true
    },
  })
  return true
}

function onreadNames(): { buffer: symbol; callback: symbol; generator: symbol } | null {
  const probe = new Socket({ onread: { buffer: new Uint8Array(1), callback: () => true } } as object)
  const find = (name: string) =>
    Object.getOwnPropertySymbols(probe).find(({ description }) => description === name)
  const [buffer, callback, generator] = [find('kBuffer'), find('kBufferCb'), find('kBufferGen')]
  probe.destroy()
  return buffer && callback && generator ? { buffer, callback, generator } : null
}
