import { isIP, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Settings } from '../../../rpc/contract/types.ts'
import {
  anonymousAgent,
  type ConnectionSettings,
  connectionSettings,
  splitList,
} from './peers/connection-settings.ts'
import { type PieceSettings, pieceSettings } from './pieces/settings.ts'
import { proxyPlan } from './proxy/proxy-plan.ts'
import { settingReader } from './setting-reader.ts'
import { type UploadSettings, uploadSettings } from './uploads/settings.ts'

/** Where to listen. Port 0 lets the system choose. */
export interface ListenAddress {
  host: string
  port: number
}

/** What is fixed while a client lives: a change needs a new one. */
export interface ClientPlan {
  /** Peers are called through a proxy alone: nobody can call us, and no other way of finding peers is used. */
  hidden: boolean
  /** null: listen_interfaces names nothing that can be used. */
  listen: ListenAddress | null
  /** Where to listen over TCP, too. */
  others: ListenAddress[]
  /** Connections that may wait to be accepted. */
  backlog: number
  /** How long a router is asked to keep a port open, 0 is for ever. */
  leaseSeconds: number
  /** Ports after the first to try when it is taken (max_retry_port_bind). */
  retries: number
  /** Whether any free port will do in the end (listen_system_port_fallback). */
  anyPort: boolean
  upnp: boolean
  natPmp: boolean
  utp: boolean
  /** First characters of the peer id, at most 20. */
  fingerprint: string
}

/** What can change at once. */
export interface LiveSettings extends ConnectionSettings, PieceSettings, UploadSettings {
  /** Bytes/s, 0 is unlimited. */
  downloadRate: number
  uploadRate: number
  connections: number
  /** Peers that one peer may name by PEX, in all (max_pex_peers). */
  maxPexPeers: number
  filePoolSize: number
  userAgent: string
  /** Web seeds of a torrent that are used at a time. */
  webSeedConnections: number
  /** Seconds. */
  urlSeedTimeout: number
  /** Seconds. */
  urlSeedRetry: number
  /** Requests that a web seed has at a time. */
  urlSeedPipeline: number
  /** Web seeds that send bad data are not used again. */
  banWebSeeds: boolean
}

/** Reads what needs a new client. Names missing from `settings` have libtorrent's defaults. */
export function clientPlan(settings: Settings): ClientPlan {
  const get = settingReader(settings)
  // as in libtorrent: whoever calls peers through a proxy must not be found beside it
  const hidden = proxyPlan(settings)?.peers ?? false
  const [listen, ...others] = hidden
    ? [{ host: '127.0.0.1', port: 0 }]
    : listenAddresses(get('listen_interfaces'))
  return {
    hidden,
    listen: listen ?? null,
    others,
    backlog: Math.max(1, get('listen_queue_size')),
    leaseSeconds: Math.max(0, get('upnp_lease_duration')),
    retries: Math.max(0, get('max_retry_port_bind')),
    anyPort: get('listen_system_port_fallback'),
    upnp: get('enable_upnp') && !hidden,
    natPmp: get('enable_natpmp') && !hidden,
    utp: (get('enable_incoming_utp') || get('enable_outgoing_utp')) && !hidden,
    fingerprint: get('anonymous_mode') ? '' : get('peer_fingerprint').slice(0, 20),
  }
}

/** Reads what can change at once. */
export function liveSettings(settings: Settings): LiveSettings {
  const get = settingReader(settings)
  const connections = get('connections_limit')
  return {
    ...connectionSettings(settings),
    ...pieceSettings(settings),
    ...uploadSettings(settings),
    downloadRate: Math.max(0, get('download_rate_limit')),
    uploadRate: Math.max(0, get('upload_rate_limit')),
    // libtorrent: 0 or less is as many as the system allows
    connections: connections > 0 ? connections : Number.POSITIVE_INFINITY,
    maxPexPeers: Math.max(0, get('max_pex_peers')),
    filePoolSize: Math.max(1, get('file_pool_size')),
    userAgent: get('anonymous_mode') ? anonymousAgent : get('user_agent'),
    webSeedConnections: Math.max(0, get('max_web_seed_connections')),
    urlSeedTimeout: Math.max(1, get('urlseed_timeout')),
    urlSeedRetry: Math.max(1, get('urlseed_wait_retry')),
    urlSeedPipeline: Math.max(1, get('urlseed_pipeline_size')),
    banWebSeeds: get('ban_web_seeds'),
  }
}

/**
 * The entries of listen_interfaces that can be used: `address:port`, `[v6]:port` or `device:port`, then `s` for SSL (not
 * supported, skipped) or `l` (local network). The first one also is where uTP is, if it is IPv4.
 */
export function listenAddresses(interfaces: string): ListenAddress[] {
  const found: ListenAddress[] = []
  for (const entry of splitList(interfaces)) {
    const parts = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})([sl]*)$/.exec(entry)
    if (parts === null || parts[4]?.includes('s')) continue
    const name = parts[1] ?? parts[2] ?? ''
    const host = isIP(name) > 0 ? name : deviceAddress(name)
    const port = Number(parts[3])
    if (host !== null && port <= 65535) found.push({ host, port })
  }
  return found
}

/** IPv4 address of a network device, else its IPv6 one; null for an unknown name. */
function deviceAddress(name: string): string | null {
  const found = networkInterfaces()[name] ?? []
  return (found.find((one) => one.family === 'IPv4') ?? found[0])?.address ?? null
}

/** Whether an address stands for every interface. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** Where UDP over IPv4 (uTP, DHT) may bind so as not to be reachable more widely than TCP; null for nowhere. */
export function udpHost(listen: ListenAddress): string | null {
  if (listen.host === '::') return '0.0.0.0'
  return isIPv6(listen.host) ? null : listen.host
}
