import type { Heard } from './heard-ring.ts'

/** Who was heard within so long before the last one may have a part in the crash, ms. */
const togetherMs = 1000
/** So many others beside the last one are looked at. */
const company = 3
/** A peer with so much to answer for is banned: it was the last one twice, or close to it more often. */
const enough = 2
/** How long a ban lasts, and how long what led to it is remembered, ms. */
const banMs = 24 * 60 * 60 * 1000
/** Addresses that are remembered at most; the oldest go first. */
const mostKept = 1000

/**
 * Bans addresses that were heard right before a host crashed, and did so before another one. What a host was taking in when
 * it ended is nearly always what ended it, so the last one heard counts whole and those just before it count half. When
 * the last was a datagram nobody is to blame: its sender can be forged. Addresses, since a peer that calls has another port
 * each time.
 */
export class CrashBans {
  readonly #suspects = new Map<string, { weight: number; at: number }>()
  readonly #banned = new Map<string, number>()

  /** Takes in who was heard before a crash, the newest first; answers with those that are banned now. */
  blame(heard: readonly Heard[], now: number): string[] {
    const [last] = heard
    if (last === undefined || last.address === '') return []
    const close = heard.filter(({ address, at }) => address !== '' && last.at - at <= togetherMs)
    const addresses = [...new Set(close.map(({ address }) => address))].slice(0, 1 + company)
    const fresh: string[] = []
    for (const [index, address] of addresses.entries()) {
      const weight = this.#weight(address, now) + (index === 0 ? 1 : 0.5)
      this.#suspects.delete(address)
      if (weight < enough) this.#suspects.set(address, { weight, at: now })
      else {
        this.#banned.set(address, now + banMs)
        fresh.push(address)
      }
    }
    for (const kept of [this.#suspects, this.#banned]) {
      for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - mostKept))) kept.delete(oldest)
    }
    return fresh
  }

  /** Everybody who is banned. */
  list(now: number): string[] {
    for (const [address, until] of this.#banned) if (until <= now) this.#banned.delete(address)
    return [...this.#banned.keys()]
  }

  #weight(address: string, now: number): number {
    const known = this.#suspects.get(address)
    return known !== undefined && now - known.at < banMs ? known.weight : 0
  }
}
