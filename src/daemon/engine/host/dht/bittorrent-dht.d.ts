/**
 * What this engine uses of bittorrent-dht 11.0.12, which brings no types. Names with an underscore are private to it:
 * the version is pinned, and test/engine/webtorrent-private.test.ts fails when an update takes one away.
 */
declare module 'bittorrent-dht' {
  import type { EventEmitter } from 'node:events'
  import type { DhtSocket } from './socket.ts'

  /** Where other nodes' announces are kept; stock is record-cache. Peers are 4 bytes of address and 2 of port. */
  export interface PeerRecords {
    add(infoHash: string, peer: Uint8Array): void
    /** At most `limit` of them, any. */
    get(infoHash: string, limit?: number): Uint8Array[]
    destroy(): void
  }

  /** Where items of BEP 44 are kept; stock is an LRU. */
  export interface ItemRecords {
    set(key: string, item: object): void
    get(key: string): object | undefined
  }

  /** A node of the mainline DHT (BEP 5), IPv4. */
  export class Client extends EventEmitter {
    constructor(options: {
      nodeId: Uint8Array
      bootstrap: string[]
      /** Requests under way at a time, all searches together. */
      concurrency: number
      /** The same while the bootstrap nodes are asked. */
      backgroundConcurrency?: number
      socket: DhtSocket
      /** Ed25519 signatures of mutable items. */
      verify: (signature: Uint8Array, message: Uint8Array, key: Uint8Array) => boolean
    })
    readonly listening: boolean
    readonly destroyed: boolean
    readonly nodes: {
      toArray(): { host: string; port: number }[]
      add(node: { id: Uint8Array; host: string; port: number }): void
    }
    address(): { port: number }
    listen(port: number, address: string): void
    /** Asks a node whether it lives, and then knows it. */
    addNode(node: { host: string; port: number }): void
    /** Searches the nodes closest to a hash and emits `peer` for what they know. */
    lookup(infoHash: string, done: (error: Error | null) => void): () => void
    /** Names us to the nodes that the last lookup found. */
    announce(infoHash: string, port: number, done: (error: Error | null) => void): void
    destroy(done?: () => void): void
    _peers: PeerRecords
    _values: ItemRecords
    _rpc: {
      concurrency: number
      backgroundConcurrency: number
      bootstrap: { host: string; port: number }[]
      /** Queries that wait for their turn. */
      pending: unknown[]
      query(
        node: { host: string; port: number },
        message: { q: string },
        done: (error: Error | null) => void,
      ): void
    }
    /** Asks the bootstrap nodes for others, unless `populate` is false. */
    _bootstrap(populate: boolean): void
  }
}
