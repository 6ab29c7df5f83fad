import { isIPv4 } from 'node:net'
import type WebTorrent from 'webtorrent'
import type { Peer, Torrent } from 'webtorrent'
import { splitAddress } from '../../peer-address.ts'
import type { SessionLimits } from '../limits/session-limits.ts'
import type { TorrentState } from '../torrent-state.ts'
import type { Bans } from './bans.ts'

interface Way {
  type: 'tcp' | 'utp'
  encrypted: boolean
}

/** What is known of an address that was called. */
interface Called {
  /** Which way to take, counted through all of them. */
  way: number
  failures: number
  /** When it shook hands, ms; null: it has not since it was last called. */
  since: number | null
}

/** A connection that held for so long was a good one, ms. */
const goodAfterMs = 60_000
/** Waits before the next way is tried, and before all ways are tried again (the last one repeats), ms. */
const nextWayMs = 1000
const nextRoundMs = [5000, 15_000]
/** So many addresses that are no longer known are remembered as not to be called; the oldest go first. */
const mostForgotten = 4000
/** Ports that only the system's own services listen on. */
const firstOpenPort = 1024

/** Where a private torrent takes no peers from; webtorrent's words. */
const openSources = new Set(['dht', 'lsd', 'ut_pex'])

/**
 * Which peers are called, and how. webtorrent tries uTP four times, half a minute in all, before TCP, always at one
 * level of encryption, and never gives up while uTP is on. Here each attempt takes the next way: TCP first, then
 * without encryption, then uTP; after all ways have failed max_failcount times the address is given up, until something
 * names it anew.
 */
export class Dialer {
  readonly #torrent: Torrent
  readonly #state: TorrentState
  readonly #client: WebTorrent
  readonly #limits: SessionLimits
  readonly #bans: Bans
  readonly #called = new Map<string, Called>()
  /** Every address that is known, connected or not, and whether a seed is there. */
  readonly #known = new Map<string, boolean>()
  /** Of those, who said that they want nothing more (BEP 21). */
  readonly #uploadOnly = new Set<string>()
  /** Of those, whom nothing was wanted from when their turn came. */
  readonly #passedOver = new Set<string>()
  /** Addresses that were known, in the order in which they were forgotten. */
  readonly #forgotten = new Set<string>()

  /** Takes over which addresses the torrent takes up. */
  constructor(torrent: Torrent, state: TorrentState, client: WebTorrent, limits: SessionLimits, bans: Bans) {
    this.#torrent = torrent
    this.#state = state
    this.#client = client
    this.#limits = limits
    this.#bans = bans
    const stock = Object.getPrototypeOf(torrent) as Torrent
    torrent.addPeer = (address, source) => {
      // an answer may name thousands: what finds no room costs next to nothing
      if (typeof address === 'string' && !this.#hasRoom(address)) return false
      // named anew, by a user or a tracker: all ways are open again
      if (!torrent._peers?.has(address)) this.#called.delete(address)
      return stock.addPeer.call(torrent, address, source)
    }
    // called by addPeer, and for each attempt after the first
    torrent._addPeer = (peer, type, source) => {
      // BEP 27, also for a second try of an address from before the metadata
      if (state.isPrivate && openSources.has(source ?? '')) return null
      if (typeof peer !== 'string') dropHalfOpen(torrent, peer)
      if (typeof peer !== 'string' || torrent.destroyed || torrent._peers?.has(peer)) {
        return stock._addPeer.call(torrent, peer, type, source)
      }
      return this.#add(peer, (way) => stock._addPeer.call(torrent, peer, way.type, source))
    }
  }

  /** How many addresses are known, connected or not. */
  get known(): number {
    return this.#known.size
  }

  /** At how many of them there is a seed, or was when it was last heard of. */
  get knownSeeds(): number {
    let count = 0
    for (const isSeed of this.#known.values()) if (isSeed) count++
    return count
  }

  /** How many of them are not connected and worth a call now. */
  get candidates(): number {
    let count = 0
    for (const address of this.#known.keys()) {
      if (!this.#torrent._peers?.get(address)?.conn && this.#worthCalling(address)) count++
    }
    return count
  }

  /** All that are known; `worthCalling` whether they would be once they are not connected. */
  all(): { address: string; seed: boolean; worthCalling: boolean }[] {
    return Array.from(this.#known, ([address, seed]) => {
      return { address, seed, worthCalling: this.#worthCalling(address) }
    })
  }

  #worthCalling(address: string): boolean {
    const { outgoingTcp, maxFailures } = this.#limits.live
    const failures = this.#called.get(address)?.failures ?? 0
    // thousands are asked for with each report: over TCP there is a way to each, so that most need no closer look
    const unspent = failures === 0 && outgoingTcp
    return this.#allowed(address) && (unspent || failures < this.#ways(address).length * maxFailures)
  }

  /** The peer at this address has everything. */
  seed(address: string): void {
    if (this.#known.has(address)) this.#known.set(address, true)
  }

  /** The peer at this address wants nothing more, or something again (BEP 21). */
  uploadOnly(address: string, on: boolean): void {
    if (on && this.#known.has(address)) this.#uploadOnly.add(address)
    else this.#uploadOnly.delete(address)
  }

  /** A peer at this address has shaken hands. */
  connected(address: string): void {
    const called = this.#called.get(address)
    if (called !== undefined) called.since = performance.now()
  }

  /** The connection to this address failed or ended: how long to wait until it is called again, null for never. */
  closed(address: string): number | null {
    const called = this.#called.get(address)
    if (called === undefined) return null
    const { since } = called
    const good = since !== null && performance.now() - since >= goodAfterMs
    called.since = null
    called.failures = good ? 0 : called.failures + 1
    if (since === null) called.way++
    const ways = this.#ways(address).length
    if (ways === 0 || called.failures >= ways * this.#limits.live.maxFailures) return null
    const round = Math.floor(called.failures / ways)
    return called.failures % ways === 0 && round > 0
      ? (nextRoundMs[round - 1] ?? nextRoundMs.at(-1)!)
      : nextWayMs
  }

  /** It is not called again until something names it anew. */
  forget(address: string): void {
    this.#known.delete(address)
    this.#passedOver.delete(address)
    this.#uploadOnly.delete(address)
    this.#called.delete(address)
    this.#called.set(address, { way: 0, failures: Number.POSITIVE_INFINITY, since: null })
    this.#forgotten.delete(address)
    this.#forgotten.add(address)
    for (const oldest of this.#forgotten) {
      if (this.#forgotten.size <= mostForgotten) return
      this.#forgotten.delete(oldest)
      if (!this.#known.has(oldest)) this.#called.delete(oldest)
    }
  }

  /** The same of every address that is known, whether it is connected, was, or waits for its turn. */
  forgetAll(): void {
    for (const address of [...this.#known.keys()]) this.forget(address)
  }

  /** Whether the address is known. */
  knows(address: string): boolean {
    return this.#known.has(address)
  }

  /** It was known before this load, and whether a seed was there. */
  know(address: string, seed: boolean): void {
    this.#known.set(address, seed)
  }

  /** Calls those that were passed over: something is wanted again. */
  recall(): void {
    const addresses = [...this.#passedOver]
    this.#passedOver.clear()
    for (const address of addresses) this.#torrent._addPeer(address, 'tcp')
  }

  #add(address: string, add: (way: Way) => Peer | null): Peer | null {
    const called = this.#called.get(address) ?? { way: 0, failures: 0, since: null }
    const ways = this.#ways(address)
    const way = ways[called.way % Math.max(1, ways.length)]
    if (way === undefined || called.failures >= ways.length * this.#limits.live.maxFailures) return null
    const useless = this.#nothingFor(address) || this.#onlySends(address)
    if (useless || !this.#wanted(address)) {
      if (useless && this.#known.has(address)) this.#passedOver.add(address)
      return null
    }
    this.#called.set(address, called)
    const client = this.#client
    const before = client.secure
    // read by webtorrent while it makes the peer, for incoming ones as well: so only for this moment
    client.secure = way.encrypted ? 1 : 0
    try {
      const peer = add(way)
      // null: our own address, which trackers tell us too
      if (peer !== null && !this.#known.has(address)) {
        this.#known.set(address, false)
        this.#state.changed()
      }
      return peer
    } finally {
      client.secure = before
    }
  }

  #wanted(address: string): boolean {
    return this.#hasRoom(address) && this.#allowed(address)
  }

  /** Whether the address is known, or may become so. */
  #hasRoom(address: string): boolean {
    const { maxKnownPeers } = this.#limits.live
    return maxKnownPeers === 0 || this.#known.size < maxKnownPeers || this.#known.has(address)
  }

  #allowed(address: string): boolean {
    const { live, offenders } = this.#limits
    if (this.#bans.has(address) || offenders.has(address) || this.#nothingFor(address)) return false
    return !live.noPrivilegedPorts || splitAddress(address).port >= firstOpenPort
  }

  /** As in libtorrent (`is_connect_candidate`): two that have everything have nothing for each other. */
  #nothingFor(address: string): boolean {
    if (!this.#state.finished) return false
    return this.#sends(address) || !this.#limits.live.seedsCall
  }

  /** A seed while nothing is asked for: in upload mode two such part (`is_upload_only` in libtorrent). */
  #onlySends(address: string): boolean {
    return this.#state.options.uploadMode && this.#sends(address)
  }

  /** Whether the peer there wants nothing: a seed, or one that said so. */
  #sends(address: string): boolean {
    return this.#known.get(address) === true || this.#uploadOnly.has(address)
  }

  #ways(address: string): Way[] {
    const { live } = this.#limits
    const { host } = splitAddress(address)
    const types: Way['type'][] = []
    if (live.outgoingTcp) types.push('tcp')
    // it could not go through the proxy
    if (live.outgoingUtp && live.proxy === null && this.#client.utp && isIPv4(host)) types.push('utp')
    const levels = { 0: [true], 1: [true, false], 2: [false] }[live.encryptOut]
    return types.flatMap((type) => levels.map((encrypted) => ({ type, encrypted })))
  }
}

/**
 * A WebRTC peer that offers itself anew has given its last connection up; webtorrent would take the new one for a
 * duplicate until the old one times out.
 */
function dropHalfOpen(torrent: Torrent, peer: object): void {
  const { id } = peer as { id?: string }
  const old = id === undefined ? undefined : torrent._peers?.get(id)
  if (old?.type === 'webrtc' && old.wire === null) torrent.removePeer(old.id)
}
