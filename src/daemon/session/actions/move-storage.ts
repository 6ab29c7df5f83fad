import { tell } from '../events.ts'
import type { Session } from '../session.ts'
import { hasMetadata } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { checkSavePath, plainPath, samePath } from '../torrent/save-path.ts'
import { moveFailed } from '../transitions/move-files.ts'

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
  const { row } = record
  const { moves } = record.holds
  const target = plainPath(path)
  if (!hasMetadata(record)) {
    session.change(record, { savePath: target })
    tell(session.events, 'torrent_moved', record, { file: target })
    // The engine has been told where the files go.
    session.reload(record, 'continue')
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
  record.holds.moves = session.store.transaction(() => {
    // The first may be under way, the others cannot be.
    for (const { id } of later) session.store.removeMove(id)
    if (first !== undefined && samePath(first.target, target)) return [first]
    const move = session.store.addMove({ torrent: row.id, target })
    return first ? [first, move] : [move]
  })
  for (const move of later) moveFailed(session, record, move, `another move was asked for, to ${target}`)
  session.touch(record)
}
