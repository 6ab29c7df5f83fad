import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { tell } from '../events.ts'
import type { Session } from '../session.ts'
import { hasMetadata } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { stopWhenReady } from '../transitions/finished.ts'
import { firstLook } from '../transitions/first-look.ts'
import type { AddRequest } from './add-request.ts'
import { merge } from './merge.ts'
import { newTorrentOf } from './new-torrent.ts'

/** What became of a request to add a torrent. */
export interface Added {
  record: TorrentRecord
  /** false: it was there already. */
  added: boolean
  /** Sentences for the user. */
  warnings: string[]
}

/**
 * Adds a torrent, durably and at once; what is there already is returned, with the trackers, web seeds and peers of
 * both unless it is private, and the metadata if it had none. Throws InvalidTorrent when it is there with another v2
 * hash.
 */
export function addTorrent(session: Session, request: AddRequest): Added {
  const existing = session.records.byV1(request.v1)
  if (existing) {
    if (request.params.flags?.duplicate_is_error) {
      throw new RpcError(ErrorCode.InvalidTorrent, 'torrent already exists in session')
    }
    const warnings = [...request.warnings, ...merge(session, existing, request)]
    return { record: existing, added: false, warnings }
  }
  const saved = newTorrentOf(request, session.name, session.clock.time(), () => session.queue.newKey())
  const row = session.store.addTorrent(saved)
  const record = session.admit({ row, progress: saved.progress })
  if (row.queueKey !== null) session.queue.append(record)
  tell(session.events, 'torrent_added', record)
  firstLook(session, record, request.metainfo)
  // There is nothing to be checked before its metadata.
  if (!hasMetadata(record)) stopWhenReady(session, record)
  session.touch(record)
  return { record, added: true, warnings: request.warnings }
}
