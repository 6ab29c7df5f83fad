import { randomBytes } from 'node:crypto'
import WebTorrent, { type ClientOptions } from 'webtorrent'
import { isLoopback } from '../../peer-address.ts'
import { type ClientPlan, isWildcard, type ListenAddress, type LiveSettings, udpHost } from '../settings.ts'
import { listenToo, setLease } from './listeners.ts'
import { announceEndOfCandidates } from './rtc.ts'
import './tcp-pipes.ts'
import { bindUtpTo } from './utp.ts'

/** Errors that another port may not have. */
const portErrors = new Set(['EADDRINUSE', 'EACCES'])

export interface ClientHooks {
  /** Something did not go as asked, but the client lives. */
  trouble: (message: string) => void
  /** The client is gone. */
  lost: (error: Error) => void
}

/**
 * A WebTorrent client that listens where the plan says: at its port, else at the next ones, else (if allowed) at
 * any. Rejects when none can be had.
 */
export async function openClient(
  plan: ClientPlan,
  live: LiveSettings,
  hooks: ClientHooks,
): Promise<WebTorrent> {
  announceEndOfCandidates()
  const listen = plan.listen ?? { host: '127.0.0.1', port: 0 }
  if (plan.listen === null)
    hooks.trouble('listen_interfaces names no usable address: nobody can connect to us')
  let failed: Error | null = null
  for (const port of portsToTry(plan, listen)) {
    try {
      const options = clientOptions(plan, live, { ...listen, port }, hooks)
      const client = await listenOnce(options, plan.leaseSeconds, hooks)
      await listenToo(client, plan, hooks.trouble)
      if (failed !== null) {
        hooks.trouble(
          `cannot listen on port ${listen.port} (${failed.message}); port ${client.torrentPort} is used`,
        )
      }
      return client
    } catch (error) {
      failed = error as Error
      if (!portErrors.has((error as NodeJS.ErrnoException).code ?? '')) break
    }
  }
  throw new Error(`cannot listen on ${listen.host}:${listen.port}: ${failed?.message}`, { cause: failed })
}

function portsToTry(plan: ClientPlan, listen: ListenAddress): number[] {
  if (listen.port === 0) return [0]
  const ports = Array.from({ length: plan.retries + 1 }, (_, i) => listen.port + i).filter(
    (port) => port <= 65535,
  )
  return plan.anyPort ? [...ports, 0] : ports
}

function listenOnce(options: ClientOptions, leaseSeconds: number, hooks: ClientHooks): Promise<WebTorrent> {
  return new Promise((resolve, reject) => {
    const client = new WebTorrent(options)
    if (client.natTraversal) setLease(client.natTraversal, leaseSeconds)
    let settled = false
    client.once('listening', () => {
      settled = true
      resolve(client)
    })
    client.on('error', (error: Error) => {
      // webtorrent says so when uTP could not bind, and goes on with TCP alone
      if (!client.destroyed) hooks.trouble(`uTP is off: ${error.message}`)
      else if (settled) hooks.lost(error)
      else reject(error)
      settled = true
    })
  })
}

function clientOptions(
  plan: ClientPlan,
  live: LiveSettings,
  listen: ListenAddress,
  hooks: ClientHooks,
): ClientOptions {
  const restricted = !isWildcard(listen.host)
  const udp = udpHost(listen)
  return {
    peerId: peerId(plan.fingerprint),
    userAgent: live.userAgent,
    torrentPort: { ...listen, backlog: plan.backlog },
    // ours is made by dht/service.ts: webtorrent ends itself when its own fails
    dht: false,
    tracker: trackerOptions(plan, live),
    lsd: false,
    natUpnp: plan.upnp && !restricted,
    natPmp: plan.natPmp && !restricted,
    utp: plan.utp && utpAvailable(udp, listen, hooks),
    maxConns: 1,
    secure: live.encryptIn === 2 ? 0 : 1,
  }
}

function utpAvailable(udp: string | null, listen: ListenAddress, hooks: ClientHooks): boolean {
  if (udp === null) hooks.trouble(`uTP is off: it needs IPv4, and we listen on ${listen.host}`)
  else if (!bindUtpTo(udp)) hooks.trouble('uTP is off: utp-native is not installed')
  else return true
  return false
}

/**
 * How peers of WebSocket trackers are met: over WebRTC, which keeps to the listen address, too. Behind a proxy not at
 * all, since WebRTC is UDP and would go past it.
 */
export function trackerOptions({ listen }: ClientPlan, { proxy }: LiveSettings): ClientOptions['tracker'] {
  const host = listen?.host ?? '127.0.0.1'
  if (proxy !== null) return { wrtc: false }
  if (isWildcard(host)) return {}
  // a STUN server, which tells our address as the internet sees it, cannot be reached from a loopback address
  return { rtcConfig: { bindAddress: host, ...(isLoopback(host) ? { iceServers: [] } : {}) } }
}

/** The fingerprint, then random letters and digits: 20 bytes, as hex. */
function peerId(fingerprint: string): string {
  const rest = randomBytes(20).toString('base64url').replace(/[-_]/g, '0')
  return Buffer.from(`${fingerprint}${rest}`.slice(0, 20), 'latin1').toString('hex')
}
