import { join } from 'node:path'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { within } from '../../engine/concurrency.ts'
import type { RemovalRow } from '../../state/rows.ts'
import { tell } from '../events.ts'
import type { Session } from '../session.ts'
import { startOrStop } from '../torrent/durations.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { filesInUse } from './files-in-use.ts'
import { endMoves } from './move-files.ts'

/** How long a removal waits for files to be deleted. */
const waitMs = 60_000

/**
 * Removes a torrent: it is gone, for good, before anything is waited for. With `removeFiles` its files go too, and
 * the promise tells how that went, with sentences about files that were left; what a dying daemon leaves is finished at
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
  const places = [row.savePath, ...record.moves.slice(0, 1).map(({ target }) => target)]
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
  const left = session.runner.leave(record).then(() => deleteAll(session, removals))
  session.holdBack(row.v1, left)
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

/** Deletes the files of torrents whose removal was acknowledged but not finished, at start or after a crash. */
export function finishRemovals(session: Session, removals: readonly RemovalRow[]): void {
  for (const removal of removals) {
    const done = deleteFiles(session, removal)
    session.holdBack(removal.v1, done)
    done.catch((error: Error) => session.log.warning(`files of a removed torrent: ${error.message}`))
  }
}

/** Goes on after a failure, and then rejects with the first. */
async function deleteAll(session: Session, removals: readonly RemovalRow[]): Promise<string[]> {
  const results = await Promise.allSettled(removals.map((removal) => deleteFiles(session, removal)))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
}

async function deleteFiles(session: Session, removal: RemovalRow): Promise<string[]> {
  const { torrentFile, savePath } = removal
  try {
    const keep = await filesInUse(session.store, removal)
    const outside = await session.engine.removeFiles(torrentFile, savePath, keep)
    session.store.removalDone(removal.id)
    const texts = [
      ...leftBehind(savePath, keep, 'other torrents use them'),
      ...leftBehind(savePath, outside, 'a link out of the save path leads to them'),
    ]
    for (const text of texts) session.log.warning(`session ${session.name}: removing ${removal.v1}: ${text}`)
    return texts
  } catch (error) {
    if (error instanceof RpcError && error.code === ErrorCode.FileSystem) {
      // Who asked is told; to try again is up to them.
      session.store.removalDone(removal.id)
      throw error
    }
    session.unfinishedRemovals.push(removal)
    const { message } = error as Error
    const later = `${message}; the torrent is removed, its files will be deleted when the engine is back`
    throw new RpcError(ErrorCode.EngineUnavailable, later, undefined, { cause: error })
  }
}

/** A sentence about files that were not deleted, if there are any. */
function leftBehind(savePath: string, names: readonly string[], why: string): string[] {
  const [first] = names
  if (first === undefined) return []
  const more = names.length > 1 ? ` and ${names.length - 1} more` : ''
  return [`"${join(savePath, first)}"${more} stays: ${why}`]
}
