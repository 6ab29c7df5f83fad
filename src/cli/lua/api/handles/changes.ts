import { changingMethods } from '../../../daemon/changing-methods.ts'
import type { Channel } from '../../../daemon/channel.ts'
import type { Api } from '../describe.ts'
import { torrentIdOf } from '../values/torrent-ref.ts'

/** What the count needs of the API. */
export interface CallingApi extends Pick<Api, 'beforeCall'> {
  readonly channel: Pick<Channel, 'connections'>
}

/**
 * What may have changed how torrents stand since this was made: whoever keeps a status can tell that it may be old.
 * `api.shared(changesOf)` is that of a script.
 */
export class Changes {
  readonly #channel: Pick<Channel, 'connections'>
  /** Torrents whose category or tags the script has changed. */
  readonly #relabelled = new Set<string>()
  #count = 0

  constructor(api: CallingApi) {
    this.#channel = api.channel
    api.beforeCall((method, params) => {
      if (method === 'torrents.userdata.update') this.#relabelled.add(torrentIdOf(params))
      else if (changingMethods.has(method)) this.#count++
    })
  }

  /** Another number than before: a status that was kept may be old. Category and tags do not count. */
  get count(): number {
    // What was read over an earlier connection came perhaps from another daemon.
    return this.#count + this.#channel.connections
  }

  /** Something else has happened: an event. */
  note(): void {
    this.#count++
  }

  /** Whether the script has changed category or tags of a torrent (`torrentId`). */
  relabelled(id: string): boolean {
    return this.#relabelled.has(id)
  }
}

export const changesOf = (api: Api): Changes => new Changes(api)
