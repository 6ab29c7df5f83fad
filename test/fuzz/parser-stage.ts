import type { TestDaemon } from '../helpers/daemon.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import type { Input, Stage } from './target.ts'
import { openWorld, type World } from './world.ts'

/** No parser may take longer for what a person or a file gives it, ms. */
const longestMs = 1000

/** One of so many inputs goes through the daemon, too. */
const throughDoor = 50

/**
 * A parser: each input is read in this process, where it must end in time and may fail in its own words only, and some
 * are sent to a daemon.
 */
export async function parserStage<I extends Input>(
  read: (input: I) => 'read' | 'refused',
  door: (input: I, world: World) => Promise<void>,
): Promise<Stage<I>> {
  const world = await openWorld()
  const counts = { read: 0, refused: 0, sent: 0 }
  let number = 0
  return {
    daemon: world.daemon,
    infoHash: world.seed.infoHash,
    lanes: 1,
    async play(input) {
      const start = performance.now()
      counts[read(input)]++
      const tookMs = performance.now() - start
      if (tookMs > longestMs) throw new Error(`it took ${tookMs.toFixed(0)} ms`)
      if (number++ % throughDoor !== 0) {
        // the watch and the probe want their turn
        if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
        return
      }
      counts.sent++
      await door(input, world)
    },
    note: () => `${counts.read} were read, ${counts.refused} refused; ${counts.sent} went through the daemon`,
    close: () => world.close(),
  }
}

/** Rejects unless an error is the daemon's own, in words: never a fault of the program. */
export function mustBeOrderly(error: unknown, daemon: TestDaemon): void {
  const { code, message } = error as { code?: number; message: string }
  // the daemon's log has the stack
  if (code === -32603) throw new Error(`an internal error: ${message}`)
  if (typeof code !== 'number') throw new Error(`no error of the protocol: ${message} (pid ${daemon.pid})`)
}

/** Waits until a torrent is gone, so that the next input finds the same world. */
export async function removed(world: World, infoHash: [string | null, string | null]): Promise<void> {
  await world.client.call('torrents.remove', { session: 'default', info_hash: infoHash, remove_files: true })
  await waitUntil('the torrent is gone', async () => {
    const { info_hash } = await world.client.call('torrents.find', {
      session: 'default',
      info_hash: infoHash,
    })
    return info_hash === null
  })
}
