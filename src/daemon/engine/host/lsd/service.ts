import { randomBytes } from 'node:crypto'
import type WebTorrent from 'webtorrent'
import type { Settings } from '../../../../rpc/contract/types.ts'
import { Turns } from '../limits/turns.ts'
import { proxyPlan } from '../proxy/proxy-plan.ts'
import { settingReader } from '../setting-reader.ts'
import type { ListenAddress } from '../settings.ts'
import { formatLsd, parseLsd } from './message.ts'
import { localNetworks } from './network.ts'
import { LsdSocket } from './socket.ts'

export interface LsdSettings {
  on: boolean
  announceIntervalMs: number
}

export function lsdSettings(settings: Settings): LsdSettings {
  const get = settingReader(settings)
  return {
    // as in libtorrent: whoever calls peers through a proxy must not be found beside it
    on: get('enable_lsd') && !(proxyPlan(settings)?.peers ?? false),
    announceIntervalMs: Math.max(1, get('local_service_announce_interval')) * 1000,
  }
}

/** A torrent that is announced. */
export interface LsdMember {
  /** v1 info hash, 40 hex digits. */
  readonly id: string
  /** A peer of the local network has it, `host:port`. */
  lsdPeer(address: string): void
}

/** Networks are looked for again after this, ms: cables are plugged, tunnels come up. */
const lookAgainMs = 60_000

/**
 * Peers of the local network (BEP 14): one socket per network for all torrents, in the networks that listen_interfaces
 * allows and no other. Torrents are announced one after the other, each once in `local_service_announce_interval`.
 * IPv4 only.
 */
export class LocalPeers {
  readonly #log: (message: string) => void
  #settings: LsdSettings
  readonly #cookie = randomBytes(8).toString('hex')
  #client: WebTorrent | null = null
  #listen: ListenAddress | null = null
  /** By our address there; null for a network that cannot be used. */
  readonly #sockets = new Map<string, LsdSocket | null>()
  #lookedAt = Number.NEGATIVE_INFINITY
  readonly #members = new Map<string, LsdMember>()
  readonly #turns: Turns<LsdMember>

  constructor(settings: LsdSettings, log: (message: string) => void) {
    this.#settings = settings
    this.#log = log
    this.#turns = new Turns(settings.announceIntervalMs, (member) => this.#announce(member))
  }

  configure(settings: LsdSettings): void {
    this.#settings = settings
    if (this.#turns.intervalMs !== settings.announceIntervalMs)
      this.#turns.setInterval(settings.announceIntervalMs)
    if (settings.on) this.#start()
    else this.#stop()
  }

  /** A client listens at this address. */
  attach(client: WebTorrent, listen: ListenAddress): void {
    this.#client = client
    this.#listen = listen
    if (this.#settings.on) this.#start()
  }

  /** The client is going. */
  detach(): void {
    this.#stop()
    this.#client = null
  }

  join(member: LsdMember): void {
    if (this.#members.has(member.id)) return
    this.#members.set(member.id, member)
    this.#turns.add(member)
  }

  leave(member: LsdMember): void {
    if (this.#members.get(member.id) !== member) return
    this.#members.delete(member.id)
    this.#turns.delete(member)
  }

  #start(): void {
    if (this.#client === null || this.#lookedAt !== Number.NEGATIVE_INFINITY) return
    this.#look()
    this.#turns.start()
  }

  #stop(): void {
    this.#turns.stop()
    this.#lookedAt = Number.NEGATIVE_INFINITY
    for (const socket of this.#sockets.values()) socket?.close()
    this.#sockets.clear()
  }

  /** Opens sockets for networks that are new, closes those of networks that are gone. */
  #look(): void {
    if (this.#listen === null) return
    this.#lookedAt = performance.now()
    const networks = new Map(localNetworks(this.#listen).map((network) => [network.address, network]))
    for (const [address, socket] of this.#sockets) {
      if (networks.has(address) && socket !== null) continue
      socket?.close()
      this.#sockets.delete(address)
    }
    for (const [address, network] of networks) {
      if (this.#sockets.has(address)) continue
      const socket = new LsdSocket(network, {
        message: (bytes, from) => this.#heard(bytes, from),
        failed: (error) => {
          this.#sockets.set(address, null)
          this.#log(`local peers: no announcements at ${address}: ${error.message}`)
        },
      })
      this.#sockets.set(address, socket)
    }
  }

  #announce(member: LsdMember): void {
    const port = this.#client?.torrentPort
    if (typeof port !== 'number') return
    if (performance.now() - this.#lookedAt >= lookAgainMs) this.#look()
    const bytes = formatLsd({ port, infoHashes: [member.id], cookie: this.#cookie })
    for (const socket of this.#sockets.values()) socket?.send(bytes)
  }

  #heard(bytes: Uint8Array, from: string): void {
    const message = parseLsd(bytes)
    if (message === null || message.cookie === this.#cookie) return
    for (const infoHash of message.infoHashes) this.#members.get(infoHash)?.lsdPeer(`${from}:${message.port}`)
  }
}
