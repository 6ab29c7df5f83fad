import type WebTorrent from 'webtorrent'
import type { Settings } from '../../../rpc/contract/types.ts'
import { Dht, type DhtHooks } from './dht/service.ts'
import { dhtSettings } from './dht/settings.ts'

/** Where a session's torrents find peers besides their trackers. */
export class PeerSources {
  readonly dht: Dht

  constructor(settings: Settings, hooks: DhtHooks) {
    this.dht = new Dht(dhtSettings(settings), hooks)
  }

  configure(settings: Settings): void {
    this.dht.configure(dhtSettings(settings))
  }

  /** A client listens. */
  attach(client: WebTorrent): void {
    const address = client._connPool?.tcpServer.address()
    if (address === null || typeof address !== 'object') return
    this.dht.attach(client, { host: address.address, port: address.port })
  }

  /** The client is going. */
  async detach(): Promise<void> {
    await this.dht.detach()
  }
}
