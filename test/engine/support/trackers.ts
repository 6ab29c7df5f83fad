import type { TestContext } from 'node:test'
import type WebTorrent from 'webtorrent'
import { TorrentState } from '../../../src/daemon/engine/host/torrent-state.ts'
import { Trackers } from '../../../src/daemon/engine/host/trackers/announcer.ts'
import { TrackerNet } from '../../../src/daemon/engine/host/trackers/net.ts'
import { straight } from '../../../src/daemon/engine/host/trackers/route.ts'
import { trackerSettings } from '../../../src/daemon/engine/host/trackers/settings.ts'
import type { TrackerReport } from '../../../src/daemon/engine/protocol.ts'
import type { Settings } from '../../../src/rpc/contract/types.ts'
import { task, until } from './engine.ts'

export const torrentId = '5a'.repeat(20)

/** The trackers of one torrent, asked from this process: a host of its own would cost a second each. */
export interface RunningTrackers {
  trackers: Trackers
  state: TorrentState
  net: TrackerNet
  /** What trackers named. */
  peers: unknown[]
  configure(settings: Settings): void
  at(url: string): TrackerReport | undefined
  /** What is known of a tracker once it has been asked. */
  asked(url: string): Promise<TrackerReport>
}

/** Starts asking: a list is a tier. Ends with the test. */
export function startTrackers(t: TestContext, tiers: string[][], settings: Settings = {}): RunningTrackers {
  const list = tiers.flatMap((urls, tier) => urls.map((url) => ({ url, tier })))
  const state = new TorrentState(task(torrentId, '/nowhere', { trackers: list }), () => {})
  // all that is asked of the client
  const client = { peerId: '2d'.repeat(20), torrentPort: 6881, tracker: {} } as unknown as WebTorrent
  const net = new TrackerNet(trackerSettings(settings))
  const peers: unknown[] = []
  const trackers = new Trackers(state, client, net, {
    peers: (found) => peers.push(...found),
    rtcPeer: (peer) => peers.push(peer),
    warn: () => {},
    failing: () => {},
  })
  const at = (url: string) => state.trackers.find((tracker) => tracker.url === url)
  t.after(async () => {
    await trackers.stop(1000)
    net.close()
  })
  trackers.start()
  return {
    ...{ trackers, state, net, peers, at },
    configure(changed) {
      net.configure(trackerSettings(changed), straight)
      trackers.settingsChanged()
    },
    async asked(url) {
      const over = (one: TrackerReport | undefined) =>
        one !== undefined && !one.updating && (one.verified || one.fails > 0)
      await until(
        () => over(at(url)),
        `${url} was asked`,
        () => JSON.stringify(state.trackers),
      )
      return at(url)!
    },
  }
}
