import { newBits } from '../../../metainfo/bits.ts'
import type { TaskOptions, TorrentTask } from '../../engine/protocol.ts'
import { FilesState, type SwarmSources } from '../../state/rows.ts'
import { wantedFiles } from './file-priorities.ts'
import { acceptsGone, hasFlag } from './flags.ts'
import { hasMetadata } from './predicates.ts'
import type { TorrentRecord } from './record.ts'

/** What of a torrent is read from the state only when the engine needs it. */
export interface TaskSource {
  swarmSources: SwarmSources
  torrentFile: Uint8Array | null
  have: Uint8Array | null
  stamps: Uint8Array | null
}

/** What the engine is told of a torrent that it has. */
export function optionsOf({ row, queue: { announces } }: TorrentRecord, sources: SwarmSources): TaskOptions {
  return {
    trackers: sources.trackers,
    webSeeds: sources.webSeeds,
    filePriorities: [...(wantedFiles(row) ?? [])],
    sequential: hasFlag(row.flags, 'sequential_download'),
    limits: {
      download: row.downloadLimit,
      upload: row.uploadLimit,
      connections: row.maxConnections,
      uploads: row.maxUploads,
    },
    uploadMode: hasFlag(row.flags, 'upload_mode'),
    disableTrackers: !announces.trackers,
    disableDht: hasFlag(row.flags, 'disable_dht') || !announces.dht,
    disableLsd: hasFlag(row.flags, 'disable_lsd') || !announces.lsd,
    disablePex: hasFlag(row.flags, 'disable_pex'),
  }
}

/** What the engine is told when it gets a torrent. */
export function taskOf(record: TorrentRecord, source: TaskSource): TorrentTask {
  const { row, progress } = record
  return {
    ...optionsOf(record, source.swarmSources),
    id: row.v1,
    v2: row.v2,
    name: row.name,
    torrentFile: source.torrentFile,
    savePath: row.savePath,
    have: knownPieces(record, source.have),
    stamps: source.stamps,
    hadPieces: hasMetadata(record) && progress.haveCount > 0,
    acceptGone: (row.flags & acceptsGone) !== 0,
    trusted: hasFlag(row.flags, 'seed_mode'),
    peers: source.swarmSources.peers,
    known: record.observed?.knownPeers ?? [],
    trackerId: source.swarmSources.trackerId,
    uploadedBefore: progress.uploaded,
    downloadedBefore: progress.downloaded,
  }
}

/**
 * null makes the engine hash everything. Without a saved bitfield only "nothing" is known for certain; one that is saved
 * while a check is due is what is believed as far as the files have not changed.
 */
function knownPieces(record: TorrentRecord, saved: Uint8Array | null): Uint8Array | null {
  const { row, progress } = record
  if (!hasMetadata(record) || progress.files === FilesState.unseen) return null
  const nothing = progress.files === FilesState.known && progress.haveCount === 0
  return saved ?? (nothing ? newBits(row.pieces) : null)
}
