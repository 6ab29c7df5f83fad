import type { Wire } from 'webtorrent'

/** A torrent's swarm, as far as nodes of the DHT go. */
export interface DhtSwarm {
  readonly state: { readonly isPrivate: boolean }
  readonly sources: {
    /** `port`: where our node listens; null without one. */
    readonly dht: { readonly port: number | null; addNode(host: string, port: number): void }
  }
}

/**
 * BEP 5's `port` message: a peer that runs a DHT node says where. For private torrents it is not heeded and, since their
 * handshake does not have the bit, not sent either (BEP 27).
 */
export function hearDhtPort(swarm: DhtSwarm, wire: Wire): void {
  wire.on('port', (port: number) => {
    const { state, sources } = swarm
    if (state.isPrivate || wire.remoteAddress === undefined) return
    sources.dht.addNode(wire.remoteAddress, port)
  })
}

/** Says where our node is. Has to come after the bitfield, which may only be the first message (BEP 3). */
export function sayDhtPort(swarm: DhtSwarm, wire: Wire): void {
  const { port } = swarm.sources.dht
  if (port !== null && wire.peerExtensions.dht && wire.extensions.dht && !wire.destroyed) wire.port(port)
}
