import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from './random.ts'

/** A loopback address of its own: what one sender is banned for shall not keep the next from being heard. */
export function loopbackAddress(random: Random): string {
  return `127.${1 + random.next(250)}.${random.next(256)}.${1 + random.next(254)}`
}

/** Calls a peer from an address of its own. Never rejects: a host that is gone refuses. */
export async function call(port: number, from: string): Promise<Socket | null> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: from })
  socket.on('error', () => {})
  return await new Promise((resolve) => {
    socket.once('connect', () => resolve(socket))
    socket.once('close', () => resolve(null))
  })
}

/** Writes chunks one after the other, each in a packet of its own. */
export async function writeChunks(socket: Socket, parts: Uint8Array[]): Promise<void> {
  socket.setNoDelay(true)
  for (const part of parts) {
    if (socket.destroyed) return
    socket.write(part)
    if (parts.length > 1) await sleep(1)
  }
}

/** Resolves when the other end hangs up, or after the time. */
export async function closedWithin(socket: Socket, ms: number): Promise<boolean> {
  if (socket.destroyed || socket.readableEnded) return true
  return await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms)
    const end = () => {
      clearTimeout(timer)
      resolve(true)
    }
    socket.once('close', end)
    socket.once('end', end)
  })
}

/** A TCP server on 127.0.0.1; `close` ends its connections, too. */
export async function tcpServer(
  take: (socket: Socket) => void,
  host = '127.0.0.1',
): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    take(socket)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
