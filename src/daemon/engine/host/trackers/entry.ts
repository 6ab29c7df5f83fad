import type { TaskTracker, TrackerReport } from '../../protocol.ts'
import type { Scheduled } from './schedule.ts'
import type { WebSocketTracker } from './websocket.ts'

/** What is known of one tracker of a torrent that runs. Times are those of performance.now. */
export class Entry implements Scheduled {
  readonly url: string
  tier: number
  /** The tier it was given; prefer_udp_trackers may have changed `tier`. */
  givenTier: number
  trackerId = ''
  fails = 0
  failLimit = 0
  nextAt = Number.NEGATIVE_INFINITY
  minAt = Number.NEGATIVE_INFINITY
  verified = false
  /** Warning or failure in the tracker's own words. */
  message = ''
  /** See TrackerError. */
  lastError = ''
  startSent = false
  completeSent = false
  /** -1 unknown. */
  complete = -1
  incomplete = -1
  downloaded = -1
  /** The announce that is under way. */
  request: AbortController | null = null
  /** Only of a tracker over WebSocket. */
  socket: WebSocketTracker | null = null

  constructor({ url, tier }: TaskTracker, givenTier: number) {
    this.url = url
    this.tier = tier
    this.givenTier = givenTier
  }

  /** The same as if nothing had been asked since it was loaded, but for what was learnt. */
  rested(): Entry {
    const entry = new Entry({ url: this.url, tier: this.tier }, this.givenTier)
    const { trackerId, fails, failLimit, verified, message, lastError, complete, incomplete, downloaded } =
      this
    return Object.assign(entry, {
      ...{ trackerId, fails, failLimit, verified, message, lastError },
      ...{ complete, incomplete, downloaded },
    })
  }

  get updating(): boolean {
    return this.request !== null
  }

  /** `offset`: what turns the times into milliseconds since 1970. */
  report(offset: number): TrackerReport {
    const seconds = (at: number) => (Number.isFinite(at) ? Math.floor((at + offset) / 1000) : null)
    return {
      url: this.url,
      tier: this.tier,
      trackerId: this.trackerId,
      failLimit: this.failLimit,
      verified: this.verified,
      fails: this.fails,
      message: this.message,
      lastError: this.lastError,
      nextAnnounce: seconds(this.nextAt),
      minAnnounce: seconds(this.minAt),
      updating: this.updating,
      startSent: this.startSent,
      completeSent: this.completeSent,
      complete: this.complete,
      incomplete: this.incomplete,
      downloaded: this.downloaded,
    }
  }
}
