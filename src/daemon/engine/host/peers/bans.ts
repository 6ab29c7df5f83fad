import type { Wire } from 'webtorrent'

/** A peer that had a part in so many bad pieces is sent away. */
const tolerance = 3
/** So many peers are suspected, and so many addresses and ids banned; the oldest go first. */
const mostRemembered = 4000

/**
 * Peers that sent bad data. One that sent a bad piece alone is to blame at once; where several sent blocks of it,
 * each is suspected. webtorrent would ask the same peer for the same piece for ever.
 */
export class Bans {
  readonly #addresses = new WeakMap<Wire, string>()
  readonly #suspicion = new Map<string, number>()
  /** Addresses and peer ids: a peer that calls has another port each time. */
  readonly #banned = new Set<string>()

  /** Remembers a peer's address. */
  meet(wire: Wire, address: string): void {
    this.#addresses.set(wire, address)
  }

  /** Whether an address (`host:port`) or a peer id is banned. */
  has(name: string): boolean {
    return this.#banned.has(name)
  }

  /** Whether a peer had a part in a bad piece. */
  suspects(wire: Wire): boolean {
    return this.#suspicion.has(wire.peerId ?? '')
  }

  /** Judges the senders of a bad piece; answers with those that are banned now. */
  judge(senders: Wire[]): Wire[] {
    return senders.filter((wire) => {
      const id = wire.peerId ?? ''
      const bad = (this.#suspicion.get(id) ?? 0) + 1
      this.#suspicion.delete(id)
      this.#suspicion.set(id, bad)
      dropOldest(this.#suspicion)
      if (senders.length > 1 && bad < tolerance) return false
      this.#ban(wire)
      return true
    })
  }

  /** Bans peers that have been shown to have sent bad blocks; answers with those that were not banned before. */
  convict(liars: readonly Wire[]): Wire[] {
    return liars.filter((wire) => {
      if (this.#banned.has(wire.peerId ?? '')) return false
      this.#ban(wire)
      return true
    })
  }

  #ban(wire: Wire): void {
    this.#banned.add(wire.peerId ?? '')
    const address = this.#addresses.get(wire)
    if (address !== undefined) this.#banned.add(address)
    dropOldest(this.#banned)
  }
}

/** A torrent may run for years, and whoever calls may have another id each time. */
function dropOldest(names: Map<string, unknown> | Set<string>): void {
  for (const name of names.keys()) {
    if (names.size <= mostRemembered) return
    names.delete(name)
  }
}
