import type { InfoHash, TorrentStatus } from '../../../../rpc/contract/types.ts'
import type { Api } from '../describe.ts'
import { type Changes, changesOf } from './changes.ts'
import type { HandleValue, Page } from './handle-value.ts'
import type { Field } from './status-value.ts'

/** Torrents asked for at first, so that a script that stops early is not slowed down; and then. */
const firstPage = 256
const laterPages = 1024

/**
 * The torrents of a session, read a page at a time in order of their info hash, so that adding and removing
 * meanwhile is safe.
 *
 * Each handle carries its status. The first page has all of it. From what the script reads of that the later pages
 * learn, and ask for those properties only: 70 properties of 10,000 torrents are 18 MB. Once the script has changed
 * something they are complete again, since a status must show the torrent as it was before (PartialStatuses).
 */
export class TorrentPages {
  readonly #api: Api
  readonly #changes: Changes
  readonly #session: string
  readonly #query: string | undefined
  readonly #learned = new Set<Field>()
  #torrents: readonly Partial<TorrentStatus>[] = []
  #page: Page | undefined
  #at = 0
  /** Where the next page starts; undefined before the first, null after the last. */
  #next: InfoHash | null | undefined
  #changesAtStart = 0

  constructor(api: Api, session: string, query: string | undefined) {
    this.#api = api
    this.#changes = api.shared(changesOf)
    this.#session = session
    this.#query = query
    // Asked at once, so that a wrong session or query is an error where `torrents()` is called.
    this.#read()
  }

  /** The next torrent; undefined at the end, and then for ever. */
  next(): HandleValue | undefined {
    while (this.#at >= this.#torrents.length) {
      if (this.#next === null) return undefined
      this.#read()
    }
    const data = this.#torrents[this.#at++] as Partial<TorrentStatus>
    const torrent = { session: this.#session, hash: data.info_hash as InfoHash }
    return { torrent, page: this.#page, data, answered: 0 }
  }

  #read(): void {
    const { channel } = this.#api
    const first = this.#next === undefined
    const complete = first || this.#changes.count !== this.#changesAtStart
    const answer = channel.call('torrents.list', {
      session: this.#session,
      limit: first ? firstPage : laterPages,
      ...(this.#query !== undefined && { query: this.#query }),
      ...(this.#next && { after: this.#next }),
      ...(!complete && { fields: [...new Set<Field>(['info_hash', ...this.#learned])] }),
    })
    // After the call, which may have connected: that counts as a change.
    const changes = this.#changes.count
    if (first) this.#changesAtStart = changes
    this.#page = { complete, changes, learned: this.#learned }
    this.#torrents = answer.torrents
    this.#next = answer.next
    this.#at = 0
  }
}
