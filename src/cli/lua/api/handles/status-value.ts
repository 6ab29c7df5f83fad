import type { TorrentStatus } from '../../../../rpc/contract/types.ts'
import { changingMethods } from '../../../daemon/changing-methods.ts'
import type { Api } from '../describe.ts'
import type { TorrentInfoValue } from '../values/torrent-info.ts'
import { keyOf, type TorrentRef, torrentId, torrentIdOf } from '../values/torrent-ref.ts'

/** The state of a torrent at one moment. */
export interface StatusValue {
  readonly torrent: TorrentRef
  data: Partial<TorrentStatus>
  /** Whether `data` holds everything; else the rest is fetched when it is first needed. */
  complete: boolean
  /** Collects the names that are read, for the pages that follow; see pages.ts. */
  readonly learned: Set<Field> | undefined
  pieces?: Uint8Array
  info?: TorrentInfoValue
}

export type Field = keyof TorrentStatus

/** What is counted from the pieces, and so has to come from one moment with them. */
const counted = ['pieces', 'num_pieces', 'total_done', 'total_wanted_done', 'progress'] as const

/**
 * Fetches what is missing. What is there stays, so a property never changes; but where pieces come later, as to a status
 * from a list, their counts come with them.
 */
function complete(api: Api, status: StatusValue): void {
  if (status.complete && status.data.pieces !== undefined) return
  // Not `api.call`: this may itself run before a call.
  const answer = api.channel.call('torrents.status', keyOf(status.torrent))
  const known = { ...status.data }
  if (known.pieces === undefined) for (const field of counted) delete known[field]
  status.data = { ...answer, ...known }
  status.complete = true
  api.shared(partialStatusesOf).remove(status)
}

/** A property of the torrent's status; fetched with all others when the page did not bring it. */
export function fieldOf<F extends Field>(api: Api, status: StatusValue, field: F): TorrentStatus[F] {
  status.learned?.add(field)
  if (status.data[field] === undefined) complete(api, status)
  return status.data[field] as TorrentStatus[F]
}

/** Some properties as plain data, for what is computed from a status. */
export function statusFields(
  api: Api,
  status: StatusValue,
  fields: readonly Field[],
): Partial<TorrentStatus> {
  return Object.fromEntries(fields.map((field) => [field, fieldOf(api, status, field)]))
}

/**
 * The statuses a script may still read that hold only some properties. Before the script changes a torrent, those
 * of that torrent get the rest, so that a status shows the torrent as it was. Category and tags are no reason: they are
 * not part of what a script reads of a status.
 */
export class PartialStatuses {
  readonly #api: Api
  /** Those since the last change. Most scripts change nothing, so they are not sorted before it is needed. */
  readonly #recent = new Set<StatusValue>()
  readonly #byTorrent = new Map<string, Set<StatusValue>>()

  constructor(api: Api) {
    this.#api = api
    api.beforeCall((method, params) => {
      if (changingMethods.has(method) && method !== 'torrents.userdata.update') this.#complete(params)
    })
  }

  add(status: StatusValue): void {
    this.#recent.add(status)
  }

  remove(status: StatusValue): void {
    if (!this.#recent.delete(status)) this.#byTorrent.get(torrentId(status.torrent))?.delete(status)
  }

  /** Of the torrent that the parameters of a call name. */
  #complete(params: object): void {
    for (const status of this.#recent) {
      const id = torrentId(status.torrent)
      const known = this.#byTorrent.get(id)
      if (known) known.add(status)
      else this.#byTorrent.set(id, new Set([status]))
    }
    this.#recent.clear()
    const id = torrentIdOf(params)
    for (const status of this.#byTorrent.get(id) ?? []) complete(this.#api, status)
    this.#byTorrent.delete(id)
  }
}

/** `api.shared(partialStatusesOf)` are those of a script. */
export const partialStatusesOf = (api: Api): PartialStatuses => new PartialStatuses(api)
