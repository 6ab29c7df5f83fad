import type { Heard } from './heard-ring.ts'

/** A peer that was heard so shortly before may have had a part in it, ms. */
const togetherMs = 1000
/** A torrent with so much to answer for is the one that ends its hosts. */
const enough = 3
/** What happened longer ago than this counts no more, ms. */
const rememberedMs = 60 * 60 * 1000
/** Torrents that are remembered at most; the oldest go first. */
const mostKept = 1000

/**
 * Finds the torrent that ends each host that it is loaded into, such as one whose tracker sends what a library cannot
 * bear. A crash counts whole when its exception came of work for the torrent, or when the torrent was the last thing that
 * the host turned to; half when a peer was heard right before, who is then to blame just as well (see CrashBans).
 */
export class TorrentBlame {
  readonly #suspects = new Map<string, { weight: number; at: number }>()

  /** Takes in what a host did before it crashed, the newest first; answers with the torrent that is to be stopped. */
  blame(heard: readonly Heard[], now: number): string | null {
    const words = heard.find(({ exception }) => exception)
    const [last] = heard.filter(({ exception }) => !exception)
    const torrent = words?.torrent ?? last?.torrent
    if (torrent === undefined) return null
    const peer = last !== undefined && last.address !== '' && (words ?? last).at - last.at <= togetherMs
    const known = this.#suspects.get(torrent)
    const before = known !== undefined && now - known.at < rememberedMs ? known.weight : 0
    const weight = before + (peer ? 0.5 : 1)
    this.#suspects.delete(torrent)
    if (weight >= enough) return torrent
    this.#suspects.set(torrent, { weight, at: now })
    for (const oldest of [...this.#suspects.keys()].slice(0, Math.max(0, this.#suspects.size - mostKept)))
      this.#suspects.delete(oldest)
    return null
  }
}
