import { join } from 'node:path'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import type { RemovalRow } from '../../state/rows.ts'
import type { Session } from '../session.ts'
import { filesInUse } from './files-in-use.ts'
import { firstLook } from './first-look.ts'

/** Deletes the files of torrents whose removal was acknowledged but not finished, at start or after a crash. */
export function finishRemovals(session: Session, removals: readonly RemovalRow[]): void {
  for (const removal of removals) {
    const done = deleteFiles(session, removal)
    holdBack(session, removal.v1, done)
    done.catch((error: Error) => session.log.warning(`files of a removed torrent: ${error.message}`))
  }
}

/** Carries out all removals, also after one has failed. Rejects with the first failure when all are over. */
export async function deleteAll(session: Session, removals: readonly RemovalRow[]): Promise<string[]> {
  const results = await Promise.allSettled(removals.map((removal) => deleteFiles(session, removal)))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
}

async function deleteFiles(session: Session, removal: RemovalRow): Promise<string[]> {
  const { torrentFile, savePath } = removal
  try {
    const keep = await filesInUse(session.store, removal)
    const outside = await session.engine.call('removeFiles', { torrentFile, savePath, keep })
    session.store.removalDone(removal.id)
    const texts = [
      ...leftBehind(savePath, keep, 'other torrents use them'),
      ...leftBehind(savePath, outside, 'a link out of the save path leads to them'),
    ]
    for (const text of texts) session.log.warning(`session ${session.name}: removing ${removal.v1}: ${text}`)
    return texts
  } catch (error) {
    if (error instanceof RpcError && error.code === ErrorCode.FileSystem) {
      // The caller is told, and may try again. It is not tried again by itself.
      session.store.removalDone(removal.id)
      throw error
    }
    session.unfinishedRemovals.push(removal)
    const { message } = error as Error
    const later = `${message}; the torrent is removed, its files will be deleted when the engine is back`
    throw new RpcError(ErrorCode.EngineUnavailable, later, undefined, { cause: error })
  }
}

/** A warning about files that were not deleted; none when there are none. */
function leftBehind(savePath: string, names: readonly string[], why: string): string[] {
  const [first] = names
  if (first === undefined) return []
  const more = names.length > 1 ? ` and ${names.length - 1} more` : ''
  return [`"${join(savePath, first)}"${more} stays: ${why}`]
}

/**
 * Holds back the torrent of a hash until `done` is settled: the one that was removed is out of the engine and its files
 * are deleted then. A torrent that is added again meanwhile waits.
 */
export function holdBack(session: Session, v1: string, done: Promise<unknown>): void {
  const { leaving, records } = session
  const settled = done.then(
    () => {},
    () => {},
  )
  leaving.set(v1, settled)
  const again = records.byV1(v1)
  if (again) again.holds.waitsForRemoval = true
  settled.then(() => {
    if (session.isClosed || leaving.get(v1) !== settled) return
    leaving.delete(v1)
    const record = records.byV1(v1)
    if (!record?.holds.waitsForRemoval) return
    record.holds.waitsForRemoval = false
    firstLook(session, record)
    session.touch(record)
  })
}
