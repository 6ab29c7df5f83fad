import type WebTorrent from 'webtorrent'
import type { Torrent, Wire } from 'webtorrent'
import type { ConnectionSettings } from './peers/connection-settings.ts'
import { tuneEncryption } from './peers/encryption.ts'
import { type DhtSwarm, sayDhtPort } from './peers/wire-dht.ts'
import { admit, guarded } from './peers/wire-guard.ts'
import { WireNews } from './peers/wire-news.ts'
import type { RuledTorrent } from './peers/wire-rules.ts'

/** What webtorrent's own calls are led to. */
export interface OverridingSwarm extends DhtSwarm {
  readonly torrent: Torrent
  readonly client: WebTorrent
  readonly limits: { readonly live: ConnectionSettings }
  readonly ruled: RuledTorrent
  readonly discovery: { start(): void }
  readonly connector: { drain(): void }
  readonly downloads: { interesting(wire: Wire): boolean; update(wire: Wire): void } | null
  piecesKnown(): void
  checkDone(): void
}

/**
 * Replaces methods of one webtorrent torrent where the stock ones do not do what a session promises. Each says
 * what the stock method does. They must be in place before webtorrent has looked at what it was given, which it
 * does in a later turn of the event loop.
 */
export function override(swarm: OverridingSwarm): void {
  const { torrent, client } = swarm
  const stock = Object.getPrototypeOf(torrent) as Torrent
  const news = new WireNews(torrent)
  // stock: counts all pieces of all peers for each connection and each bitfield. Nothing reads it, see pieces/piece-order.ts
  Object.defineProperty(torrent, '_rarityMap', {
    get: () => null,
    set: (map: { destroy(): void } | null) => map?.destroy(),
  })
  // stock: the info dictionary encoded again, which has another hash if its keys were not in order. A value
  // that is no byte array keeps ut_metadata from decoding and encoding it for every connection, too
  let known: unknown = null
  Object.defineProperty(torrent, 'metadata', {
    configurable: true,
    get: () => known,
    set: (value) => {
      known = value === null ? null : { known: true }
    },
  })
  // stock: takes whatever ut_metadata encoded again. Ours comes from `begin` and from the wire's exact bytes
  torrent._onMetadata = async (metadata) => {
    if (metadata === torrent) await stock._onMetadata.call(torrent, metadata)
  }
  // stock: hashes one or two pieces a file again. What is in the bitfield was checked by us
  torrent._verifyPieces = (done) => {
    swarm.piecesKnown()
    queueMicrotask(() => done(null))
  }
  // stock: torrent-discovery, see discovery.ts
  torrent._startDiscovery = () => {
    if (!torrent.destroyed) swarm.discovery.start()
  }
  torrent._onWire = (wire, address) => {
    // ours is pex/exchange.ts: stock hears and never says anything
    client.utPex = false
    guarded(wire, () => stock._onWire.call(torrent, wire, address))
    admit(wire, swarm.ruled)
  }
  torrent._onWireWithMetadata = (wire) => {
    guarded(wire, () => {
      news.hear(wire, () => stock._onWireWithMetadata.call(torrent, wire))
      sayDhtPort(swarm, wire)
    })
  }
  // stock: compares each torrent's own connections with one number for the client; see connector.ts
  torrent._drain = () => swarm.connector.drain()
  torrent._addIncomingPeer = (peer) => {
    // stock: keeps one for ever that hung up while its torrent was looked for
    if (peer.destroyed) return
    if (peer.wire) tuneEncryption(peer.wire, swarm.limits.live)
    stock._addIncomingPeer.call(torrent, peer)
  }
  // stock: ranks the peers of this torrent alone, see uploads/choker.ts
  torrent._rechoke = () => {}
  // stock: interested in any missing piece, wanted or not
  torrent._updateWireInterest = (wire) => {
    guarded(wire, () => {
      if (swarm.downloads?.interesting(wire)) wire.interested()
      else wire.uninterested()
    })
  }
  // stock: walks over all pieces for each request, see pieces/downloads.ts
  torrent._updateWire = (wire) => {
    guarded(wire, () => swarm.downloads?.update(wire))
  }
  // stock: walks over all pieces of all files
  torrent._checkDone = () => swarm.checkDone()
  // stock: speed meters that ask the clock for every message. Nothing reads them
  torrent._downloadSpeed = unmeasured
  torrent._uploadSpeed = unmeasured
  client._downloadSpeed = unmeasured
  client._uploadSpeed = unmeasured
}

function unmeasured(): number {
  return 0
}
