import type { Peer, Torrent, Wire } from 'webtorrent'
import { Meter } from '../limits/meter.ts'

/** What a peer's address came from, as libtorrent's peer_info::source bits. */
export const PeerSource = { tracker: 1, dht: 2, pex: 4, lsd: 8, resumeData: 16, incoming: 32 } as const

/** webtorrent's words for it. `manual` is a peer that a user named: libtorrent has no bit for that. */
const sourceBits: Record<string, number> = {
  tracker: PeerSource.tracker,
  dht: PeerSource.dht,
  ut_pex: PeerSource.pex,
  lsd: PeerSource.lsd,
  resume: PeerSource.resumeData,
}

/** So many addresses are remembered with what they came from; more would be an attack. */
const mostAddresses = 5000

/** What is counted of one connection. Times are of performance.now(). */
export interface Connected {
  readonly peer: Peer | null
  /** Milliseconds that connecting took, 0 when it called us. */
  readonly rtt: number
  readonly down: Meter
  readonly up: Meter
  downBytes: number
  upBytes: number
  lastActive: number
  lastRequest: number
}

/**
 * What a torrent knows of its peers beside webtorrent's own objects: where addresses came from, and what connections
 * did when.
 */
export class PeerBook {
  readonly #torrent: Torrent
  /** Address or id of a WebRTC peer -> bits of PeerSource. */
  readonly #sources = new Map<string, number>()
  readonly #called = new WeakMap<Peer, { from: number; took: number }>()
  readonly #connected = new WeakMap<Wire, Connected>()

  /** Hears of each address that the torrent is told; to be made after whatever else takes `addPeer` over. */
  constructor(torrent: Torrent) {
    this.#torrent = torrent
    const add = torrent.addPeer
    torrent.addPeer = (address, source) => {
      this.#learn(address, source)
      return add.call(torrent, address, source)
    }
  }

  /** Forgets where addresses came from. */
  clear(): void {
    this.#sources.clear()
  }

  /** What an address came from, told before. */
  remember(address: string, source: number): void {
    this.#sources.set(address, (this.#sources.get(address) ?? 0) | source)
  }

  /** Bits of PeerSource. */
  sourceOf(address: string): number {
    return this.#sources.get(address) ?? 0
  }

  /** A peer is being called. */
  calling(peer: Peer): void {
    this.#called.set(peer, { from: performance.now(), took: 0 })
  }

  /** It answered, and the handshake comes next. */
  answered(peer: Peer): void {
    const called = this.#called.get(peer)
    if (called !== undefined) called.took = Math.max(1, Math.round(performance.now() - called.from))
  }

  /** When a peer was called. */
  calledAt(peer: Peer): number {
    return this.#called.get(peer)?.from ?? performance.now()
  }

  rtt(peer: Peer | null): number {
    return (peer && this.#called.get(peer)?.took) ?? 0
  }

  /** Handshakes are done: counts from now on. */
  meet(wire: Wire): void {
    const peer = this.#peerOf(wire)
    const now = performance.now()
    const known: Connected = {
      peer,
      rtt: this.rtt(peer),
      down: new Meter(),
      up: new Meter(),
      downBytes: 0,
      upBytes: 0,
      lastActive: now,
      lastRequest: now,
    }
    known.down.rate(0, now)
    known.up.rate(0, now)
    this.#connected.set(wire, known)
    peer?.on('download', (bytes: number) => {
      known.downBytes += bytes
      known.lastActive = performance.now()
    })
    peer?.on('upload', (bytes: number) => {
      known.upBytes += bytes
      known.lastActive = performance.now()
    })
  }

  /** The peer is asked for blocks. */
  asked(wire: Wire): void {
    const known = this.#connected.get(wire)
    if (known !== undefined) known.lastRequest = performance.now()
  }

  of(wire: Wire): Connected | undefined {
    return this.#connected.get(wire)
  }

  /** Bits of PeerSource. */
  source(peer: Peer): number {
    const told = this.#sources.get(peer.addr ?? peer.id) ?? sourceBits[peer.source ?? ''] ?? 0
    return peer.type.endsWith('Incoming') ? told | PeerSource.incoming : told
  }

  #learn(address: unknown, source: string | undefined): void {
    // a WebRTC peer comes as a connection
    const id = typeof address === 'string' ? address : (address as { id?: unknown }).id
    if (typeof id !== 'string') return
    const known = this.#sources.get(id)
    if (known === undefined && this.#sources.size >= mostAddresses) return
    this.#sources.set(id, (known ?? 0) | (sourceBits[source ?? ''] ?? 0))
  }

  #peerOf(wire: Wire): Peer | null {
    for (const peer of this.#torrent._peers?.values() ?? []) if (peer.wire === wire) return peer
    return null
  }
}
