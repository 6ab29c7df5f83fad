import type { Agent } from 'node:http'
import { ProxyAgent, SecureProxyAgent } from '../proxy.ts'
import type { ProxyPlan } from '../proxy-plan.ts'

/** How requests reach a tracker. */
export interface TrackerRoute {
  /** For HTTP and HTTPS; undefined goes straight. */
  agent(url: string): Agent | undefined
  /** Why UDP is not sent; null when it is. */
  readonly refusesUdp: string | null
}

export const straight: TrackerRoute = { agent: () => undefined, refusesUdp: null }

/** Straight, or through the proxy if it is to carry trackers (proxy_tracker_connections). Nothing goes around it. */
export function routeThrough(proxy: ProxyPlan | null): TrackerRoute {
  if (proxy === null || !proxy.trackers) return straight
  const [httpAgent, httpsAgent] = [new ProxyAgent(proxy), new SecureProxyAgent(proxy)]
  return {
    agent: (url) => (url.toLowerCase().startsWith('https:') ? httpsAgent : httpAgent),
    refusesUdp: `UDP does not go through the ${proxy.type} proxy, and nothing goes around it`,
  }
}
