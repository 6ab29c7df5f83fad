import { joinAddress, plainHost, splitAddress } from '../../peer-address.ts'

/** After so many connections that broke the protocol an address is banned: libtorrent's max_failcount. */
const tolerance = 3
/** A ban, and the memory of what led to it, lasts so long after the last offence, ms: addresses change hands. */
const forgetAfterMs = 3_600_000
/** So many addresses are remembered; the oldest go first. */
const mostRemembered = 2000

/**
 * Addresses that broke the protocol, for all torrents of a session. Where several peers may share an address
 * (allow_multiple_connections_per_ip), one of them does not stand for the others: then a ban is of an address with its
 * port, as in libtorrent.
 */
export class Offenders {
  /** Address, with a port or without -> how often, and when last. */
  readonly #known = new Map<string, { count: number; at: number }>()
  readonly #shared: () => boolean

  constructor(shared: () => boolean) {
    this.#shared = shared
  }

  /** A connection to or from `host:port` was closed for what it sent; true when that bans it from now on. */
  offends(address: string): boolean {
    const name = this.#shared() ? plain(address) : hostOf(address)
    const now = performance.now()
    const before = this.#known.get(name)
    const count = before === undefined || now - before.at > forgetAfterMs ? 1 : before.count + 1
    this.#known.delete(name)
    this.#known.set(name, { count, at: now })
    if (this.#known.size > mostRemembered) this.#known.delete(this.#known.keys().next().value!)
    return count === tolerance
  }

  /** Whether `host:port` is not to be called, nor heard when it calls. */
  has(address: string): boolean {
    return this.#known.size > 0 && (this.#banned(hostOf(address)) || this.#banned(plain(address)))
  }

  #banned(name: string): boolean {
    const known = this.#known.get(name)
    if (known === undefined || known.count < tolerance) return false
    if (performance.now() - known.at <= forgetAfterMs) return true
    this.#known.delete(name)
    return false
  }
}

/** One name for a peer, whether its IPv4 address came by an IPv4 socket or an IPv6 one. */
function plain(address: string): string {
  const { host, port } = splitAddress(address)
  return joinAddress(plainHost(host), port)
}

/** The host of `host:port`, `[v6]:port` or `v6:port`. */
export function hostOf(address: string): string {
  return plainHost(splitAddress(address).host)
}
