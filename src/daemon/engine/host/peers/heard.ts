import type { Socket as DatagramSocket } from 'node:dgram'
import diagnostics from 'node:diagnostics_channel'
import { writeSync } from 'node:fs'
import Peer from 'webtorrent/lib/peer.js'
import { type Heard, slotOf, slotPosition } from '../../heard-ring.ts'
import { plainHost, splitAddress } from '../../peer-address.ts'
import { hearWork } from '../working-for.ts'

/** One that goes on talking is noted again after this, ms. */
const againMs = 500

/**
 * Notes whom this host hears before it takes in what they say, in a file that the daemon reads when the host has
 * crashed; see heard-ring.ts. A note costs a system call of 2 µs, so whoever goes on talking is not noted each time, and
 * blocks that are not whole yet are not noted at all.
 */
export class HeardPeers {
  #fd: number | null
  readonly #banned = new Set<string>()
  #turn = 0
  #last: string | null = null
  #lastAt = 0

  constructor(fd: number) {
    this.#fd = fd
  }

  /** Listens to every connection of peers and every datagram of this process from now on. */
  listen(): void {
    hookPeers(
      (address) => !this.#banned.has(address),
      (address) => this.#note(address),
    )
    diagnostics.subscribe('udp.socket', (message) => {
      const { socket } = message as { socket: DatagramSocket }
      socket.prependListener('message', () => this.#note(''))
    })
    // what answers to our own requests is no peer
    hearWork((torrent) => this.#write({ address: '', torrent, at: Date.now() }))
  }

  /** Lets nobody at these addresses speak any more. */
  ban(addresses: readonly string[]): void {
    for (const address of addresses) this.#banned.add(address)
  }

  #note(address: string): void {
    const at = Date.now()
    if (this.#fd === null) return
    if (address === this.#last && at - this.#lastAt < againMs) return
    this.#write({ address, at })
    this.#last = address
    this.#lastAt = at
  }

  /** The last words: an exception that nobody caught came of work for a torrent. */
  failedFor(torrent: string): void {
    this.#write({ address: '', torrent, exception: true, at: Date.now() })
  }

  #write(heard: Heard): void {
    if (this.#fd === null) return
    // whoever is heard next is noted again
    this.#last = null
    const turn = this.#turn++
    const slot = slotOf(turn, heard)
    try {
      writeSync(this.#fd, slot, 0, slot.length, slotPosition(turn))
    } catch {
      // without notes nobody can be blamed, and that is all
      this.#fd = null
    }
  }
}

/**
 * `welcome` decides about each connection before a byte of it is read, `heard` hears of its bytes before anything else
 * does: the peer's IP address for TCP, an empty one for uTP, WebRTC and web seeds.
 */
function hookPeers(welcome: (address: string) => boolean, heard: (address: string) => void): void {
  const stock = Peer.prototype.onConnect
  Peer.prototype.onConnect = function onConnect() {
    const address = addressOf(this)
    if (address !== '' && !welcome(address)) {
      this.destroy(new Error(`${address} is banned`))
      return
    }
    stock.call(this)
    const { wire } = this
    if (wire === null) return
    const write = wire._write
    wire._write = (chunk, done) => {
      if (wire._bufferSize + chunk.length >= wire._parserSize) heard(address)
      write.call(wire, chunk, done)
    }
  }
}

function addressOf({ type, addr, conn }: Peer): string {
  // behind a proxy the connection's own address is the proxy's
  if (type === 'tcpOutgoing') return splitAddress(addr).host
  return type === 'tcpIncoming' ? plainHost(conn?.remoteAddress ?? '') : ''
}
