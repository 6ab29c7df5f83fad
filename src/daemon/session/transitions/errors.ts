import type { TaskError } from '../../engine/protocol.ts'
import type { TorrentRow } from '../../state/rows.ts'
import { tell } from '../events.ts'
import type { Session } from '../session.ts'
import { acceptsGone, errorKinds, errorTolerated, filesGone, flagBit, hasFlag } from '../torrent/flags.ts'
import type { TorrentRecord } from '../torrent/record.ts'

/**
 * Errors of a write after which reading may still work: the folder or disk is read-only, full, or not ours. As in
 * libtorrent, the torrent then goes on in upload mode.
 */
const writeOnly = new Set(['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT', 'EFBIG'])

/**
 * Takes in an error of the engine. `stopped`: the engine has stopped the torrent.
 *
 * As in libtorrent, a piece that cannot be written puts the torrent into upload mode, bytes that cannot be read for a peer
 * are an error that the torrent survives, and every other error stops the torrent. Unlike in libtorrent, a status shows the
 * error in all three cases.
 */
export function takeError(session: Session, record: TorrentRecord, error: TaskError, stopped: boolean): void {
  const { row } = record
  const { message, file } = error
  const readOnly = error.write && writeOnly.has(error.code ?? '') && !hasFlag(row.flags, 'upload_mode')
  const runs = !stopped || readOnly
  // Each request of a peer for bytes that cannot be read comes here. The first error stays.
  if (!stopped && row.error !== null) return
  const flags = (readOnly ? row.flags | flagBit.upload_mode : row.flags) & ~errorKinds
  const kind = runs ? errorTolerated : error.code === 'EGONE' ? filesGone : 0
  session.note(record, { error: message, errorFile: file, flags: flags | kind })
  if (file !== null) tell(session.events, 'torrent_file_error', record, { file, error: message })
  if (readOnly) session.reload(record, 'continue')
  else session.touch(record)
}

/** A torrent that ends one engine host after the other stops, so that the others run. `reason`: how the last one ended. */
export function stopCulprit(session: Session, record: TorrentRecord, reason: string): void {
  const { row } = record
  const error = `the torrent was stopped: it ended the engine several times in a row (${reason}); resume it to try again`
  session.log.error(`session ${session.name}: ${row.name || row.v1}: ${error}`)
  session.note(record, { error, errorFile: null, flags: row.flags & ~errorKinds })
  session.touch(record)
}

type ErrorChanges = Pick<TorrentRow, 'error' | 'errorFile' | 'flags'>

/**
 * The columns that clear the error of a torrent which gets `flags` (resume, recheck, the end of upload mode). An error that
 * put the torrent into upload mode stays as long as the torrent stays in upload mode.
 */
export function withoutError({ error, errorFile }: TorrentRow, flags: number): ErrorChanges {
  if ((flags & errorTolerated) !== 0 && hasFlag(flags, 'upload_mode')) return { error, errorFile, flags }
  return { error: null, errorFile: null, flags: flags & ~errorKinds }
}

/** The columns that clear the error and end upload mode. Files that were gone may be downloaded again. */
export function cleared({ flags }: TorrentRow): ErrorChanges {
  return {
    error: null,
    errorFile: null,
    flags: accepting(flags) & ~(flagBit.upload_mode | errorKinds),
  }
}

/** The flags of a torrent whose error is cleared by a user: if files of it are gone, they may be downloaded again. */
export function accepting(flags: number): number {
  return (flags & filesGone) !== 0 ? flags | acceptsGone : flags
}

/** Ends upload mode without being asked, so that what could not be written is tried again. */
export function leaveUploadMode(session: Session, record: TorrentRecord): void {
  const { row } = record
  session.note(record, withoutError(row, row.flags & ~flagBit.upload_mode))
  session.optionsChanged(record)
}

/** A file that was gone is there again. The error is cleared; the next load finds out whether the others are there too. */
export function filesAreBack(session: Session, record: TorrentRecord): void {
  const { row } = record
  session.log.info(`session ${session.name}: ${row.name || row.v1}: "${row.errorFile}" is there again`)
  session.note(record, withoutError(row, row.flags))
  session.touch(record)
}

/**
 * Stops a torrent with an error because the engine refuses it, or because its metadata is wrong. `what` names the torrent
 * in the log.
 */
export function refused(
  session: Session,
  record: TorrentRecord,
  { message }: Error,
  what = record.row.name || record.row.v1,
): void {
  const { row } = record
  session.log.warning(`session ${session.name}: ${what}: ${message}`)
  session.note(record, { error: message, errorFile: null, flags: row.flags & ~errorKinds })
  session.touch(record)
}
