import { DialPace } from '../peers/dial-pace.ts'
import { LocalEnds } from '../peers/local-ends.ts'
import { Offenders } from '../peers/offenders.ts'
import { WireWatch } from '../peers/wire-watch.ts'
import type { LiveSettings } from '../settings.ts'
import { Choker } from '../uploads/choker.ts'
import { Bucket } from './bucket.ts'
import type { ConnectionShares, Sharer } from './sharer.ts'

/** The limits of a session and how its torrents share them. */
export class SessionLimits implements ConnectionShares {
  readonly download = new Bucket()
  readonly upload = new Bucket()
  readonly pace = new DialPace()
  readonly localEnds = new LocalEnds()
  readonly offenders = new Offenders(() => this.live.severalPerAddress)
  readonly choker = new Choker(() => this.live)
  readonly watch = new WireWatch(
    () => this.live,
    (swarm) => this.connectionsFor(swarm) <= swarm.connections,
    this.choker,
  )
  readonly #sharers = new Set<Sharer>()
  live: LiveSettings

  constructor(live: LiveSettings) {
    this.live = live
    this.apply(live)
  }

  apply(live: LiveSettings): void {
    this.live = live
    this.download.setRate(live.downloadRate)
    this.upload.setRate(live.uploadRate)
    this.pace.setRate(live.dialRate)
    this.choker.apply()
  }

  add(sharer: Sharer): void {
    this.#sharers.add(sharer)
  }

  remove(sharer: Sharer): void {
    this.#sharers.delete(sharer)
  }

  /** Connections of all torrents. */
  get total(): number {
    let total = 0
    for (const sharer of this.#sharers) total += sharer.connections
    return total
  }

  /** How many connections a torrent may have in all, given what the others hold. */
  connectionsFor(sharer: Sharer): number {
    let others = 0
    for (const other of this.#sharers) if (other !== sharer) others += other.connections
    const own = sharer.state.options.limits.connections
    return Math.max(0, Math.min(own > 0 ? own : Number.POSITIVE_INFINITY, this.live.connections - others))
  }
}
