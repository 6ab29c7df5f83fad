import { once } from 'node:events'
import { createServer, isIPv6, type Server } from 'node:net'
import type WebTorrent from 'webtorrent'
import type { ClientPlan, ListenAddress } from '../settings.ts'

/**
 * Listens at the entries of listen_interfaces after the first as well, over TCP: webtorrent itself knows one address.
 * One that asks for the same port as the first gets the port that the first one got. What cannot be had is said.
 */
export async function listenToo(
  client: WebTorrent,
  plan: ClientPlan,
  trouble: (message: string) => void,
): Promise<void> {
  const pool = client._connPool
  if (pool === null || plan.others.length === 0) return
  const servers: Server[] = []
  const { destroy } = pool
  pool.destroy = (done) => {
    for (const server of servers) server.close()
    destroy.call(pool, done)
  }
  for (const { host, port } of plan.others) {
    const at = { host, port: port === plan.listen?.port ? client.torrentPort : port }
    try {
      const server = await listen(at, plan.backlog)
      server.on('connection', pool._onTCPConnectionBound)
      server.on('error', (error) => trouble(`${host}: ${error.message}`))
      servers.push(server)
    } catch (error) {
      // the default names IPv6, which not every system has
      const { code } = error as NodeJS.ErrnoException
      if (host !== '::' || (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL'))
        trouble(`cannot listen on ${host}:${at.port} as well: ${(error as Error).message}`)
    }
  }
  if (client.destroyed) for (const server of servers) server.close()
}

async function listen(at: ListenAddress, backlog: number): Promise<Server> {
  const server = createServer()
  server.listen({ ...at, backlog, ipv6Only: isIPv6(at.host) })
  await once(server, 'listening')
  return server
}

/** What is used of nat-api's object. */
interface NatTraversal {
  ttl: number
  _timeout: number
}

/** A mapping is renewed when so much of its time is left, at most, s. */
const renewBefore = 600

/** Asks routers to keep a port open for so long, in place of the library's two hours; 0 is for ever (upnp_lease_duration). */
export function setLease(nat: NatTraversal, seconds: number): void {
  nat.ttl = seconds
  // what never ends is renewed all the same: a router that starts anew forgets it
  const renew = seconds === 0 ? 3600 : Math.max(60, seconds - Math.min(renewBefore, seconds / 2))
  nat._timeout = renew * 1000
}
