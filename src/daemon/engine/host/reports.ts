import type { TorrentReport } from '../protocol.ts'
import type { TorrentState } from './torrent-state.ts'

/** Reports go out at most this often, ms. */
const interval = 250
/** Ends of checks, completions and errors do not wait that long; a thousand loads at once still share a message. */
const urgentInterval = 20
interface Sent {
  report: Required<TorrentReport>
  haveVersion: number
  stampsVersion: number
}

/** Collects what changed and sends it in rounds: one message for all torrents, with changed fields only. */
export class Reports {
  readonly #send: (reports: TorrentReport[]) => void
  readonly #changed = new Set<TorrentState>()
  readonly #sent = new Map<TorrentState, Sent>()
  /** Torrents that left. Their trackers may still answer, when a torrent of the same hash is there again already. */
  readonly #closed = new WeakSet<TorrentState>()
  #lastAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | null = null
  #timerAt = 0

  constructor(send: (reports: TorrentReport[]) => void) {
    this.#send = send
  }

  /** Something of this torrent changed. */
  changed(state: TorrentState, urgent: boolean): void {
    if (this.#closed.has(state)) return
    this.#changed.add(state)
    this.#schedule(this.#lastAt + (urgent ? urgentInterval : interval))
  }

  /** The torrent's last report, complete; nothing more is sent of it. */
  close(state: TorrentState): TorrentReport {
    this.#changed.delete(state)
    this.#sent.delete(state)
    this.#closed.add(state)
    return state.snapshot(performance.now())
  }

  #schedule(at: number): void {
    if (this.#timer !== null && this.#timerAt <= at) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => this.#round(), Math.max(0, at - performance.now()))
  }

  #round(): void {
    this.#timer = null
    const now = performance.now()
    const states = [...this.#changed]
    this.#changed.clear()
    this.#lastAt = now
    const reports = states.map((state) => this.#difference(state, now))
    const news = reports.filter((report) => Object.keys(report).length > 1)
    if (news.length > 0) this.#send(news)
    if (this.#changed.size > 0) this.#schedule(now + interval)
  }

  #difference(state: TorrentState, now: number): TorrentReport {
    const report = state.snapshot(now)
    const before = this.#sent.get(state)
    const { haveVersion, stampsVersion } = state
    // the pieces go with the bytes that are counted from them: a status is of one moment
    const haveDue =
      before === undefined
        ? haveVersion > 0
        : before.haveVersion !== haveVersion || before.stampsVersion !== stampsVersion
    this.#sent.set(state, { report, haveVersion, stampsVersion })
    // rates fall on their own
    const moving =
      report.downloadRate || report.uploadRate || report.payloadDownloadRate || report.payloadUploadRate
    if (moving) this.#changed.add(state)

    const news: Record<string, unknown> = { id: report.id }
    for (const [name, value] of Object.entries(report)) {
      if (name === 'have' || name === 'stamps') continue
      if (before === undefined || before.report[name as keyof TorrentReport] !== value) news[name] = value
    }
    // both at once: what is claimed of a file and what it looks like belong together
    if (haveDue) Object.assign(news, { have: report.have.slice(), stamps: report.stamps })
    return news as unknown as TorrentReport
  }
}
