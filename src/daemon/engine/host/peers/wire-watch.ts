import type { Torrent, Wire } from 'webtorrent'
import type { ConnectionShares, Sharer } from '../limits/sharer.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import { sendQueue } from './send-queue.ts'
import { WireRate } from './wire-rates.ts'

const tickMs = 1000
/** libtorrent's rule for auto_sequential: so many seeds, and ten of them for each downloader. */
const manySeeds = 10

/** The swarm of a connection that is watched. */
export interface WatchedSwarm extends Sharer {
  readonly torrent: Torrent
  readonly limits: ConnectionShares
  readonly uploadOnly: { redundant(wire: Wire): boolean }
  /** `measured`: what a peer sends, bytes a second. `snub`: it does not answer in time. */
  readonly downloads: { measured(wire: Wire, rate: number): void; snub(wire: Wire): void } | null
  /** Nearly all peers are seeds; set here. */
  autoSequential: boolean
}

/** One connection, times in ms of `performance.now()`. */
interface Watched {
  wire: Wire
  swarm: WatchedSwarm
  rate: WireRate
  /** When anything came from it, and whether anything has come since. */
  heard: number
  came: boolean
  /** What it sent waits here for its turn under a rate limit. */
  held: boolean
  snubbed: boolean
  /** Since when it was seen to owe an answer and sent no block; null: it does not. */
  waiting: number | null
  /** When each request was first seen waiting. */
  requested: WeakMap<object, number>
  /** Since when neither end wants anything. */
  idle: number | null
  /** Bytes that it had taken, and since when that stands still while more waits. */
  taken: number
  stuck: number | null
}

/**
 * Looks after the connections of all torrents, once a second while there are any: requests that are not answered,
 * peers that fell silent or are of no use, and the rounds of choking. (webtorrent has fixed times, and a timer for each
 * connection.)
 */
export class WireWatch {
  readonly #all = new Map<Wire, Watched>()
  readonly #snubbed = new WeakSet<Wire>()
  readonly #turnedOver = new WeakMap<WatchedSwarm, number>()
  readonly #live: () => ConnectionSettings
  /** Whether the session has no room for another connection. */
  readonly #full: (swarm: WatchedSwarm) => boolean
  readonly #rounds: { tick(now: number): void }
  #timer: NodeJS.Timeout | null = null
  #looked = 0

  constructor(
    live: () => ConnectionSettings,
    full: (swarm: WatchedSwarm) => boolean,
    rounds: { tick(now: number): void },
  ) {
    this.#live = live
    this.#full = full
    this.#rounds = rounds
  }

  add(swarm: WatchedSwarm, wire: Wire): void {
    // webtorrent's own timeout would close the connection
    wire.setTimeout(0)
    const watched: Watched = {
      wire,
      swarm,
      rate: new WireRate(wire),
      heard: performance.now(),
      came: false,
      held: false,
      snubbed: false,
      waiting: null,
      requested: new WeakMap(),
      idle: null,
      taken: 0,
      stuck: null,
    }
    this.#all.set(wire, watched)
    wire.once('close', () => this.#remove(wire))
    if (this.#timer !== null) return
    this.#looked = performance.now()
    this.#timer = setInterval(() => this.#tick(performance.now()), tickMs)
    this.#timer.unref()
  }

  /** Bytes came from the peer; `held`: they wait for their turn under a rate limit. */
  heard(wire: Wire, held: boolean): void {
    const watched = this.#all.get(wire)
    if (watched === undefined) return
    watched.came = true
    watched.held = held
  }

  /** A block came from the peer. */
  answered(wire: Wire): void {
    const watched = this.#all.get(wire)
    if (watched === undefined) return
    watched.waiting = null
    if (watched.snubbed) {
      watched.snubbed = false
      this.#snubbed.delete(wire)
    }
  }

  /** Whether the peer did not answer in time: it gets one request at a time until it sends again. */
  snubbed(wire: Wire): boolean {
    return this.#snubbed.has(wire)
  }

  #remove(wire: Wire): void {
    this.#all.delete(wire)
    if (this.#all.size > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }

  #tick(now: number): void {
    const live = this.#live()
    const seconds = Math.max(0.1, (now - this.#looked) / 1000)
    this.#looked = now
    const swarms = new Map<WatchedSwarm, Watched[]>()
    for (const watched of [...this.#all.values()]) {
      this.#measure(watched, seconds, now)
      if (watched.wire.type === 'webSeed') continue
      if (this.#ends(watched, live, now)) {
        watched.wire.destroy()
        continue
      }
      this.#unanswered(watched, live, now)
      const own = swarms.get(watched.swarm)
      if (own === undefined) swarms.set(watched.swarm, [watched])
      else own.push(watched)
    }
    for (const [swarm, all] of swarms) {
      swarm.autoSequential = live.autoSequential && mostlySeeds(all)
      this.#turnOver(swarm, all, live, now)
    }
    this.#rounds.tick(now)
  }

  #measure(watched: Watched, seconds: number, now: number): void {
    const { wire, swarm, rate } = watched
    rate.look(seconds)
    if (watched.came) watched.heard = now
    watched.came = false
    swarm.downloads?.measured(wire, Math.max(rate.down, rate.downNow))
  }

  /** Whether the connection is of no more use. */
  #ends(watched: Watched, live: ConnectionSettings, now: number): boolean {
    const { wire, swarm } = watched
    if (!watched.held && now - watched.heard > live.peerTimeout * 1000) return true
    if (live.closeRedundant && swarm.uploadOnly.redundant(wire)) return true
    if (this.#stuck(watched, now) > live.inactivityTimeout * 1000) return true
    if (wire.amInterested || wire.peerInterested) watched.idle = null
    else watched.idle ??= now
    // as libtorrent: only where its place is needed
    const idle = watched.idle !== null && now - watched.idle > live.inactivityTimeout * 1000
    return idle && this.#full(swarm)
  }

  /** For how long the peer has not read what waits for it, ms. */
  #stuck(watched: Watched, now: number): number {
    const { taken, waiting } = sendQueue(watched.wire)
    if (waiting === 0 || taken !== watched.taken) watched.stuck = null
    else watched.stuck ??= now
    watched.taken = taken
    return watched.stuck === null ? 0 : now - watched.stuck
  }

  /** Hands the requests of a peer that does not answer to others. */
  #unanswered(watched: Watched, live: ConnectionSettings, now: number): void {
    const { wire, requested } = watched
    if (wire.requests.length === 0) {
      watched.waiting = null
      return
    }
    watched.waiting ??= now
    let oldest = now
    for (const request of wire.requests) {
      const since = requested.get(request)
      if (since === undefined) requested.set(request, now)
      else if (since < oldest) oldest = since
    }
    const late =
      now - watched.waiting >= live.pieceTimeout * 1000 || now - oldest >= live.requestTimeout * 1000
    if (!late || watched.held) return
    this.#snubbed.add(wire)
    watched.snubbed = true
    watched.waiting = null
    watched.swarm.downloads?.snub(wire)
    for (const { piece, offset, length } of [...wire.requests]) wire.cancel(piece, offset, length)
  }

  /** Makes room for others who wait, now and then, at the cost of the least useful peers. */
  #turnOver(swarm: WatchedSwarm, all: Watched[], live: ConnectionSettings, now: number): void {
    const { share, cutoff, every } = live.turnover
    const last = this.#turnedOver.get(swarm)
    if (last === undefined) this.#turnedOver.set(swarm, now)
    if (every === 0 || last === undefined || now - last < every * 1000) return
    this.#turnedOver.set(swarm, now)
    const allowed = swarm.limits.connectionsFor(swarm)
    if (all.length < (allowed * cutoff) / 100 || (swarm.torrent._queue?.length ?? 0) === 0) return
    const least = all.toSorted((a, b) => usefulness(a.wire) - usefulness(b.wire))
    for (const { wire } of least.slice(0, Math.ceil((all.length * share) / 100))) wire.destroy()
  }
}

function usefulness(wire: Wire): number {
  const wanted = (wire.amInterested ? 2 : 0) + (wire.peerInterested ? 1 : 0)
  // a rate never reaches the next step
  return wanted * 1e12 + wire.downloadSpeed() + wire.uploadSpeed()
}

function mostlySeeds(all: Watched[]): boolean {
  const seeds = all.filter(({ wire }) => wire.isSeeder).length
  return seeds >= manySeeds && (all.length - seeds) * 10 <= seeds
}
