import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { StateError } from '../../state/error.ts'
import type { MoveRow } from '../../state/rows.ts'
import { checkSavePath } from '../actions/add-request.ts'
import { tell } from '../events.ts'
import type { Session } from '../session.ts'
import { hasMetadata, isMoving, type TorrentRecord } from '../torrent/record.ts'
import { plainPath, samePath } from '../torrent/save-path.ts'

/**
 * Moves the files of a torrent to another folder (libtorrent: move_storage, which replaces files that are there). It
 * takes effect later: the torrent leaves the engine, its files are moved, it goes on, and only then is its save path the
 * new one. A move that was acknowledged is carried out whatever process dies meanwhile; one that fails changes nothing,
 * and the log says why. A move that is asked for during another one follows it. Before metadata there are no files: the
 * save path changes at once.
 *
 * Each ends in an event: `torrent_moved`, also when the files were there already, or `torrent_move_failed`.
 *
 * Throws InvalidParams for a path that is not absolute.
 */
export function moveTorrent(session: Session, record: TorrentRecord, path: string): void {
  checkSavePath(path, { method: 'torrents.move', field: 'path' })
  const { row, moves } = record
  const target = plainPath(path)
  if (!hasMetadata(record)) {
    session.change(record, { savePath: target })
    tell(session.events, 'torrent_moved', record, { file: target })
    // The engine has been told where the files go.
    if (record.loaded || record.busy) record.restart = 'continue'
    session.touch(record)
    return
  }
  const last = moves.at(-1)
  if (last === undefined && samePath(row.savePath, target)) {
    tell(session.events, 'torrent_moved', record, { file: target })
    return
  }
  // One event is for both who asked.
  if (last !== undefined && samePath(last.target, target)) return
  const [first, ...later] = moves
  record.moves = session.store.transaction(() => {
    // The first may be under way, the others cannot be.
    for (const { id } of later) session.store.removeMove(id)
    if (first !== undefined && samePath(first.target, target)) return [first]
    const move = session.store.addMove({ torrent: row.id, target })
    return first ? [first, move] : [move]
  })
  for (const move of later) moveFailed(session, record, move, `another move was asked for, to ${target}`)
  session.touch(record)
}

/** Says that a move did not come about. */
function moveFailed(session: Session, record: TorrentRecord, move: MoveRow, error: string): void {
  tell(session.events, 'torrent_move_failed', record, { file: move.target, error })
}

/** The torrent is being removed: nobody moves its files any more. */
export function endMoves(session: Session, record: TorrentRecord): void {
  for (const move of record.moves) moveFailed(session, record, move, 'the torrent was removed')
}

/**
 * Carries out the first move of a torrent that is not in the engine. Rejects when the engine went away or the state
 * cannot be written; the move is still to be done then.
 */
export async function carryOutMove(session: Session, record: TorrentRecord): Promise<void> {
  const { row } = record
  const [move] = record.moves
  if (!move) return
  const what = `session ${session.name}: moving ${row.name || row.v1} to ${move.target}`
  try {
    const torrentFile = session.torrentFile(record)
    if (torrentFile === null) throw new Error('it has no metadata')
    await session.engine.moveFiles({
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
  if (!isMoving(record)) session.look(record)
  session.touch(record)
}

/** The move is history, whatever came of it. */
function forget(record: TorrentRecord, move: MoveRow): void {
  record.moves = record.moves.filter(({ id }) => id !== move.id)
}
