import { once } from 'node:events'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as encrypt } from 'node:tls'
import { connectThrough } from '../proxy/proxy.ts'
import type { ProxyPlan } from '../proxy/proxy-plan.ts'

/** How a server is reached. */
export interface HttpWay {
  /** Every connection goes through it; null: straight. */
  proxy: ProxyPlan | null
  /** Looks names up where no proxy does it. */
  lookup?: LookupFunction
  /** Whether a certificate has to be good. */
  validate: boolean
}

/** How long a proxy may take for a connection, ms. */
const proxyTimeoutMs = 20_000

/** A connection to the server of an http or https url. Rejects with what the network says, or the signal's reason. */
export async function openConnection(url: URL, way: HttpWay, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted()
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = Number(url.port) || (secure ? 443 : 80)
  const tunnel =
    way.proxy === null
      ? undefined
      : await connectThrough(way.proxy, { host, port }, { timeoutMs: proxyTimeoutMs, signal })
  const to = { host, port, ...(way.lookup !== undefined && { lookup: way.lookup }) }
  const socket = secure
    ? encrypt({
        ...(tunnel === undefined ? to : { socket: tunnel }),
        // an address is no name of a server (RFC 6066)
        servername: isIP(host) > 0 ? '' : host,
        host,
        rejectUnauthorized: way.validate,
        ALPNProtocols: ['http/1.1'],
      })
    : (tunnel ?? connect(to))
  const end = () => socket.destroy(signal.reason as Error)
  signal.addEventListener('abort', end, { once: true })
  try {
    if (secure) await once(socket, 'secureConnect')
    else if (socket.connecting) await once(socket, 'connect')
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', end)
  }
}
