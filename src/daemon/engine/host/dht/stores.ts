import type { ItemRecords, PeerRecords } from 'bittorrent-dht'

/** An announce counts for so long, ms: libtorrent's one and a half of the half hour in which nodes announce again. */
const announceLifetime = 45 * 60 * 1000
/** libtorrent keeps items at least this long when they end at all, ms. */
const shortestItemLifetime = 120 * 60 * 1000

export interface StoreLimits {
  /** `dht_max_torrents` */
  torrents: number
  /** `dht_max_peers`: of one torrent. */
  peers: number
  /** `dht_max_peers_reply`: told in one answer. */
  reply: number
  /** `dht_max_dht_items` */
  items: number
  /** `dht_item_lifetime`: ms, 0 for ever. */
  itemLifetime: number
}

/** What other nodes announced to us. Outlives the node, so that a new socket does not lose it. */
export class PeerStore implements PeerRecords {
  limits: StoreLimits
  readonly #now: () => number
  /** By info hash; then by address, the one that was heard of longest ago first. */
  readonly #torrents = new Map<string, Map<string, { peer: Uint8Array; at: number }>>()

  constructor(limits: StoreLimits, now: () => number = () => performance.now()) {
    this.limits = limits
    this.#now = now
  }

  /** As in libtorrent: a full list takes no further peer; a full store drops the torrent with the fewest peers. */
  add(infoHash: string, peer: Uint8Array): void {
    const peers = this.#fresh(infoHash) ?? this.#newTorrent(infoHash)
    if (peers === null) return
    const key = Buffer.from(peer).toString('latin1')
    if (!peers.delete(key) && peers.size >= this.limits.peers) return
    peers.set(key, { peer, at: this.#now() })
  }

  get(infoHash: string, limit: number = this.limits.reply): Uint8Array[] {
    const all = [...(this.#fresh(infoHash)?.values() ?? [])].map(({ peer }) => peer)
    // any of them, so that no peer is asked by everybody
    for (let at = all.length - 1; at > 0; at--) {
      const other = Math.floor(Math.random() * (at + 1))
      ;[all[at], all[other]] = [all[other]!, all[at]!]
    }
    return all.slice(0, limit)
  }

  /** The node ends; what it was told stays for the next one. */
  destroy(): void {}

  /** The torrent's peers without those whose time is over; undefined when none are left. */
  #fresh(infoHash: string): Map<string, { peer: Uint8Array; at: number }> | undefined {
    const peers = this.#torrents.get(infoHash)
    if (peers === undefined) return undefined
    for (const [key, { at }] of peers) {
      if (this.#now() - at <= announceLifetime) break
      peers.delete(key)
    }
    if (peers.size > 0) return peers
    this.#torrents.delete(infoHash)
    return undefined
  }

  #newTorrent(infoHash: string): Map<string, { peer: Uint8Array; at: number }> | null {
    if (this.limits.torrents <= 0 || this.limits.peers <= 0) return null
    for (const known of [...this.#torrents.keys()]) {
      if (this.#torrents.size < this.limits.torrents) break
      this.#fresh(known)
    }
    while (this.#torrents.size >= this.limits.torrents) {
      let least = ''
      let fewest = Number.POSITIVE_INFINITY
      for (const [known, { size }] of this.#torrents) {
        if (size >= fewest) continue
        least = known
        fewest = size
      }
      this.#torrents.delete(least)
    }
    const peers = new Map<string, { peer: Uint8Array; at: number }>()
    this.#torrents.set(infoHash, peers)
    return peers
  }
}

/** Items that other nodes put here (BEP 44). The one that was put longest ago makes room. */
export class ItemStore implements ItemRecords {
  limits: StoreLimits
  readonly #now: () => number
  readonly #items = new Map<string, { item: object; at: number }>()

  constructor(limits: StoreLimits, now: () => number = () => performance.now()) {
    this.limits = limits
    this.#now = now
  }

  set(key: string, item: object): void {
    if (this.limits.items <= 0) return
    this.#items.delete(key)
    for (const oldest of this.#items.keys()) {
      if (this.#items.size < this.limits.items) break
      this.#items.delete(oldest)
    }
    this.#items.set(key, { item, at: this.#now() })
  }

  get(key: string): object | undefined {
    const found = this.#items.get(key)
    if (found === undefined) return undefined
    const { itemLifetime } = this.limits
    const over = itemLifetime > 0 && this.#now() - found.at > Math.max(itemLifetime, shortestItemLifetime)
    if (!over) return found.item
    this.#items.delete(key)
    return undefined
  }
}
