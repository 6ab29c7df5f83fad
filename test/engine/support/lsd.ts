import { createSocket } from 'node:dgram'
import type { TestContext } from 'node:test'
import { formatLsd, lsdGroup, lsdPort, parseLsd } from '../../../src/daemon/engine/host/lsd/message.ts'

/** Who it was that said it. */
const own = 'test'

/** Hears and speaks BEP 14 on loopback. */
export interface LsdListener {
  /** `infoHash port` of each announcement, in order. */
  heard: string[]
  say(infoHash: string, port: number): void
}

export async function listenLsd(t: TestContext): Promise<LsdListener> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  await new Promise<void>((resolve) => socket.bind(lsdPort, lsdGroup, resolve))
  socket.addMembership(lsdGroup, '127.0.0.1')
  socket.setMulticastInterface('127.0.0.1')
  t.after(() => socket.close())
  const heard: string[] = []
  socket.on('message', (bytes) => {
    const message = parseLsd(bytes)
    if (message?.cookie === own) return
    for (const infoHash of message?.infoHashes ?? []) heard.push(`${infoHash} ${message!.port}`)
  })
  return {
    heard,
    say(infoHash, port) {
      socket.send(formatLsd({ port, infoHashes: [infoHash], cookie: own }), lsdPort, lsdGroup)
    },
  }
}
