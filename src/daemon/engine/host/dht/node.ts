import { Client } from 'bittorrent-dht'
import { splitAddress } from '../../peer-address.ts'
import { signedBy } from './signature.ts'
import type { DhtSocket } from './socket.ts'
import type { ItemStore, PeerStore } from './stores.ts'

/** While no other node is known, the bootstrap nodes are asked again: first after so long, then ever less often, ms. */
const firstRetryMs = 5000
const longestRetryMs = 5 * 60 * 1000
/** A search ends after this, ms: nodes that make up ever closer ones must not keep it going. */
const longestSearchMs = 60_000
/** What is still under way when a search is ended is waited for so long, ms. */
const searchEndMs = 10_000
/** Peers name nodes as they like: with so many queries waiting, no further ones are asked. */
const mostWaiting = 100

export interface DhtNodeParts {
  socket: DhtSocket
  /** Where the socket is to be bound. */
  address: string
  port: number
  /** 20 bytes. */
  nodeId: Uint8Array
  /** `host:port`; asked when no other node is known. */
  bootstrap: string[]
  /** `host:port` of nodes known from earlier. */
  known: string[]
  branching: number
  peers: PeerStore
  items: ItemStore
}

export interface DhtNodeHooks {
  /** Somebody has a torrent (40 hex digits). */
  peer: (infoHash: string, address: string) => void
  /** It is bound: other ends may be told its port. */
  listening: () => void
  /** Another node answers: searches make sense from here on. */
  connected: () => void
  /** It cannot be bound; the node is of no use. */
  failed: (error: Error) => void
}

/** One node of the DHT, from its binding to its end. */
export class DhtNode {
  readonly #client: Client
  readonly #hooks: DhtNodeHooks
  #connected = false
  #retry: NodeJS.Timeout | null = null
  #ended = false

  constructor(parts: DhtNodeParts, hooks: DhtNodeHooks) {
    this.#hooks = hooks
    const client = new Client({
      nodeId: parts.nodeId,
      bootstrap: parts.bootstrap,
      concurrency: parts.branching,
      // or a bootstrap node that does not answer would hold up the others
      backgroundConcurrency: parts.branching,
      socket: parts.socket,
      verify: signedBy,
    })
    this.#client = client
    client._peers.destroy()
    client._peers = parts.peers
    client._values = parts.items
    client.on('peer', (peer: { host: string; port: number }, infoHash: Uint8Array) => {
      hooks.peer(Buffer.from(infoHash).toString('hex'), `${peer.host}:${peer.port}`)
    })
    client.on('node', () => this.#isConnected())
    client.on('listening', () => this.#listens(parts.known))
    client.on('error', (error: Error) => {
      if (!this.#ended) hooks.failed(error)
    })
    // packets that make no sense, answers that come too late
    client.on('warning', () => {})
    client.listen(parts.port, parts.address)
  }

  /** UDP port; null while it is not bound. */
  get port(): number | null {
    return this.#client.listening && !this.#ended ? this.#client.address().port : null
  }

  /** `host:port` of the nodes it knows. */
  get nodes(): string[] {
    return this.#client.nodes.toArray().map(({ host, port }) => `${host}:${port}`)
  }

  setBranching(branching: number): void {
    this.#client._rpc.concurrency = branching
    this.#client._rpc.backgroundConcurrency = branching
  }

  setBootstrap(nodes: string[]): void {
    this.#client._rpc.bootstrap = nodes.map(splitAddress)
    if (!this.#connected && this.port !== null) this.#client._bootstrap(true)
  }

  /** A peer says that it has a node. */
  addNode(host: string, port: number): void {
    if (!this.#ended && this.#client._rpc.pending.length < mostWaiting) this.#client.addNode({ host, port })
  }

  /**
   * Searches for peers, then names us if that is still `wanted`. Resolves when both are done; rejects when nobody could
   * be told.
   */
  async announce(infoHash: string, port: number, wanted: () => boolean): Promise<void> {
    await this.#search(infoHash)
    if (this.#ended || !wanted()) return
    await new Promise<void>((resolve, reject) => {
      this.#client.announce(infoHash, port, (error) => {
        if (error === null || error === undefined || this.#ended) resolve()
        else reject(error)
      })
    })
  }

  #search(infoHash: string): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout
      const end = this.#client.lookup(infoHash, () => {
        clearTimeout(timer)
        resolve()
      })
      timer = setTimeout(() => {
        end()
        timer = setTimeout(() => reject(new Error('the search came to no end')), searchEndMs).unref()
      }, longestSearchMs).unref()
    })
  }

  /** Ends it. Resolves when its own socket is closed. */
  end(): Promise<void> {
    if (this.#ended) return Promise.resolve()
    this.#ended = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    return new Promise((resolve) => this.#client.destroy(resolve))
  }

  #listens(known: string[]): void {
    this.#hooks.listening()
    for (const node of known) this.#client.addNode(splitAddress(node))
    this.#bootstrapLater(firstRetryMs)
  }

  #isConnected(): void {
    if (this.#connected || this.#ended) return
    this.#connected = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#hooks.connected()
  }

  #bootstrapLater(delayMs: number): void {
    this.#retry = setTimeout(() => {
      this.#client._bootstrap(true)
      this.#bootstrapLater(Math.min(longestRetryMs, delayMs * 2))
    }, delayMs)
  }
}
