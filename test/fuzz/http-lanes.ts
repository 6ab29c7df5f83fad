import { setTimeout as sleep } from 'node:timers/promises'
import { tcpServer, writeChunks } from './net.ts'
import { fromBase64 } from './target.ts'
import type { Lane } from './tracker-stage.ts'

/** What a server sends for each request, base64, in pieces. */
export type HttpInput = {
  chunks: string[]
  /** It goes on listening instead of hanging up. */
  stays: boolean
}

/** Servers on 127.0.0.1, one a lane, that answer each request with the bytes of the lane's input. */
export async function httpLanes(
  count: number,
  path: string,
): Promise<{ lanes: Lane<HttpInput>[]; close(): Promise<void> }> {
  const lanes: Lane<HttpInput>[] = []
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const lane: Lane<HttpInput> = { url: '', input: null, answered: () => {} }
      const server = await tcpServer((socket) => {
        let head = ''
        socket.on('data', (chunk: Buffer) => {
          head += chunk.toString('latin1')
          if (!head.includes('\r\n\r\n')) return
          head = ''
          const input = lane.input
          if (input === null) return void socket.destroy()
          void writeChunks(socket, input.chunks.map(fromBase64)).then(async () => {
            await sleep(3)
            lane.answered()
            if (!input.stays) socket.end()
          })
        })
      })
      lane.url = `http://127.0.0.1:${server.port}${path}`
      lanes.push(lane)
      return server
    }),
  )
  return {
    lanes,
    async close() {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}
