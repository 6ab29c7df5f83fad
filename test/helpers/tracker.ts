import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { Server } from 'bittorrent-tracker'

/** A real tracker on 127.0.0.1, over HTTP, UDP and WebSocket, that ends with the test. */
export async function startTracker(
  t: TestContext,
): Promise<{ http: string; udp: string; ws: string; server: Server }> {
  const server = new Server({ http: true, udp: true, ws: true, stats: false })
  const sockets: { terminate(): void }[] = []
  server.ws.on('connection', (socket) => sockets.push(socket))
  server.listen(0, { http: '127.0.0.1', udp: '127.0.0.1', udp6: '::1' })
  await once(server, 'listening')
  t.after(() => {
    // closing waits for those who are connected
    for (const socket of sockets) socket.terminate()
    return new Promise<void>((resolve) => server.close(resolve))
  })
  const http = server.http.address() as { port: number }
  const udp = server.udp.address() as { port: number }
  return {
    http: `http://127.0.0.1:${http.port}/announce`,
    udp: `udp://127.0.0.1:${udp.port}/announce`,
    // on the port of HTTP
    ws: `ws://127.0.0.1:${http.port}`,
    server,
  }
}
