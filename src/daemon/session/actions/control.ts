import type { FlagChanges } from '../../../rpc/contract/types.ts'
import { FilesState } from '../../state/rows.ts'
import type { Session } from '../session.ts'
import { changedFlags, errorTolerated, hasFlag, pausedFlags, resumedFlags } from '../torrent/flags.ts'
import { hasMetadata, readsFlag } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { cleared, withoutError } from '../transitions/errors.ts'
import { stopWhenReady } from '../transitions/finished.ts'
import { recheck } from '../transitions/recheck.ts'

/** Stops a torrent until `resume`; twice is harmless. */
export function pause(session: Session, record: TorrentRecord): void {
  session.change(record, { flags: pausedFlags(record.row.flags) })
  session.touch(record)
}

/** Lets a torrent run, or gives it back to the queue; clears its error. */
export function resume(session: Session, record: TorrentRecord): void {
  const { row } = record
  session.change(record, withoutError(row, resumedFlags(row.flags)))
  session.touch(record)
}

/** Clears the error, which starts the torrent again, and leaves upload mode. */
export function clearError(session: Session, record: TorrentRecord): void {
  session.change(record, cleared(record.row))
  session.optionsChanged(record)
}

/** Sets and clears flags as libtorrent does; returns warnings about flags that have no effect. */
export function setFlags(session: Session, record: TorrentRecord, changes: FlagChanges): string[] {
  const result = changedFlags(record.row.flags, changes, (name) => readsFlag(record, name))
  // What led to upload mode is over with it.
  const leaves = (result.flags & errorTolerated) !== 0 && !hasFlag(result.flags, 'upload_mode')
  session.change(record, leaves ? withoutError(record.row, result.flags) : { flags: result.flags })
  if (result.recheck) recheck(session, record)
  // As in libtorrent: what was checked is ready, running or not, and so is what waits for its metadata.
  const ready = !hasMetadata(record) || record.progress.files === FilesState.known
  if (ready && hasFlag(record.row.flags, 'stop_when_ready')) stopWhenReady(session, record)
  session.optionsChanged(record)
  return result.warnings
}
