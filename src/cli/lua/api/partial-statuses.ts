import type { Api } from './api.ts'
import { torrentId, torrentIdOf } from './torrent-ref.ts'
import { completeStatus, type StatusValue } from './torrent-status.ts'

/**
 * The statuses a script may still read that hold only some properties. Before the script changes a torrent, those
 * of that torrent get the rest, so that a status shows the torrent as it was.
 */
export class PartialStatuses {
  /** Those since the last change. Most scripts change nothing, so they are not sorted before it is needed. */
  readonly #recent = new Set<StatusValue>()
  readonly #byTorrent = new Map<string, Set<StatusValue>>()

  add(status: StatusValue): void {
    this.#recent.add(status)
  }

  remove(status: StatusValue): void {
    if (!this.#recent.delete(status)) this.#byTorrent.get(torrentId(status.torrent))?.delete(status)
  }

  /** To be called with the parameters of a call that is about to change something. */
  complete(api: Api, params: object): void {
    for (const status of this.#recent) {
      const id = torrentId(status.torrent)
      const known = this.#byTorrent.get(id)
      if (known) known.add(status)
      else this.#byTorrent.set(id, new Set([status]))
    }
    this.#recent.clear()
    const id = torrentIdOf(params)
    for (const status of this.#byTorrent.get(id) ?? []) completeStatus(api, status)
    this.#byTorrent.delete(id)
  }
}
