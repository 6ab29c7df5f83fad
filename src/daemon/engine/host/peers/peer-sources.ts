import type WebTorrent from 'webtorrent'
import type { Settings } from '../../../../rpc/contract/types.ts'
import { Dht, type DhtHooks } from '../dht/service.ts'
import { dhtSettings } from '../dht/settings.ts'
import { LocalPeers, lsdSettings } from '../lsd/service.ts'
import { FoundPeers } from './found-peers.ts'

/** Where a session's torrents find peers besides their trackers. */
export class PeerSources {
  readonly dht: Dht
  readonly lsd: LocalPeers
  /** What they and the trackers name. */
  readonly found = new FoundPeers()

  constructor(settings: Settings, hooks: DhtHooks) {
    this.dht = new Dht(dhtSettings(settings), hooks)
    this.lsd = new LocalPeers(lsdSettings(settings), hooks.log)
  }

  configure(settings: Settings): void {
    this.dht.configure(dhtSettings(settings))
    this.lsd.configure(lsdSettings(settings))
  }

  /** A client listens. */
  attach(client: WebTorrent): void {
    const address = client._connPool?.tcpServer.address()
    if (address === null || typeof address !== 'object') return
    const listen = { host: address.address, port: address.port }
    this.dht.attach(client, listen)
    this.lsd.attach(client, listen)
  }

  /** The client is going. */
  async detach(): Promise<void> {
    this.lsd.detach()
    await this.dht.detach()
  }
}
