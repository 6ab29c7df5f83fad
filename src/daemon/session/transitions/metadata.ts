import type { FilesState } from '../../state/rows.ts'
import { tell } from '../events.ts'
import type { Session } from '../session.ts'
import { flagBit, hasFlag } from '../torrent/flags.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { sizesOf } from '../torrent/sizes.ts'
import type { TorrentFacts } from '../torrent/torrent-facts.ts'

/** Metadata of a torrent that had none, and what follows for its files. */
export interface Learned {
  metainfo: TorrentFacts
  torrentFile: Uint8Array
  files: FilesState
}

/** Keeps the metadata of a torrent that was added without; durable when it returns. Throws StateError. */
export function learnMetadata(session: Session, record: TorrentRecord, learned: Learned): void {
  const { row, progress } = record
  const { metainfo } = learned
  const filePriorities = fullPriorities(row.filePriorities, row.flags, metainfo.files.length)
  const changes = {
    ...sizesOf(metainfo, filePriorities),
    name: metainfo.name,
    v2: metainfo.infoHash[1],
    filePriorities,
    flags: row.flags & ~flagBit.default_dont_download,
  }
  session.change(record, changes, () => {
    session.store.saveTorrentFile(row.id, learned.torrentFile)
    session.store.saveProgress(row.id, { ...progress, files: learned.files })
  })
  progress.files = learned.files
  session.records.learnV2(record)
  tell(session.events, 'metadata_received', record)
}

/**
 * The priorities of all files, once it is known how many there are: what was given beyond them is dropped, the rest
 * is 4, or 0 with the flag `default_dont_download`. null: nothing was given.
 */
export function fullPriorities(given: Uint8Array | null, flags: number, files: number): Uint8Array | null {
  const rest = hasFlag(flags, 'default_dont_download') ? 0 : 4
  if (given === null && rest === 4) return null
  const full = new Uint8Array(files).fill(rest)
  full.set((given ?? new Uint8Array()).subarray(0, files))
  return full
}
