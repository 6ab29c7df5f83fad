import type { Settings } from '../../../../rpc/contract/types.ts'
import { proxyPlan } from '../proxy/proxy-plan.ts'
import { settingReader } from '../setting-reader.ts'
import type { StoreLimits } from './stores.ts'
import type { TrafficSettings } from './traffic.ts'

/** What the DHT takes from the settings; all of it may change while it runs. */
export interface DhtSettings {
  on: boolean
  /** `host:port` */
  bootstrap: string[]
  announceIntervalMs: number
  /** Requests under way at a time. */
  branching: number
  /** Only for torrents whose trackers all fail. */
  fallback: boolean
  limits: StoreLimits
  traffic: TrafficSettings
}

/** Names missing from `settings` have libtorrent's defaults; entries of dht_bootstrap_nodes without a port are left out. */
export function dhtSettings(settings: Settings): DhtSettings {
  const get = settingReader(settings)
  const nodes = get('dht_bootstrap_nodes').split(',')
  return {
    // as in libtorrent: whoever calls peers through a proxy must not be found beside it
    on: get('enable_dht') && !(proxyPlan(settings)?.peers ?? false),
    bootstrap: nodes.map((node) => node.trim()).filter(isNode),
    announceIntervalMs: Math.max(1, get('dht_announce_interval')) * 1000,
    branching: Math.max(1, get('dht_search_branching')),
    fallback: get('use_dht_as_fallback'),
    limits: {
      torrents: get('dht_max_torrents'),
      peers: get('dht_max_peers'),
      reply: Math.max(0, get('dht_max_peers_reply')),
      items: get('dht_max_dht_items'),
      itemLifetime: Math.max(0, get('dht_item_lifetime')) * 1000,
    },
    traffic: {
      uploadRate: Math.max(0, get('dht_upload_rate_limit')),
      blockRate: Math.max(1, get('dht_block_ratelimit')),
      blockSeconds: Math.max(0, get('dht_block_timeout')),
    },
  }
}

function isNode(text: string): boolean {
  const port = /^[^\s:]+:([1-9]\d{0,4})$/.exec(text)?.[1]
  return port !== undefined && Number(port) <= 65535
}
