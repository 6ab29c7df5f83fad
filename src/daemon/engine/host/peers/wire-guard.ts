import type WebTorrent from 'webtorrent'
import type { Peer, Wire } from 'webtorrent'
import PeerClass from 'webtorrent/lib/peer.js'
import { guardEncryption } from './encryption.ts'
import { parseExtendedHandshake } from './extended-handshake.ts'
import { MessageReader } from './message-reader.ts'
import { boundPieces, losePiece } from './remembered-pieces.ts'
import { Message, pass, type RuledTorrent, type Verdict, WireRules } from './wire-rules.ts'

/** Nobody says so much anew of what it can do. */
const mostHandshakes = 100
/** The longest step of the encrypted handshake, bytes: pads (MSE); libtorrent's for what may come along as well. */
const longestStep = 512

/** Who hears of what connections did. */
export interface Border {
  /** The peer at `host:port` (empty: not known) broke the protocol. The connection is closed. */
  offence(address: string, reason: string): void
  /** What was thrown while a connection's bytes were worked on, and is not the protocol's. It is closed as well. */
  failed(address: string, error: Error): void
}

/** Takes a block that a connection sent; its bytes are there during the call only. */
export type BlockTaker = (piece: number, offset: number, bytes: Uint8Array) => void

/** Thrown, and caught here, for what the protocol does not allow. */
export class Illegal extends Error {}

const borders = new WeakMap<object, Border>()
const guards = new WeakMap<Wire, WireGuard>()

/**
 * Guards every connection of a client, from its first byte: whatever is thrown while its bytes are worked on, by us,
 * webtorrent or a library, costs this connection and nothing else.
 */
export function guardPeers(client: WebTorrent, border: Border): void {
  // all that a peer knows of its client, before it has a torrent
  borders.set(client.throttleGroups, border)
}

// webtorrent takes connections into work in one place, those that come and those that are made. Whoever listens there as
// well (heard.ts) comes later, and so hears the bytes before
const { onConnect } = PeerClass.prototype
PeerClass.prototype.onConnect = function (this: Peer) {
  try {
    onConnect.call(this)
  } catch (error) {
    this.destroy(error as Error)
  }
  const border = borders.get(this.throttleGroups)
  if (this.wire !== null && border !== undefined)
    guards.set(this.wire, new WireGuard(this, this.wire, border))
}

/** The torrent of a connection is known, and the connection is set up: what it sends is taken from now on. */
export function admit(wire: Wire, torrent: RuledTorrent): void {
  guards.get(wire)?.admit(torrent)
}

/** Closes a connection that broke the protocol. */
export function refuse(wire: Wire, reason: string): void {
  guards.get(wire)?.close(new Illegal(reason))
}

/** Closes a connection that has done nothing wrong, before it has been heard. */
export function dismiss(wire: Wire): void {
  guards.get(wire)?.dismiss()
}

/** Where the blocks that a connection sends go; without it nowhere. */
export function takeBlocks(wire: Wire, take: BlockTaker): void {
  guards.get(wire)?.takeBlocks(take)
}

/** So many requests went out on a connection: as many blocks may come. */
export function askedFor(wire: Wire, requests: number): void {
  guards.get(wire)?.askedFor(requests)
}

/** Does what a connection asked for; what is thrown costs the connection. */
export function guarded(wire: Wire, work: () => void): void {
  try {
    work()
  } catch (error) {
    const guard = guards.get(wire)
    if (guard === undefined) throw error
    guard.close(error as Error)
  }
}

/** Between the socket and webtorrent's parser of one connection. */
class WireGuard {
  readonly #peer: Peer
  readonly #wire: Wire
  readonly #border: Border
  readonly #address: string
  readonly #reader: MessageReader
  #rules: WireRules | null = null
  #takeBlock: BlockTaker | null = null
  #handshakes = 0
  #closed = false
  /** Nothing more is read before the torrent is known: to be called then. */
  #held: (() => void) | null = null

  constructor(peer: Peer, wire: Wire, border: Border) {
    this.#peer = peer
    this.#wire = wire
    this.#border = border
    this.#address = addressOf(peer)
    // our own, see web-seeds
    const trusted = peer.type === 'webSeed'
    this.#reader = new MessageReader({
      keepAlive: () => wire._onKeepAlive(),
      begins: (kind, length) => {
        const reason = trusted ? null : this.#rules!.illegalLength(kind, length)
        if (reason !== null) throw new Illegal(reason)
      },
      message: (bytes) => (trusted ? wire._onMessage(bytes) : this.#message(bytes)),
      block: (piece, offset, bytes) => {
        if (trusted || this.#passes(this.#rules!.block(piece, offset, bytes.length)))
          this.#takeBlock?.(piece, offset, bytes)
      },
      get done() {
        return wire._finished || peer.destroyed
      },
    })
    wire._write = (data, done) => {
      this.#do(() => this.#take(data))
      if (this.#waits) this.#held = done
      else done(null)
    }
    // called when the key of an encrypted handshake is known
    wire._processBuffer = () => this.#do(() => this.#go())
    const { setInfoHash, _parse: parse } = wire
    wire.setInfoHash = (infoHash) => {
      this.#do(() => setInfoHash.call(wire, infoHash))
      if (!this.#waits) this.#release()
    }
    wire._onExtended = (id, bytes) => this.#extended(id, bytes)
    peer.once('disconnect', () => this.#release())
    if (wire._encryptor) {
      guardEncryption(wire, (reason) => {
        throw new Illegal(reason)
      })
      wire._parse = (size, parser) => {
        if (size > longestStep && size !== Number.MAX_VALUE) throw new Illegal(`a pad of ${size} bytes`)
        parse.call(wire, size, parser)
      }
    }
    if (trusted) this.#rules = new WireRules(wire, { meta: null, maxPieces: 0 })
  }

  admit(torrent: RuledTorrent): void {
    if (this.#closed || this.#rules !== null) return
    boundPieces(this.#wire, torrent.meta?.numPieces ?? torrent.maxPieces)
    this.#rules = new WireRules(this.#wire, torrent)
    // webtorrent listens from the next microtask on, which it has asked for already
    queueMicrotask(() => {
      this.#do(() => this.#go())
      this.#release()
    })
  }

  takeBlocks(take: BlockTaker): void {
    this.#takeBlock = take
  }

  askedFor(requests: number): void {
    this.#rules?.askedFor(requests)
  }

  close(error: Error): void {
    if (this.#closed) return
    this.#closed = true
    this.#reader.clear()
    if (error instanceof Illegal) this.#border.offence(this.#address, error.message)
    else this.#border.failed(this.#address, error)
    try {
      this.#peer.destroy(error)
    } catch (second) {
      this.#border.failed(this.#address, second as Error)
    }
    this.#release()
  }

  dismiss(): void {
    this.#closed = true
    // webtorrent is in the middle of setting it up
    queueMicrotask(() => this.#peer.destroy())
  }

  #release(): void {
    const held = this.#held
    this.#held = null
    held?.()
  }

  #do(work: () => void): void {
    if (this.#closed) return
    try {
      work()
    } catch (error) {
      this.close(error as Error)
    }
  }

  /** The handshake is read, or its key looked for: what comes stays on the network until we know for which torrent. */
  get #waits(): boolean {
    return !this.#closed && (this.#wire._pePending || (this.#shaken && this.#rules === null))
  }

  /** What is next are messages. */
  get #shaken(): boolean {
    return this.#wire._parser === this.#wire._onMessageLength
  }

  #take(data: Uint8Array): void {
    const wire = this.#wire
    const plain = wire._encryptor ? wire._encryptor.decrypt(data) : data
    if (this.#shaken && this.#rules !== null && wire._bufferSize === 0) {
      this.#reader.read(plain)
      return
    }
    // what it was read into is used again
    wire._buffer.push(new Uint8Array(plain))
    wire._bufferSize += plain.length
    this.#go()
  }

  /** Goes on with what has come. Until both have shaken hands each step says how many bytes it needs. */
  #go(): void {
    const wire = this.#wire
    if (wire._buffer.length > 1) wire._buffer = [Buffer.concat(wire._buffer)]
    while (!this.#peer.destroyed && !this.#shaken) {
      if (wire._pePending || (wire._cryptoSyncPattern !== null && !this.#inStep())) return
      const size = wire._parserSize
      if (wire._bufferSize < size) return
      const [all = new Uint8Array(0)] = wire._buffer
      wire._bufferSize -= size
      wire._buffer = wire._bufferSize > 0 ? [all.subarray(size)] : []
      wire._parser(all.subarray(0, size))
    }
    if (this.#closed || this.#rules === null || wire._bufferSize === 0) return
    const rest = wire._buffer
    wire._buffer = []
    wire._bufferSize = 0
    for (const chunk of rest) this.#reader.read(chunk)
  }

  /** Looks for the place from which on both ends agree (MSE: behind a pad of at most 512 bytes). */
  #inStep(): boolean {
    const wire = this.#wire
    const pattern = wire._cryptoSyncPattern!
    const [all = new Uint8Array(0)] = wire._buffer
    const at = Buffer.from(all.buffer, all.byteOffset, all.length).indexOf(pattern)
    if (at === -1) {
      if (all.length > longestStep + pattern.length)
        throw new Illegal('an encrypted handshake without its mark')
      return false
    }
    if (at > longestStep) throw new Illegal(`a pad of ${at} bytes`)
    wire._buffer = [all.subarray(at + pattern.length)]
    wire._bufferSize -= at + pattern.length
    wire._cryptoSyncPattern = null
    return true
  }

  #message(bytes: Uint8Array): void {
    if (!this.#passes(this.#rules!.check(bytes))) return
    // webtorrent keeps it: not with all that came in the same breath
    this.#wire._onMessage(bytes[0] === Message.bitfield ? Uint8Array.from(bytes) : bytes)
  }

  #passes(verdict: Verdict): boolean {
    if (typeof verdict === 'string') throw new Illegal(verdict)
    return verdict === pass
  }

  #extended(id: number, bytes: Uint8Array): void {
    const wire = this.#wire
    if (id !== 0) {
      const name = wire.extendedMapping[id]!
      if (name === 'lt_donthave' && !losePiece(wire, bytes, this.#rules!.torrent)) return
      wire._ext[name]?.onMessage(bytes)
      wire.emit('extended', name, bytes)
      return
    }
    const handshake = parseExtendedHandshake(bytes, Object.keys(wire._ext))
    if (handshake === null) throw new Illegal('an extended handshake that is no dictionary')
    if (++this.#handshakes > mostHandshakes) throw new Illegal('one extended handshake after the other')
    // BEP 10: a later one tells only what is different
    Object.assign(wire.peerExtendedMapping, handshake.m)
    wire.peerExtendedHandshake = { ...wire.peerExtendedHandshake, ...handshake }
    for (const [name, extension] of Object.entries(wire._ext)) {
      if (wire.peerExtendedMapping[name]) extension.onExtendedHandshake?.(wire.peerExtendedHandshake)
    }
    wire.emit('extended', 'handshake', wire.peerExtendedHandshake)
  }
}

function addressOf({ addr, conn }: Peer): string {
  const { remoteAddress, remotePort } = (conn ?? {}) as { remoteAddress?: string; remotePort?: number }
  return addr ?? (remoteAddress === undefined ? '' : `${remoteAddress}:${remotePort ?? 0}`)
}
