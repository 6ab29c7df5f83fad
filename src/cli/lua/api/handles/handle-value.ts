import type { TorrentStatus } from '../../../../rpc/contract/types.ts'
import type { Api } from '../describe.ts'
import type { TorrentRef } from '../values/torrent-ref.ts'
import { changesOf } from './changes.ts'
import type { Field } from './status-value.ts'

/** A torrent of a session. Holds no state of it: only its name, and what the page it came with said. */
export interface HandleValue {
  readonly torrent: TorrentRef
  page: Page | undefined
  /** The torrent's status in that page. */
  readonly data: Partial<TorrentStatus> | undefined
  /** Which questions the page has answered already, as a sum of `Question`. */
  answered: number
}

/** What a page can answer once for each handle; then the daemon is asked, so that a script can wait for a change. */
export const Question = { status: 1, userData: 2, valid: 4 } as const

/** What the handles of a page have in common. */
export interface Page {
  /** Whether it has every property. */
  readonly complete: boolean
  /** `Changes.count` when it was read: another number now means that it may be old. */
  readonly changes: number
  /** Collects the names of properties that are read. */
  readonly learned: Set<Field>
}

export interface PageAnswer {
  readonly page: Page
  readonly data: Partial<TorrentStatus>
}

/** A handle that knows nothing of its torrent. */
export function handleOf(torrent: TorrentRef): HandleValue {
  return { torrent, page: undefined, data: undefined, answered: 0 }
}

/** Whether nothing that changes a status has happened since the handle's page was read. */
export function isFresh(api: Api, handle: HandleValue): handle is HandleValue & PageAnswer {
  return handle.page !== undefined && handle.page.changes === api.shared(changesOf).count
}

/** What the page has to say to a question; undefined when it may be old, and the second time. */
export function askPage(
  api: Api,
  handle: HandleValue,
  question: (typeof Question)[keyof typeof Question],
): PageAnswer | undefined {
  if ((handle.answered & question) !== 0 || !isFresh(api, handle)) return undefined
  handle.answered |= question
  return handle
}
