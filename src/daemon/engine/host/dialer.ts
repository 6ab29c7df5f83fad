import { isIPv4 } from 'node:net'
import type WebTorrent from 'webtorrent'
import type { Peer, Torrent } from 'webtorrent'
import type { Bans } from './bans.ts'
import type { SessionLimits } from './session-limits.ts'
import type { Secure } from './settings.ts'

interface Way {
  type: 'tcp' | 'utp'
  secure: Secure
}

/** An address is given up after so many attempts, until something names it again. */
const maxAttempts = 6

/**
 * How a peer is called. webtorrent tries uTP four times, half a minute in all, before TCP, always at one level of
 * encryption, and never gives up while uTP is on. Here each attempt takes the next way: TCP first, then without
 * encryption, then uTP.
 */
export class Dialer {
  readonly #client: WebTorrent
  readonly #limits: SessionLimits
  readonly #attempts = new Map<string, number>()

  readonly #bans: Bans

  /** Takes the torrent's dialling over. */
  constructor(torrent: Torrent, client: WebTorrent, limits: SessionLimits, bans: Bans) {
    this.#client = client
    this.#limits = limits
    this.#bans = bans
    const stock = Object.getPrototypeOf(torrent) as Torrent
    torrent.addPeer = (address, source) => {
      // named anew, by a user or a tracker: all ways are open again
      if (!torrent._peers?.has(address)) this.#attempts.delete(address)
      return stock.addPeer.call(torrent, address, source)
    }
    // called by addPeer, and by webtorrent itself for each retry
    torrent._addPeer = (peer, type, source) => {
      if (typeof peer !== 'string' || torrent.destroyed || torrent._peers?.has(peer)) {
        return stock._addPeer.call(torrent, peer, type, source)
      }
      return this.#dial(peer, (way) => stock._addPeer.call(torrent, peer, way.type, source))
    }
  }

  /** A peer at this address has shaken hands. */
  connected(address: string): void {
    this.#attempts.delete(address)
  }

  /** It is not called again until something names it anew; webtorrent would try for a minute. */
  forget(address: string): void {
    this.#attempts.set(address, maxAttempts)
  }

  #dial(address: string, add: (way: Way) => Peer | null): Peer | null {
    const attempt = this.#attempts.get(address) ?? 0
    const ways = this.#ways(address)
    const way = ways[attempt % Math.max(1, ways.length)]
    if (way === undefined || attempt >= maxAttempts || this.#bans.has(address)) return null
    this.#attempts.set(address, attempt + 1)
    const client = this.#client
    const before = client.secure
    // read by webtorrent while it makes the peer, for incoming ones as well: so only for this moment
    client.secure = way.secure
    try {
      return add(way)
    } finally {
      client.secure = before
    }
  }

  #ways(address: string): Way[] {
    const { live } = this.#limits
    const utp = live.outgoingUtp && this.#client.utp && isIPv4(address.slice(0, address.lastIndexOf(':')))
    const types: Way['type'][] = []
    if (live.outgoingTcp) types.push('tcp')
    if (utp) types.push('utp')
    return types.flatMap((type) => live.secureOut.map((secure) => ({ type, secure })))
  }
}
