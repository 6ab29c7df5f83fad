import { allBits } from '../../../metainfo/bits.ts'
import { FilesState } from '../../state/rows.ts'
import type { Session } from '../session.ts'
import { anythingThere, everythingThere } from '../torrent/files-on-disk.ts'
import { flagBit, hasFlag } from '../torrent/flags.ts'
import { hasMetadata, isMoving } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import type { TorrentFacts } from '../torrent/torrent-facts.ts'
import { readTorrent } from '../torrent/torrent-reader.ts'
import { finishedChanged, stopWhenReady } from './finished.ts'

/** Finds out whether something of a torrent is on disk already: it does not run before. `facts`: its metadata, if that was read. */
export function firstLook(session: Session, record: TorrentRecord, facts: TorrentFacts | null = null): void {
  const { holds, progress, row } = record
  if (
    holds.waitsForRemoval ||
    isMoving(record) ||
    !hasMetadata(record) ||
    progress.files !== FilesState.unseen
  )
    return
  look(session, record, facts).catch((error) => {
    session.log.error(`looking at the files of ${row.name}: ${error}`)
  })
}

async function look(session: Session, record: TorrentRecord, given: TorrentFacts | null): Promise<void> {
  const { row, progress } = record
  const facts = given ?? (await readTorrent(session.torrentFile(record)!))
  if (await trustFiles(session, record, facts)) {
    stopWhenReady(session, record)
    session.touch(record)
    return
  }
  const there = await anythingThere(row.savePath, facts)
  // Files on their way may be in neither place; they are looked at again afterwards.
  if (record.removed || isMoving(record) || progress.files !== FilesState.unseen) return
  // libtorrent: without resume data nothing is there then, until it is downloaded.
  const check = there && !session.settings.flag('no_recheck_incomplete_resume')
  progress.files = check ? FilesState.unchecked : FilesState.known
  session.saver.mark(record)
  // Nothing is wanted, as when it was added with priorities of 0: it has all of it.
  if (!there && row.totalWanted === 0 && !progress.finished) {
    progress.finished = true
    finishedChanged(session, record)
  }
  if (!check) stopWhenReady(session, record)
  session.touch(record)
}

/**
 * libtorrent's seed mode, of a torrent that was added with the flag: when every file is there and long enough, it is a
 * seed without a check. Otherwise the flag is cleared and everything is checked. False then.
 */
export async function trustFiles(
  session: Session,
  record: TorrentRecord,
  facts: TorrentFacts,
): Promise<boolean> {
  const { row, progress } = record
  if (!hasFlag(row.flags, 'seed_mode')) return false
  const there = await everythingThere(row.savePath, facts)
  if (record.removed || progress.files !== FilesState.unseen || !hasFlag(row.flags, 'seed_mode')) return false
  if (!there) {
    session.note(record, { flags: row.flags & ~flagBit.seed_mode })
    // As in libtorrent a check follows, even when no file is there.
    progress.files = FilesState.unchecked
    record.files.wasSeed = true
    session.saver.mark(record)
    session.touch(record)
    return false
  }
  session.store.saveHave(row.id, allBits(row.pieces))
  progress.files = FilesState.known
  progress.haveCount = row.pieces
  progress.done = row.total
  progress.wantedDone = row.totalWanted
  progress.finished = true
  finishedChanged(session, record)
  return true
}
