import { connect as tcpConnect } from 'node:net'
import type WebTorrent from 'webtorrent'
import type { Connection, Peer, Torrent } from 'webtorrent'
import { splitAddress } from '../../peer-address.ts'
import type { ConnectionShares, Sharer } from '../limits/sharer.ts'
import { connectThrough } from '../proxy/proxy.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import type { DialPace } from './dial-pace.ts'
import { tuneEncryption } from './encryption.ts'
import type { LocalEnds } from './local-ends.ts'

/** The swarm whose peers are dialled. */
export interface ConnectorSwarm extends Sharer {
  readonly torrent: Torrent
  readonly client: WebTorrent
  readonly state: Sharer['state'] & { changed(): void }
  readonly limits: ConnectionShares & {
    readonly live: ConnectionSettings
    readonly pace: DialPace
    readonly localEnds: LocalEnds
  }
  readonly peers: { calling(peer: Peer): void; answered(peer: Peer): void }
  /** `closed` tells after how long the address is dialled again, ms; null for not at all. */
  readonly dialer: { closed(address: string): number | null }
  readonly events: { warn(message: string): void }
}

/**
 * Opens a torrent's outgoing connections, in place of webtorrent's `_drain`: that one knows neither a proxy nor a
 * local address, a limit over all torrents, a pace, or other timeouts than its own.
 */
export class Connector {
  readonly #swarm: ConnectorSwarm
  /** Attempts beside the session's pace (torrent_connect_boost). */
  #boost: number
  /** One function, since the pace knows those who wait by it. */
  readonly #again = () => this.drain()

  constructor(swarm: ConnectorSwarm) {
    this.#swarm = swarm
    this.#boost = swarm.limits.live.dialBoost
  }

  /** Calls the next peer that waits, if there may be one more connection now. */
  drain(): void {
    const { torrent, limits } = this.#swarm
    const queue = torrent.destroyed ? null : torrent._queue
    // those that were removed meanwhile stay in webtorrent's queue
    while (queue?.[0]?.destroyed) queue.shift()
    if (queue === null || queue.length === 0 || limits.pace.closed) return
    if (this.#swarm.connections >= limits.connectionsFor(this.#swarm)) return
    if (this.#boost > 0) this.#boost--
    else if (!limits.pace.take(this.#again)) return
    this.#call(queue.shift()!)
    // with room for one there may be room for more
    if (queue.length > 0) queueMicrotask(this.#again)
  }

  /** Nothing is called any more. */
  stop(): void {
    this.#swarm.limits.pace.forget(this.#again)
  }

  #call(peer: Peer): void {
    const { torrent, limits, state } = this.#swarm
    const { live } = limits
    torrent._numPending += 1
    state.changed()
    this.#swarm.peers.calling(peer)
    let pending = true
    const settled = () => {
      if (pending) torrent._numPending -= 1
      pending = false
    }
    const closed = () => {
      settled()
      this.#closed(peer)
    }
    const connected = (conn: Connection) => {
      settled()
      this.#swarm.peers.answered(peer)
      if (torrent.destroyed || peer.destroyed) conn.destroy()
      else this.#connected(peer)
    }
    peer.connectTimeout = setTimeout(
      () => peer.destroy(new Error('connect timeout')),
      live.connectTimeout * 1000,
    )
    peer.connectTimeout.unref()
    if (live.proxy === null) {
      try {
        const conn = this.#open(peer, live)
        peer.conn = conn
        conn.once('connect', () => connected(conn))
        conn.once('error', (error: Error) => peer.destroy(error))
        conn.once('close', closed)
      } catch (error) {
        this.#failed(peer, error as Error, closed)
      }
      return
    }
    const given = new AbortController()
    // webtorrent ends a peer through what it has for a connection
    peer.conn = { on() {}, destroy: () => given.abort(new Error('given up')) }
    const timeoutMs = live.connectTimeout * 1000
    connectThrough(live.proxy, splitAddress(peer.addr), { timeoutMs, signal: given.signal }).then(
      (conn) => {
        conn.once('close', closed)
        conn.on('error', (error: Error) => peer.destroy(error))
        peer.conn = conn
        connected(conn)
      },
      (error: Error) => this.#failed(peer, error, closed),
    )
  }

  #failed(peer: Peer, error: Error, closed: () => void): void {
    if (!peer.destroyed) this.#swarm.events.warn(`cannot connect to ${peer.addr}: ${error.message}`)
    peer.destroy(error)
    // a peer that is removed makes room, so not within `drain`
    queueMicrotask(closed)
  }

  #open(peer: Peer, live: ConnectionSettings): Connection {
    const { host, port } = splitAddress(peer.addr)
    const server = this.#swarm.client._utpServer
    if (peer.type === 'utpOutgoing') {
      if (server === null) throw new Error('uTP is off')
      return server.connect(port, host)
    }
    return tcpConnect({ host, port, ...this.#swarm.limits.localEnds.next(live, host) })
  }

  #connected(peer: Peer): void {
    const { live } = this.#swarm.limits
    peer.startHandshakeTimeout = () => {
      clearTimeout(peer.handshakeTimeout ?? undefined)
      peer.handshakeTimeout = setTimeout(
        () => peer.destroy(new Error('handshake timeout')),
        live.handshakeTimeout * 1000,
      )
      peer.handshakeTimeout.unref()
    }
    peer.onConnect()
    if (peer.wire) tuneEncryption(peer.wire, live)
  }

  #closed(peer: Peer): void {
    const { torrent, dialer, state } = this.#swarm
    if (torrent.destroyed) return
    // it counted among the connections, also if it never shook hands
    state.changed()
    const waitMs = dialer.closed(peer.addr)
    if (waitMs === null) return
    const timer = setTimeout(() => {
      if (!torrent.destroyed) torrent._addPeer(peer.addr, 'tcp', peer.source)
    }, waitMs)
    timer.unref()
  }
}
