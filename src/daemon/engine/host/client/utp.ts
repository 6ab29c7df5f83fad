import { createRequire } from 'node:module'

/** utp-native as far as it is used here. */
interface UtpServer {
  on(event: 'error', listener: (error: Error) => void): unknown
  listen(port: number, host?: string, done?: () => void): void
}

interface UtpModule {
  createServer(...args: unknown[]): UtpServer
}

let host = '0.0.0.0'
let patched: boolean | null = null

/**
 * Makes uTP servers bind `address` (IPv4) from now on. webtorrent calls `listen(port)`, which binds every
 * address; utp-native itself takes a host. False when utp-native is not installed or not as expected: then uTP
 * must stay off.
 */
export function bindUtpTo(address: string): boolean {
  host = address
  patched ??= patch()
  return patched
}

function patch(): boolean {
  let utp: UtpModule
  try {
    // the same module object that webtorrent gets
    utp = createRequire(import.meta.url)('utp-native') as UtpModule
  } catch {
    return false
  }
  if (typeof utp.createServer !== 'function') return false
  const create = utp.createServer
  utp.createServer = (...args) => bounded(create.apply(utp, args))
  return true
}

function bounded(server: UtpServer): UtpServer {
  const { listen } = server
  // webtorrent listens for errors until it closes; one after that would end the process
  server.on('error', () => {})
  server.listen = (port, _host, done) => listen.call(server, port, host, done)
  return server
}
