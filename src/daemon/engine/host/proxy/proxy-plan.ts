import type { Settings } from '../../../../rpc/contract/types.ts'
import { settingReader } from '../setting-reader.ts'

/** A proxy and what goes through it. */
export interface ProxyPlan {
  type: 'socks4' | 'socks5' | 'http'
  host: string
  port: number
  /** null: none is sent. */
  username: string | null
  password: string | null
  /** Names are looked up by the proxy. Never with SOCKS4, as in libtorrent. */
  hostnames: boolean
  peers: boolean
  trackers: boolean
}

/** libtorrent's proxy_type_t. i2p (6) is none of these, so it is taken as a proxy that nothing can reach. */
const types = { 1: 'socks4', 2: 'socks5', 3: 'socks5', 4: 'http', 5: 'http' } as const

/**
 * The proxy that the settings name, null for none. A type without an address that can be reached is still a proxy:
 * everything it should carry fails, and nothing goes around it.
 */
export function proxyPlan(settings: Settings): ProxyPlan | null {
  const get = settingReader(settings)
  const number = get('proxy_type')
  if (number === 0) return null
  const type = types[number as keyof typeof types]
  const login = number === 3 || number === 5 || number === 1
  return {
    type: type ?? 'socks5',
    host: type === undefined ? '' : get('proxy_hostname'),
    port: get('proxy_port'),
    username: login ? get('proxy_username') : null,
    password: login && number !== 1 ? get('proxy_password') : null,
    hostnames: get('proxy_hostnames') && number !== 1,
    peers: get('proxy_peer_connections'),
    trackers: get('proxy_tracker_connections'),
  }
}
