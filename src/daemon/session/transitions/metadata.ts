import { MetainfoError, parseInfo, torrentFileOf } from '../../../metainfo/index.ts'
import { FilesState } from '../../state/rows.ts'
import { tell } from '../events.ts'
import type { Session } from '../session.ts'
import { fullPriorities } from '../torrent/file-priorities.ts'
import { flagBit } from '../torrent/flags.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { sizesOf } from '../torrent/sizes.ts'
import type { TorrentFacts } from '../torrent/torrent-facts.ts'
import { refused } from './errors.ts'
import { dropLater } from './private-torrent.ts'

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

/** A magnet's info dictionary arrived: from now on the torrent is as if it had been added with its file. */
export function takeMetadata(session: Session, record: TorrentRecord, info: Uint8Array): void {
  const { row, progress } = record
  try {
    const { infoHash, private: secret } = parseInfo(info)
    if (infoHash[0] !== row.v1 || (row.v2 !== null && infoHash[1] !== row.v2))
      throw new MetainfoError('the metadata does not have the info hash')
    if (secret) dropLater(session, record)
    const sources = session.store.swarmSources(row.id)
    const metainfo = parseInfo(info, sources)
    // The engine checks what is on disk next and says so.
    learnMetadata(session, record, {
      metainfo,
      torrentFile: torrentFileOf(info, sources.trackers, sources.webSeeds),
      files: FilesState.unchecked,
    })
    session.saver.mark(record)
    session.log.info(`session ${session.name}: the metadata of ${row.name} arrived`)
  } catch (error) {
    refused(session, record, error as Error, `the metadata of ${row.v1}`)
  }
  if (progress.files === FilesState.unchecked) session.scheduler.request()
}
