/** What the DHT may cost, libtorrent's settings; read anew for each datagram. */
export interface TrafficSettings {
  /** `dht_upload_rate_limit`, bytes a second: queries that come while more went out are not answered. 0: none is. */
  uploadRate: number
  /** `dht_block_ratelimit`: datagrams a second from one address, ten seconds taken together. */
  blockRate: number
  /** `dht_block_timeout`: an address that sent more is not heard for so long, seconds. */
  blockSeconds: number
}

/** Datagrams are counted for so long at a time, ms. */
const countedMs = 10_000
/** Addresses that are watched at a time. */
const watched = 20
/** Nothing of the quota is lost within so long, seconds. */
const burstSeconds = 3

interface Watched {
  count: number
  /** When counting begins anew, or when the address is heard again; of performance.now(). */
  until: number
}

/**
 * Who may be heard, and what may be answered, as by libtorrent's `dos_blocker` and `dht_tracker`. Answers to us and our own
 * queries go out whatever the quota says; they only leave less of it for others.
 */
export class DhtTraffic {
  readonly #settings: () => TrafficSettings
  readonly #watched = new Map<string, Watched>()
  #quota: number
  #countedAt: number

  constructor(settings: () => TrafficSettings, now = performance.now()) {
    this.#settings = settings
    this.#quota = settings().uploadRate
    this.#countedAt = now
  }

  /** A datagram came from an address: whether it is looked at. */
  hears(address: string, now = performance.now()): boolean {
    const { blockRate, blockSeconds } = this.#settings()
    const known = this.#watched.get(address)
    if (known === undefined) {
      this.#watch(address, now)
      return true
    }
    known.count++
    const most = blockRate * (countedMs / 1000)
    if (known.count < most) return true
    if (now >= known.until) {
      known.count = 0
      known.until = now + countedMs
      return true
    }
    if (known.count === most) known.until = now + blockSeconds * 1000
    return false
  }

  /** Bytes go out. */
  sent(bytes: number): void {
    this.#quota -= bytes
  }

  /** Whether a query is answered now. */
  mayAnswer(now = performance.now()): boolean {
    const { uploadRate } = this.#settings()
    const seconds = Math.max(0, now - this.#countedAt) / 1000
    this.#countedAt = now
    if (uploadRate <= 0) {
      this.#quota = 0
      return false
    }
    const most = uploadRate * burstSeconds
    this.#quota = seconds >= burstSeconds ? most : Math.min(most, this.#quota + uploadRate * seconds)
    return this.#quota > 0
  }

  /** Takes the place of the one that was heard least, and of these the one whose time is over first. */
  #watch(address: string, now: number): void {
    if (this.#watched.size >= watched) {
      let least: [string, Watched] | null = null
      for (const one of this.#watched) {
        const { count, until } = one[1]
        if (least === null || count < least[1].count || (count === least[1].count && until < least[1].until))
          least = one
      }
      this.#watched.delete(least![0])
    }
    this.#watched.set(address, { count: 1, until: now + countedMs })
  }
}
