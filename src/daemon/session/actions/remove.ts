import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { within } from '../../engine/concurrency.ts'
import { tell } from '../events.ts'
import type { Session } from '../session.ts'
import { startOrStop } from '../torrent/durations.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { endMoves } from '../transitions/move-files.ts'
import { deleteAll, holdBack } from '../transitions/removals.ts'

/** How long a removal waits for files to be deleted. */
const waitMs = 60_000

/**
 * Removes a torrent: it is gone, for good, before anything is waited for. With `removeFiles` its files go too, and
 * the promise tells how that went, with warnings about files that were left; what a dying daemon leaves is finished at
 * the next start. Rejects with FileSystem or EngineUnavailable.
 */
export async function removeTorrent(
  session: Session,
  record: TorrentRecord,
  removeFiles: boolean,
): Promise<string[]> {
  const { row } = record
  const torrentFile = removeFiles ? session.torrentFile(record) : null
  // Of a torrent that is being moved some files may be there already.
  const places = [row.savePath, ...record.holds.moves.slice(0, 1).map(({ target }) => target)]
  const removals = session.store.transaction(() => {
    session.store.removeTorrent(row.id)
    if (torrentFile === null) return []
    return places.map((savePath) =>
      session.store.addRemoval({ session: session.name, v1: row.v1, savePath, torrentFile }),
    )
  })
  record.removed = true
  startOrStop(record, session.clock.now())
  session.records.remove(record)
  session.queue.remove(record)
  endMoves(session, record)
  tell(session.events, 'torrent_removed', record)
  const left = session.reconciler.leave(record).then(() => deleteAll(session, removals))
  holdBack(session, row.v1, left)
  session.scheduler.request()
  return torrentFile ? await deletedWithin(session, left, waitMs) : []
}

/** Deleting goes on, but whoever asked hears of it; a disk that does not answer must not keep a script for ever. */
async function deletedWithin(session: Session, left: Promise<string[]>, ms: number): Promise<string[]> {
  const warnings = await within(left, ms, { ref: false })
  if (warnings !== undefined) return warnings
  left.catch((error: Error) => session.log.warning(`files of a removed torrent: ${error.message}`))
  const text = `the torrent is removed; deleting its files takes longer than ${ms / 1000} s and goes on`
  throw new RpcError(ErrorCode.EngineUnavailable, text)
}
