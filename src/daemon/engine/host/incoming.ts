import type WebTorrent from 'webtorrent'
import type { SessionLimits } from './session-limits.ts'

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
    const allowed = type === 'tcp' ? live.incomingTcp : live.incomingUtp
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
