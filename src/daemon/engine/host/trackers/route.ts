import type { ProxyPlan } from '../proxy/proxy-plan.ts'
import { type DatagramSocket, SocksUdp } from '../proxy/socks-udp.ts'

/** UDP on another way than straight to the tracker. */
export interface DatagramRoute {
  open(): DatagramSocket
  /** The same for the same way. */
  name: string
  /** Names are looked up at its other end. */
  hostnames: boolean
}

/** How requests reach a tracker. */
export interface TrackerRoute {
  /** For HTTP and HTTPS; null goes straight. */
  readonly proxy: ProxyPlan | null
  /** null goes straight. */
  readonly udp: DatagramRoute | null
  /** Why UDP is not sent; null when it is. */
  readonly refusesUdp: string | null
  /** Trackers get to know nothing of this end. */
  readonly hidden: boolean
}

export const straight: TrackerRoute = { proxy: null, udp: null, refusesUdp: null, hidden: false }

/** Straight, or through the proxy if it is to carry trackers (proxy_tracker_connections). Nothing goes around it. */
export function routeThrough(proxy: ProxyPlan | null): TrackerRoute {
  if (proxy === null || !proxy.trackers) return straight
  const carriesUdp = proxy.type === 'socks5' && proxy.host !== ''
  return {
    proxy,
    udp: carriesUdp
      ? { open: () => new SocksUdp(proxy), name: JSON.stringify(proxy), hostnames: proxy.hostnames }
      : null,
    refusesUdp: carriesUdp
      ? null
      : `UDP does not go through the ${proxy.type} proxy, and nothing goes around it`,
    hidden: true,
  }
}
