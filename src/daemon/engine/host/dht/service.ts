import { randomBytes } from 'node:crypto'
import { isIPv4 } from 'node:net'
import type WebTorrent from 'webtorrent'
import { Turns } from '../limits/turns.ts'
import { type ListenAddress, udpHost } from '../settings.ts'
import { GuardedSocket } from './guarded-socket.ts'
import { DhtNode } from './node.ts'
import type { DhtSettings } from './settings.ts'
import { ownSocket, SharedSocket } from './socket.ts'
import { ItemStore, PeerStore } from './stores.ts'
import { DhtTraffic } from './traffic.ts'

/** A torrent that is announced. */
export interface DhtMember {
  /** v1 info hash, 40 hex digits. */
  readonly id: string
  /** Whether it wants to be announced now, at its turn. */
  dhtWanted(): boolean
  /** The DHT names a peer, `host:port`. */
  dhtPeer(address: string): void
}

export interface DhtHooks {
  /** Something that the user should know. */
  trouble: (message: string) => void
  /** Something for a log. */
  log: (message: string) => void
}

/** A torrent that nobody could be told of has another turn after this, ms. */
const againMs = 30_000
/** A node that failed is started again after this, ms. */
const restartMs = 5000

/**
 * The session's part in the DHT: one node for all torrents, which comes and goes with the client's sockets and with
 * `enable_dht` while torrents stay. What other nodes told us outlives it. Torrents are announced one after the other,
 * each once in `dht_announce_interval`.
 */
export class Dht {
  readonly #hooks: DhtHooks
  #settings: DhtSettings
  readonly #peers: PeerStore
  readonly #items: ItemStore
  readonly #traffic: DhtTraffic
  readonly #nodeId = randomBytes(20)
  #nodes: string[] = []
  #node: DhtNode | null = null
  #client: WebTorrent | null = null
  #listen: ListenAddress | null = null
  #restart: NodeJS.Timeout | null = null
  readonly #members = new Map<string, DhtMember>()
  readonly #turns: Turns<DhtMember>

  constructor(settings: DhtSettings, hooks: DhtHooks) {
    this.#hooks = hooks
    this.#settings = settings
    this.#peers = new PeerStore(settings.limits)
    this.#items = new ItemStore(settings.limits)
    this.#traffic = new DhtTraffic(() => this.#settings.traffic)
    this.#turns = new Turns(settings.announceIntervalMs, (member) => this.#announce(member))
  }

  /** UDP port of our node, null while there is none. */
  get port(): number | null {
    return this.#node?.port ?? null
  }

  /** Only for torrents whose trackers all fail (`use_dht_as_fallback`). */
  get fallback(): boolean {
    return this.#settings.fallback
  }

  configure(settings: DhtSettings): void {
    this.#settings = settings
    this.#peers.limits = settings.limits
    this.#items.limits = settings.limits
    if (this.#turns.intervalMs !== settings.announceIntervalMs)
      this.#turns.setInterval(settings.announceIntervalMs)
    this.#node?.setBranching(settings.branching)
    this.#node?.setBootstrap(settings.bootstrap)
    if (!settings.on) this.#stop()
    else if (this.#node === null) this.#start()
  }

  /** A client listens at this address. */
  attach(client: WebTorrent, listen: ListenAddress): void {
    this.#client = client
    this.#listen = listen
    if (this.#settings.on) this.#start()
  }

  /** The client is going, and its sockets with it. */
  detach(): Promise<void> {
    const ended = this.#stop()
    this.#client = null
    return ended
  }

  /** Finds peers for it from now on. */
  join(member: DhtMember): void {
    if (this.#members.has(member.id)) return
    this.#members.set(member.id, member)
    this.#turns.add(member)
  }

  leave(member: DhtMember): void {
    if (this.#members.get(member.id) !== member) return
    this.#members.delete(member.id)
    this.#turns.delete(member)
  }

  /** It is announced next. */
  announceSoon(member: DhtMember): void {
    this.#turns.soon(member)
  }

  /** A peer has a node (BEP 5's `port` message). */
  addNode(host: string, port: number): void {
    if (isIPv4(host) && port > 0 && port <= 65535) this.#node?.addNode(host, port)
  }

  #start(anyPort = false): void {
    const client = this.#client
    const listen = this.#listen
    if (client === null || listen === null || client.destroyed || this.#node !== null) return
    const address = udpHost(listen)
    if (address === null) {
      this.#hooks.trouble(`DHT is off: it needs IPv4, and we listen on ${listen.host}`)
      return
    }
    const utp = client.utp ? client._connPool?.utpServer : null
    const { bootstrap, branching } = this.#settings
    const node: DhtNode = new DhtNode(
      {
        socket: new GuardedSocket(utp ? new SharedSocket(utp) : ownSocket(), this.#traffic, {
          log: this.#hooks.log,
        }),
        address,
        port: anyPort ? 0 : listen.port,
        nodeId: this.#nodeId,
        bootstrap,
        known: this.#nodes,
        branching,
        peers: this.#peers,
        items: this.#items,
      },
      {
        peer: (infoHash, peer) => this.#members.get(infoHash)?.dhtPeer(peer),
        listening: () => this.#hooks.log(`DHT: listens on UDP port ${node.port}`),
        connected: () => {
          if (this.#node === node) this.#turns.start()
        },
        failed: (error) => {
          if (this.#node === node) this.#failed(error, anyPort)
        },
      },
    )
    this.#node = node
    // webtorrent reads it for the bit in its handshakes; what it would do with a node of its own is done here
    client.dht = facade
  }

  #stop(): Promise<void> {
    if (this.#restart !== null) clearTimeout(this.#restart)
    this.#restart = null
    const node = this.#node
    this.#node = null
    this.#turns.stop()
    if (this.#client !== null && !this.#client.destroyed) this.#client.dht = false
    if (node === null) return Promise.resolve()
    this.#nodes = node.nodes
    return node.end()
  }

  /** Its socket could not be bound. Torrents and peers are not concerned. */
  #failed(error: Error, anyPort: boolean): void {
    void this.#stop()
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE' && !anyPort
    if (!taken) this.#hooks.trouble(`the DHT cannot listen: ${error.message}; trying again`)
    const again = () => {
      this.#restart = null
      if (this.#settings.on) this.#start(taken)
    }
    if (taken) again()
    else this.#restart = setTimeout(again, restartMs)
  }

  async #announce(member: DhtMember): Promise<void> {
    const node = this.#node
    const port = this.#client?.torrentPort
    if (node === null || typeof port !== 'number' || !member.dhtWanted()) return
    try {
      await node.announce(member.id, port, () => this.#members.get(member.id) === member)
    } catch (error) {
      this.#hooks.log(`DHT: ${member.id} could not be announced: ${(error as Error).message}`)
      setTimeout(() => this.#turns.soon(member), againMs).unref()
    }
  }
}

/** Tells webtorrent that there is a DHT, and nothing more. */
const facade: Exclude<WebTorrent['dht'], false> = {
  listening: false,
  _tables: { remove() {} },
  destroy: (done) => done(),
}
