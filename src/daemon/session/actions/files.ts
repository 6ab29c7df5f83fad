import { type Metainfo, parseTorrent } from '../../../metainfo/index.ts'
import { Turns } from '../../../program/turns.ts'
import type { Result } from '../../../rpc/contract/index.ts'
import { fileProgress } from '../../engine/file-progress.ts'
import { blockLength } from '../../engine/units.ts'
import { FilesState } from '../../state/rows.ts'
import type { Session } from '../session.ts'
import { countUp } from '../torrent/durations.ts'
import { fullPriorities, priorityOf, wantedFiles } from '../torrent/file-priorities.ts'
import { wantsEveryFile } from '../torrent/flags.ts'
import { hasMetadata, inEngine } from '../torrent/predicates.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { measure, pieceBytesOf, sizesOf } from '../torrent/sizes.ts'
import type { TorrentFacts } from '../torrent/torrent-facts.ts'
import { readTorrent } from '../torrent/torrent-reader.ts'
import { verifiedPieces } from '../torrent/verified-pieces.ts'
import { finishedChanged } from '../transitions/finished.ts'

/** libtorrent's top_priority, and what it makes of a priority that does not exist. */
const topPriority = 7
/** libtorrent's default_priority. */
const defaultPriority = 4

/** The priority of every file; before metadata what was given, which may be nothing. */
export async function filePriorities(session: Session, record: TorrentRecord): Promise<number[]> {
  const given = record.row.filePriorities
  if (given || !hasMetadata(record)) return [...(given ?? [])]
  const { files } = await factsOf(session, record)
  return new Array<number>(files.length).fill(defaultPriority)
}

/**
 * Sets the priority of every file, 0..7; those past the end of the list get 4, and what is no priority counts as 7.
 * Which pieces are wanted changes at once, and with them whether the torrent is finished; the bytes on disk stay.
 * Before metadata the list is kept for later.
 */
export function prioritizeFiles(session: Session, record: TorrentRecord, list: readonly number[]): void {
  const { row, progress, observed } = record
  const given = Uint8Array.from(list, (value) => (value >= 0 && value <= topPriority ? value : topPriority))
  if (!hasMetadata(record)) {
    session.change(record, { filePriorities: given.length > 0 ? given : null })
    session.optionsChanged(record)
    return
  }
  const metainfo = metainfoOf(session, record)
  const full = fullPriorities(given, 0, metainfo.files.length)
  const priorities = full?.every((value) => value === defaultPriority) ? null : full
  const sizes = sizesOf(metainfo, priorities)
  const next = { ...progress }
  if (progress.files === FilesState.known) {
    const sums = measure(verifiedPieces(session.store, record), sizes, pieceBytesOf(metainfo, priorities))
    next.finished = sums.finished
    // Until the engine counts anew, its last word on blocks of unfinished pieces has to do.
    const partial = observed?.have && !sums.finished ? observed.seen.wantedPartial : 0
    next.wantedDone = Math.min(sizes.totalWanted, sums.wantedDone + partial)
    // As in libtorrent: what is wanted in addition was not complete, whenever the rest was.
    if (!sums.finished) next.completedTime = 0
  }
  countUp(record, session.clock.now())
  const changed = next.finished !== progress.finished
  next.activeMs = progress.activeMs
  next.finishedMs = progress.finishedMs
  next.seedingMs = progress.seedingMs
  const changes = {
    filePriorities: priorities,
    totalWanted: sizes.totalWanted,
    flags: row.flags & ~wantsEveryFile,
  }
  // As long as nobody has looked at the files, none is made.
  if (progress.files === FilesState.known) record.files.prioritiesOnDisk ??= [...(wantedFiles(row) ?? [])]
  session.change(record, changes, () => {
    session.store.saveProgress(row.id, next)
  })
  Object.assign(progress, next)
  if (observed) observed.pieceBytes = null
  if (changed) finishedChanged(session, record)
  session.optionsChanged(record)
}

/**
 * Bytes of each file that are there; empty before metadata, all 0 while they are not known. A running torrent's engine
 * is asked, which knows the blocks of unfinished pieces.
 */
export async function fileProgressOf(session: Session, record: TorrentRecord): Promise<number[]> {
  if (!hasMetadata(record)) return []
  const facts = await factsOf(session, record)
  const layout = { ...facts, files: [...facts.files] }
  if (record.progress.files !== FilesState.known) {
    const { failedCheck } = record.observed ?? {}
    return failedCheck ? fileProgress(layout, failedCheck.have) : layout.files.map(() => 0)
  }
  if (record.engine.loaded && record.progress.haveCount < record.row.pieces) {
    try {
      const told = await session.engine.call('fileProgress', { id: record.row.v1 })
      if (told) return told
    } catch (error) {
      // It left the engine meanwhile: what is known here is all there is.
      session.log.debug(`session ${session.name}: progress of files: ${(error as Error).message}`)
    }
  }
  return fileProgress(layout, verifiedPieces(session.store, record))
}

/** Closes the files that the engine has open (libtorrent: flush_cache; what is verified is written already). */
export async function closeFiles(session: Session, record: TorrentRecord): Promise<void> {
  if (!inEngine(record)) return
  try {
    await session.engine.call('closeFiles', { id: record.row.v1 })
  } catch (error) {
    // The engine went away or let the torrent go, and with it the files.
    session.log.debug(
      `session ${session.name}: closing files of ${record.row.v1}: ${(error as Error).message}`,
    )
  }
}

/** The files of a torrent; none before metadata. */
export async function filesOf(
  session: Session,
  record: TorrentRecord,
): Promise<Result<'torrents.files.list'>['files']> {
  if (!hasMetadata(record)) return []
  const { files, pieceLength } = await factsOf(session, record)
  const progress = await fileProgressOf(session, record)
  const turns = new Turns()
  const listed: Result<'torrents.files.list'>['files'] = []
  for (const file of files) {
    const index = listed.length
    if (index % 100 === 99) await turns.next()
    const { path, name, size, offset, pad, hidden, executable, symlink } = file
    const [num_pieces, num_blocks] = [Math.ceil(size / pieceLength), Math.ceil(size / blockLength)]
    listed.push({
      index,
      path,
      size,
      priority: priorityOf(record.row.filePriorities, index),
      progress: progress[index] ?? 0,
      name,
      offset,
      // libtorrent's file_flags_t
      flags:
        Number(pad) | (Number(hidden) << 1) | (Number(executable) << 2) | (Number(symlink !== null) << 3),
      absolute_path: false,
      num_pieces,
      num_blocks,
      first_piece_node: firstNode(num_pieces),
      first_block_node: firstNode(num_blocks),
    })
  }
  return listed
}

/** Number of the first leaf of a hash tree with so many leaves, which are filled up to a power of two. */
function firstNode(leaves: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, leaves))) - 1
}

function metainfoOf(session: Session, record: TorrentRecord): Metainfo {
  return parseTorrent(session.torrentFile(record)!)
}

/** The same for those who can wait for another thread. */
function factsOf(session: Session, record: TorrentRecord): Promise<TorrentFacts> {
  return readTorrent(session.torrentFile(record)!)
}
