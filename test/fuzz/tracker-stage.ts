import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stage } from './target.ts'
import { openWorld, type World } from './world.ts'

/** Where one lane's tracker listens, and what it answers now. */
export interface Lane<I> {
  url: string
  /** Null between two tries. */
  input: I | null
  /** Called by the tracker when an answer to an announce is out. */
  answered: () => void
}

/** An announce comes within this time, or the session cannot be reached. */
const announceWithinMs = 2500

/**
 * A daemon with a tracker for each lane. A try adds a torrent that announces there at once, waits for the answer, and
 * removes the torrent, which announces its end.
 */
export async function trackerStage<I extends { [key: string]: unknown }>(
  lanes: Lane<I>[],
  closeTrackers: () => Promise<void>,
  addParams: (lane: Lane<I>, world: World) => Record<string, unknown> = () => ({
    info_hash: randomBytes(20).toString('hex'),
  }),
): Promise<Stage<I>> {
  const world = await openWorld({ stop_tracker_timeout: 1 }).catch(async (error) => {
    await closeTrackers()
    throw error
  })
  let announced = 0
  return {
    daemon: world.daemon,
    infoHash: world.seed.infoHash,
    lanes: lanes.length,
    async play(input, number) {
      const lane = lanes[number]!
      const answered = new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), announceWithinMs)
        lane.answered = () => {
          clearTimeout(timer)
          resolve(true)
        }
      })
      lane.input = input
      const params = {
        save_path: `${world.daemon.folder}/lane-${number}`,
        trackers: [lane.url],
        ...addParams(lane, world),
      }
      try {
        const { info_hash } = await world.client.call('torrents.add', params)
        if (await answered) announced++
        await sleep(8)
        await world.client.call('torrents.remove', { session: 'default', info_hash, remove_files: true })
      } catch {
        // the host went away: it is counted where it is watched
      }
    },
    note: () => `${announced} were asked and answered`,
    async close() {
      await world.close()
      await closeTrackers()
    },
  }
}
