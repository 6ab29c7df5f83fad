import { EventEmitter } from 'node:events'
import { readDatagram } from './datagram.ts'
import type { DhtSocket } from './socket.ts'
import type { DhtTraffic } from './traffic.ts'

/** A query that nobody answered is forgotten after this, ms: the library waits 2 to 2.5 s. */
const answerMs = 5000
/** What goes wrong is said so many times: one line for each datagram would fill the disk. */
const mostWarnings = 20

export interface GuardHooks {
  /** Something that should not be possible. */
  log: (message: string) => void
}

/**
 * Stands between a socket that anybody can send to and the library that takes each datagram for a sound one. Only
 * queries and answers whose fields all have their types get through, and answers only from where we asked. What the
 * library throws for one nevertheless costs that datagram and nothing else. An address that sends too many is not heard,
 * and no more is answered than the line may be used for.
 */
export class GuardedSocket extends EventEmitter implements DhtSocket {
  readonly #socket: DhtSocket
  readonly #traffic: DhtTraffic
  readonly #hooks: GuardHooks
  /** When we asked, by address and transaction; the oldest comes first. */
  readonly #asked = new Map<string, number>()
  #warnings = 0
  #closed = false

  constructor(socket: DhtSocket, traffic: DhtTraffic, hooks: GuardHooks) {
    super()
    this.#socket = socket
    this.#traffic = traffic
    this.#hooks = hooks
    socket.on('message', (bytes: Uint8Array, from: { address: string; port: number }) =>
      this.#heard(bytes, from),
    )
    socket.on('listening', () => this.emit('listening'))
    socket.on('error', (error: Error) => {
      // a socket may fail while it closes, when nobody listens any more
      if (!this.#closed) this.emit('error', error)
    })
    socket.on('close', () => this.emit('close'))
  }

  bind(port: number, address: string): void {
    this.#socket.bind(port, address)
  }

  address(): { port: number } {
    return this.#socket.address()
  }

  send(...args: Parameters<DhtSocket['send']>): void {
    const [bytes, offset, length, port, host, done] = args
    const refuse = (error: Error) => queueMicrotask(() => done(error))
    // nodes are named by other nodes
    if (!(Number.isInteger(port) && port > 0 && port <= 65535)) {
      refuse(new Error(`${host}:${port} is no address`))
      return
    }
    this.#traffic.sent(length)
    const transaction = transactionOf(Buffer.from(bytes.buffer, bytes.byteOffset + offset, length))
    if (transaction !== null) this.#asks(`${host} ${transaction}`)
    try {
      this.#socket.send(...args)
    } catch (error) {
      refuse(error as Error)
    }
  }

  close(): void {
    this.#closed = true
    this.#socket.close()
  }

  #heard(bytes: Uint8Array, from: { address: string; port: number }): void {
    if (this.#closed || from.port === 0 || !this.#traffic.hears(from.address)) return
    const verdict = readDatagram(bytes)
    if (verdict.kind === 'drop') return
    if (verdict.kind !== 'answer' && !this.#traffic.mayAnswer()) return
    if (verdict.kind === 'refuse') {
      const { bytes: reply } = verdict
      this.send(reply, 0, reply.length, from.port, from.address, () => {})
      return
    }
    // anybody can send answers that nobody asked for
    if (verdict.kind === 'answer' && !this.#asked.delete(`${from.address} ${verdict.transaction}`)) return
    try {
      this.emit('message', verdict.bytes, from)
    } catch (error) {
      if (this.#warnings++ < mostWarnings)
        this.#hooks.log(`DHT: a datagram of ${from.address}:${from.port}: ${(error as Error).stack}`)
    }
  }

  #asks(key: string): void {
    const now = performance.now()
    for (const [known, at] of this.#asked) {
      if (now - at < answerMs) break
      this.#asked.delete(known)
    }
    this.#asked.delete(key)
    this.#asked.set(key, now)
  }
}

const queryEnd = Buffer.from('1:y1:qe')

/** The two bytes that an answer to this query carries; null for a message that is no query of ours. */
function transactionOf(bytes: Buffer): string | null {
  const end = bytes.length - queryEnd.length
  // keys are in order, so the transaction comes right before the kind of message
  if (end < 2 || !bytes.subarray(end).equals(queryEnd)) return null
  return bytes.toString('latin1', end - 2, end)
}
