import { allBits } from '../../../metainfo/bits.ts'
import { FilesState } from '../../state/rows.ts'
import { finishedChanged } from '../reactions/listener.ts'
import type { Session } from '../session.ts'
import { everythingThere } from '../torrent/files-on-disk.ts'
import { flagBit, hasFlag } from '../torrent/flags.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import type { TorrentFacts } from '../torrent/torrent-facts.ts'

/**
 * libtorrent's seed mode, of a torrent that was added with the flag: when every file is there and long enough, it is a
 * seed without a check. Otherwise the flag is cleared and everything is checked. False then.
 */
export async function trustFiles(
  session: Session,
  record: TorrentRecord,
  metainfo: TorrentFacts,
): Promise<boolean> {
  const { row, progress } = record
  if (!hasFlag(row.flags, 'seed_mode')) return false
  const there = await everythingThere(row.savePath, metainfo)
  if (record.removed || progress.files !== FilesState.unseen || !hasFlag(row.flags, 'seed_mode')) return false
  if (!there) {
    session.note(record, { flags: row.flags & ~flagBit.seed_mode })
    // As in libtorrent, whatever is there is checked, and be it nothing.
    progress.files = FilesState.unchecked
    record.wasSeed = true
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
