import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { StateError } from '../../state/error.ts'
import type { MoveRow } from '../../state/rows.ts'
import { tell } from '../events.ts'
import type { Session } from '../session.ts'
import { isMoving } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { firstLook } from './first-look.ts'

/** Says that a move did not come about. */
export function moveFailed(session: Session, record: TorrentRecord, move: MoveRow, error: string): void {
  tell(session.events, 'torrent_move_failed', record, { file: move.target, error })
}

/** The torrent is being removed: nobody moves its files any more. */
export function endMoves(session: Session, record: TorrentRecord): void {
  for (const move of record.holds.moves) moveFailed(session, record, move, 'the torrent was removed')
}

/**
 * Carries out the first move of a torrent that is not in the engine. Rejects when the engine went away or the state
 * cannot be written; the move is still to be done then.
 */
export async function carryOutMove(session: Session, record: TorrentRecord): Promise<void> {
  const { row } = record
  const [move] = record.holds.moves
  if (!move) return
  const what = `session ${session.name}: moving ${row.name || row.v1} to ${move.target}`
  try {
    const torrentFile = session.torrentFile(record)
    if (torrentFile === null) throw new Error('it has no metadata')
    await session.engine.call('moveFiles', {
      torrentFile,
      from: row.savePath,
      to: move.target,
      have: session.store.have(row.id),
    })
    if (!record.removed) {
      session.change(record, { savePath: move.target }, () => session.store.removeMove(move.id))
      forget(record, move)
      tell(session.events, 'torrent_moved', record, { file: move.target })
    }
    session.log.info(`${what}: done`)
  } catch (error) {
    const { message } = error as Error
    if (session.isClosed) throw error
    const away = error instanceof RpcError && error.code === ErrorCode.EngineUnavailable
    const later = away || error instanceof StateError
    session.log.warning(`${what}: ${message}${later ? '; it will be tried again' : ''}`)
    if (later) throw error
    if (!record.removed) {
      session.store.removeMove(move.id)
      forget(record, move)
      moveFailed(session, record, move, message)
    }
  }
  if (record.removed) return
  // What was looked at before the move counts no more.
  if (!isMoving(record)) firstLook(session, record)
  session.touch(record)
}

/** The move is history, whatever came of it. */
function forget(record: TorrentRecord, move: MoveRow): void {
  record.holds.moves = record.holds.moves.filter(({ id }) => id !== move.id)
}
