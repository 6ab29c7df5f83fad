import type { Torrent, Wire } from 'webtorrent'
import { joinAddress, plainHost } from '../../peer-address.ts'
import { isLocal } from '../peers/local-address.ts'
import { hostOf } from '../peers/offenders.ts'
import { refuse } from '../peers/wire-guard.ts'
import type { TorrentState } from '../torrent-state.ts'
import { PexFlag, type PexPeer, parsePex, pexDictionary } from './message.ts'

/** A peer is not told more often than this, ms (BEP 11: once a minute). */
const intervalMs = 60_000
/** The first news wait this long, so that a few more come along, ms. */
const gatherMs = 200
/** Peers named in one message (BEP 11). */
const mostAdded = 50
/** A peer that sends more messages within a minute is disconnected; libtorrent's. */
const mostHeard = 6
/** libtorrent disconnects who sends a longer message, bytes. One that is not read names more peers than are taken. */
const longest = 500 << 10
const longestRead = 32 << 10

/** The swarm whose peers are told of each other. */
export interface PexSwarm {
  readonly torrent: Torrent
  readonly state: Pick<TorrentState, 'options' | 'isPrivate' | 'complete'>
  readonly limits: { readonly live: { readonly maxPexPeers: number } }
}

interface Partner {
  /** What it was told of: address -> flags. */
  told: Map<string, number>
  /** Something changed that it may have to be told. */
  news: boolean
  /** Addresses that it says it is connected to. */
  claims: Set<string>
  toldAt: number
  heardAt: number[]
}

/**
 * Peer exchange (BEP 11) of one torrent: tells connected peers of each other, and takes peers from them. webtorrent only
 * listens. As in libtorrent the first message goes out as soon as there is somebody to tell of, the others once a
 * minute.
 */
export class PeerExchange {
  readonly #swarm: PexSwarm
  readonly #partners = new Map<Wire, Partner>()
  #on: boolean
  #timer: NodeJS.Timeout | null = null
  #timerAt = 0

  constructor(swarm: PexSwarm) {
    this.#swarm = swarm
    this.#on = this.#wanted
  }

  /** A connection has shaken hands; what we can do has not been said yet. */
  meet(wire: Wire): void {
    if (wire.type === 'webSeed') return
    if (this.#on) this.#offer(wire)
    const partner: Partner = {
      told: new Map(),
      news: true,
      claims: new Set(),
      toldAt: Number.NEGATIVE_INFINITY,
      heardAt: [],
    }
    this.#partners.set(wire, partner)
    // its port, and whether it takes part
    wire.on('extended', (name: unknown) => {
      if (name === 'handshake') this.#changed()
    })
    wire.once('close', () => {
      this.#partners.delete(wire)
      this.#changed()
    })
    this.#changed()
  }

  /** `disable_pex` changed, or the torrent turned out to be private. */
  apply(): void {
    if (this.#on === this.#wanted) return
    this.#on = this.#wanted
    for (const wire of this.#partners.keys()) {
      if (this.#on && wire.ut_pex === undefined) this.#offer(wire)
      const id = Object.entries(wire.extendedMapping).find(([, name]) => name === 'ut_pex')?.[0]
      // BEP 10: a later handshake adds an extension, or takes one away with 0
      if (id !== undefined && wire.peerExtensions.extended && !wire.destroyed)
        wire.extended(0, { m: { ut_pex: this.#on ? Number(id) : 0 } })
    }
    this.#changed()
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#partners.clear()
  }

  get #wanted(): boolean {
    const { state } = this.#swarm
    return !state.options.disablePex && !state.isPrivate
  }

  #offer(wire: Wire): void {
    const heard = (bytes: Uint8Array) => this.#heard(wire, bytes)
    class UtPex {
      onMessage(bytes: Uint8Array): void {
        heard(bytes)
      }
    }
    Object.defineProperty(UtPex.prototype, 'name', { value: 'ut_pex' })
    wire.use(UtPex)
  }

  #heard(wire: Wire, bytes: Uint8Array): void {
    const partner = this.#partners.get(wire)
    const { torrent, state, limits } = this.#swarm
    if (partner === undefined || !this.#on || torrent.destroyed) return
    const now = performance.now()
    partner.heardAt = partner.heardAt.filter((at) => now - at < intervalMs)
    const { maxPexPeers } = limits.live
    const message = bytes.length > longest ? null : parsePex(bytes.subarray(0, longestRead), maxPexPeers)
    if (partner.heardAt.push(now) > mostHeard) refuse(wire, 'more than six messages of ut_pex a minute')
    else if (bytes.length > longestRead && bytes.length <= longest) return
    else if (message === null) refuse(wire, 'a message of ut_pex that is none')
    if (message === null || wire.destroyed) return
    for (const address of message.dropped) partner.claims.delete(address)
    const near = isLocal(wire.remoteAddress ?? '')
    for (const { address, flags } of message.added) {
      if (partner.claims.size >= maxPexPeers) break
      // as in libtorrent: a stranger must not have us call around in our own network
      if (!near && isLocal(hostOf(address))) continue
      partner.claims.add(address)
      // two seeds have nothing for each other
      if (!(state.complete && flags & PexFlag.seed)) torrent.addPeer(address, 'ut_pex')
    }
  }

  #changed(): void {
    for (const partner of this.#partners.values()) partner.news = true
    this.#schedule()
  }

  /** One timer for all: to the next peer that may be told something. */
  #schedule(): void {
    if (!this.#on || this.#partners.size < 2) return
    let next = Number.POSITIVE_INFINITY
    for (const [wire, { toldAt, news }] of this.#partners)
      if (news && takesPart(wire)) next = Math.min(next, toldAt + intervalMs)
    next = Math.max(next, performance.now() + gatherMs)
    if (next === Number.POSITIVE_INFINITY || (this.#timer !== null && this.#timerAt <= next)) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timerAt = next
    this.#timer = setTimeout(() => this.#round(), next - performance.now())
  }

  #round(): void {
    this.#timer = null
    if (!this.#on) return
    const now = performance.now()
    const present = new Map<Wire, PexPeer>()
    for (const wire of this.#partners.keys()) {
      const peer = this.#described(wire)
      if (peer !== null) present.set(wire, peer)
    }
    for (const [wire, partner] of this.#partners) {
      if (partner.news && takesPart(wire) && partner.toldAt + intervalMs <= now)
        this.#tell(wire, partner, present)
    }
    this.#schedule()
  }

  #tell(wire: Wire, partner: Partner, present: Map<Wire, PexPeer>): void {
    const others = new Map<string, number>()
    for (const [other, { address, flags }] of present) if (other !== wire) others.set(address, flags)
    const added = [...others].filter(([address]) => !partner.told.has(address)).slice(0, mostAdded)
    const dropped = [...partner.told.keys()].filter((address) => !others.has(address)).slice(0, mostAdded)
    partner.news = added.length === mostAdded || dropped.length === mostAdded
    if (added.length === 0 && dropped.length === 0) return
    for (const [address, flags] of added) partner.told.set(address, flags)
    for (const address of dropped) partner.told.delete(address)
    partner.toldAt = performance.now()
    wire.extended(
      'ut_pex',
      pexDictionary({ added: added.map(([address, flags]) => ({ address, flags })), dropped }),
    )
  }

  /** How others can call a peer; null when nobody knows: it called us and did not say its port. */
  #described(wire: Wire): PexPeer | null {
    if (wire.destroyed || wire.remoteAddress === undefined || !/^(tcp|utp)/.test(wire.type)) return null
    const called = wire.type.endsWith('Outgoing')
    const port = called ? wire.remotePort : wire.peerExtendedHandshake.p
    if (typeof port !== 'number' || !(port > 0 && port <= 65535)) return null
    const rc4 = 2
    const flags =
      (wire._encryptionMethod === rc4 ? PexFlag.encryption : 0) |
      (wire.isSeeder ? PexFlag.seed : 0) |
      (wire.type.startsWith('utp') ? PexFlag.utp : 0) |
      (called ? PexFlag.reachable : 0)
    return { address: joinAddress(plainHost(wire.remoteAddress), port), flags }
  }
}

/** Whether the other end offered ut_pex, and has not taken it back. */
function takesPart(wire: Wire): boolean {
  return !wire.destroyed && wire.ut_pex !== undefined && (wire.peerExtendedMapping.ut_pex ?? 0) > 0
}
