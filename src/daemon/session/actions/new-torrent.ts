import { type TorrentRow, unknownProgress } from '../../state/rows.ts'
import type { NewTorrent } from '../../state/store.ts'
import { flagBit } from '../torrent/flags.ts'
import { countLimit, rateLimit } from '../torrent/limits.ts'
import { plainPath } from '../torrent/save-path.ts'
import { noSizes, sizesOf } from '../torrent/sizes.ts'
import type { AddRequest } from './add-request.ts'

/** What is kept of a new torrent. `queueKey` is its place in the queue, should it be unfinished. */
export function newTorrentOf(
  request: AddRequest,
  session: string,
  unixTime: number,
  queueKey: () => number,
): NewTorrent {
  const { params, metainfo, v1, v2, name, flags, filePriorities, swarmSources, torrentFile } = request
  const sizes = metainfo ? sizesOf(metainfo, filePriorities) : noSizes
  const row: Omit<TorrentRow, 'id'> = {
    ...sizes,
    session,
    v1,
    v2,
    name,
    savePath: plainPath(params.save_path),
    addedTime: unixTime,
    flags: metainfo ? flags : flags & ~flagBit.seed_mode,
    queueKey: queueKey(),
    category: params.category ?? null,
    tags: [...new Set(params.tags)],
    downloadLimit: rateLimit(params.download_limit),
    uploadLimit: rateLimit(params.upload_limit),
    maxConnections: countLimit(params.max_connections),
    maxUploads: countLimit(params.max_uploads),
    filePriorities,
    error: null,
    errorFile: null,
  }
  return {
    row,
    progress: { ...unknownProgress },
    swarmSources,
    torrentFile,
    have: null,
    metadata: params.metadata ?? null,
  }
}
