import { Socket } from 'node:net'
import type { Peer, Wire } from 'webtorrent'
import PeerClass from 'webtorrent/lib/peer.js'
import { SocketOutlet } from '../peers/outlet.ts'

/** All TCP connections are read into this memory, one after the other: what is to be kept is copied from there. */
const shared = Buffer.allocUnsafeSlow(256 << 10)

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
  const take = (bytes: Uint8Array) => {
    if (peer.destroyed || wire._finished) return
    peer.emit('download', bytes.length)
    if (peer.destroyed) return
    let waits = true
    let inside = true
    wire._write(bytes, () => {
      waits = false
      if (!inside && !socket.destroyed) socket.resume()
    })
    inside = false
    if (waits) socket.pause()
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
