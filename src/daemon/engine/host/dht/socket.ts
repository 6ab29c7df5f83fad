import { createSocket } from 'node:dgram'
import { EventEmitter } from 'node:events'
import { isIPv4 } from 'node:net'

/** The part of a UDP socket that a DHT node uses. Events: `message`, `listening`, `error`, `close`. */
export interface DhtSocket extends EventEmitter {
  bind(port: number, address: string): unknown
  address(): { port: number }
  send(
    bytes: Uint8Array,
    offset: number,
    length: number,
    port: number,
    host: string,
    done: (error: Error | null) => void,
  ): void
  close(): unknown
}

/** The socket of uTP as far as it is used here: what is no uTP packet comes out of it as `message`. */
export interface UtpSocket extends EventEmitter {
  address(): { port: number }
  send: DhtSocket['send']
}

/** A socket of its own. */
export function ownSocket(): DhtSocket {
  return createSocket('udp4') as unknown as DhtSocket
}

/**
 * The DHT at the port of uTP, so that one port is enough for all of BitTorrent, as in libtorrent. The socket belongs to
 * uTP: closing this one only stops listening to it.
 */
export class SharedSocket extends EventEmitter implements DhtSocket {
  readonly #utp: UtpSocket
  #closed = false

  constructor(utp: UtpSocket) {
    super()
    this.#utp = utp
    utp.on('message', this.#message)
  }

  /** uTP has bound it. */
  bind(): void {
    queueMicrotask(() => {
      if (!this.#closed) this.emit('listening')
    })
  }

  address(): { port: number } {
    return this.#utp.address()
  }

  send(...args: Parameters<DhtSocket['send']>): void {
    const [bytes, offset, length, port, host, done] = args
    // utp-native asks the resolver about whatever is no IPv4 address, again and again
    const reason = this.#closed ? 'the socket is closed' : isIPv4(host) ? null : `${host} is no IPv4 address`
    if (reason === null) this.#utp.send(bytes, offset, length, port, host, done)
    else queueMicrotask(() => done(new Error(reason)))
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#utp.removeListener('message', this.#message)
    queueMicrotask(() => this.emit('close'))
  }

  readonly #message = (bytes: Uint8Array, from: object): void => {
    this.emit('message', bytes, from)
  }
}
