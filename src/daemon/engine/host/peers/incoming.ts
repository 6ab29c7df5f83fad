import type WebTorrent from 'webtorrent'
import type { IncomingForUnloaded } from '../../protocol.ts'
import type { SessionLimits } from '../limits/session-limits.ts'

/**
 * Decides about connections before they have said which torrent they want: those that the settings turn away are
 * closed at once, those that say nothing within handshake_timeout too. (webtorrent's own 25 s stay the longest.)
 */
export function guardIncoming(client: WebTorrent, limits: SessionLimits): void {
  const pool = client._connPool
  if (pool === null) return
  const take = pool._onConnection
  pool._onConnection = (connection, type) => {
    const { live } = limits
    const { remoteAddress, remotePort } = connection
    const allowed =
      (type === 'tcp' ? live.incomingTcp : live.incomingUtp) &&
      !limits.offenders.has(`${remoteAddress ?? ''}:${remotePort ?? 0}`)
    if (!allowed || live.proxy !== null || limits.total >= live.connections) {
      connection.on('error', () => {})
      connection.destroy()
      return
    }
    take.call(pool, connection, type)
    const timer = setTimeout(() => {
      if (pool._pendingConns?.has(connection)) connection.destroy()
    }, live.handshakeTimeout * 1000)
    timer.unref()
    connection.once('close', () => clearTimeout(timer))
  }
}

/**
 * Says of each connection that is sent away, since its torrent is not here, which one it asked for
 * (incoming_starts_queued_torrents). The pool asks the client for the torrent, by its hash or, in an encrypted
 * handshake, by the hash of that.
 */
export function hearStrangers(
  client: WebTorrent,
  limits: SessionLimits,
  wanted: (which: IncomingForUnloaded) => void,
): void {
  const pool = client._connPool
  if (pool === null) return
  // the client also looks for torrents on its own, which are no calls: so only what the pool asks is heard
  pool._client = new Proxy(client, {
    get(target, name) {
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name !== 'get' && name !== '_getByHash') return value.bind(target)
      return async (hash: string) => {
        const found = await value.call(target, hash)
        if (!found && limits.live.wakesQueued) wanted(name === 'get' ? { id: hash } : { secret: hash })
        return found
      }
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  })
}
