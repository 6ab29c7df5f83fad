import type { Session } from '../session.ts'
import { wantedFiles } from '../torrent/file-priorities.ts'
import type { TorrentRecord } from '../torrent/record.ts'

/**
 * Has the files of a torrent that is not in the engine follow its priorities: those that became wanted since `before` are
 * made. Rejects when one of them cannot be, or when the engine went away.
 */
export async function placeFiles(session: Session, record: TorrentRecord, before: number[]): Promise<void> {
  const torrentFile = session.torrentFile(record)
  if (torrentFile === null) return
  const now = [...(wantedFiles(record.row) ?? [])]
  const { id, savePath } = record.row
  const stamps = session.store.fileStamps(id)
  const placed = await session.engine.call('placeFiles', { torrentFile, savePath, stamps, before, now })
  if (placed !== null && !record.removed) session.store.saveFileStamps(id, placed)
}
