import { call, loopbackAddress, tcpServer } from './net.ts'
import { type Answers, type Mse, Peer, type Step } from './peer.ts'
import { Random } from './random.ts'
import type { Stage } from './target.ts'
import { openWorld } from './world.ts'

/** What one odd peer does. */
export type PeerInput = {
  /** Which torrent it asks for: one that seeds, one that downloads, a magnet link. */
  to: 'seed' | 'download' | 'magnet'
  /** It calls the session, or the session calls it. */
  way: 'calls' | 'called'
  /** Which loopback address is its own. */
  from: number
  mse?: Mse
  steps: Step[]
  answers: Answers
  /** How long it stays when all was said, ms. */
  lastMs: number
  end: 'close' | 'reset'
}

/** How long a peer waits to be called. */
const calledWithinMs = 700

/** A daemon that odd peers talk to. */
export async function peerStage(
  settings: Record<string, boolean | number | string> = {},
): Promise<Stage<PeerInput>> {
  const world = await openWorld(settings)
  const counts = { talked: 0, shaken: 0, encrypted: 0 }
  const infoHashOf = (to: PeerInput['to']) => world[to].infoHash
  const talk = async (input: PeerInput, socket: import('node:net').Socket): Promise<void> => {
    counts.talked++
    const peer = new Peer(socket, input.answers)
    if (input.mse === undefined) peer.plain()
    else await peer.encrypted(infoHashOf(input.to), input.mse, input.way === 'called')
    await peer.play(input.steps, input.lastMs)
    if (peer.shaken) counts[input.mse === undefined ? 'shaken' : 'encrypted']++
    if (input.end === 'reset') socket.resetAndDestroy()
    else socket.destroy()
  }
  return {
    daemon: world.daemon,
    infoHash: world.seed.infoHash,
    lanes: 8,
    async play(input) {
      const address = loopbackAddress(new Random(input.from))
      if (input.way === 'calls') {
        const socket = await call(world.port, address)
        if (socket !== null) await talk(input, socket)
        return
      }
      let came = (): void => {}
      const over = new Promise<void>((resolve) => {
        came = resolve
      })
      const timer = setTimeout(came, calledWithinMs)
      const server = await tcpServer((socket) => {
        clearTimeout(timer)
        void talk(input, socket).finally(came)
      }, address)
      const infoHash = infoHashOf(input.to)
      await world.client
        .call('torrents.peers.add', {
          session: 'default',
          info_hash: infoHash,
          ip: address,
          port: server.port,
        })
        // a host that just died
        .catch(() => came())
      await over
      await server.close()
    },
    note: () =>
      `${counts.talked} peers were heard, ${counts.shaken + counts.encrypted} answered, ${counts.encrypted} of them encrypted`,
    close: () => world.close(),
  }
}
