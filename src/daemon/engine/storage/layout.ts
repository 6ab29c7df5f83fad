import type { FileEntry } from '../../../metainfo/types.ts'

/** What the storage needs to know of a torrent; any Metainfo fits. */
export interface Layout {
  files: readonly FileEntry[]
  pieceLength: number
  numPieces: number
  totalSize: number
}

/** A stretch of one file that is part of a stretch of the piece space. Bytes. */
export interface FileRange {
  /** Index into `files`. */
  file: number
  /** Where in the file. */
  offset: number
  /** Never 0. */
  length: number
  /** Where in the requested stretch. */
  at: number
}

/** Length of a piece in bytes; only the last one may be shorter. */
export function pieceSize(layout: Layout, piece: number): number {
  return Math.min(layout.pieceLength, layout.totalSize - piece * layout.pieceLength)
}

/**
 * The files that hold `length` bytes of the piece space from `start` on, in order. Empty files never occur.
 * Throws RangeError when the stretch leaves the torrent: requests of peers come here unchecked.
 */
export function fileRanges(layout: Layout, start: number, length: number): FileRange[] {
  if (!(start >= 0 && length >= 0 && start + length <= layout.totalSize)) {
    throw new RangeError(`bytes ${start} to ${start + length} are outside of the torrent`)
  }
  const ranges: FileRange[] = []
  const end = start + length
  for (let index = firstFileAt(layout.files, start); index < layout.files.length; index++) {
    const file = layout.files[index]!
    if (file.offset >= end) break
    const from = Math.max(start, file.offset)
    const to = Math.min(end, file.offset + file.size)
    if (to > from)
      ranges.push({ file: index, offset: from - file.offset, length: to - from, at: from - start })
  }
  return ranges
}

/** First and last piece that hold bytes of a file; null for an empty one. */
export function filePieces(layout: Layout, file: FileEntry): { first: number; last: number } | null {
  if (file.size === 0) return null
  return {
    first: Math.floor(file.offset / layout.pieceLength),
    last: Math.floor((file.offset + file.size - 1) / layout.pieceLength),
  }
}

/** Index of the first file that ends after `start`, by halving: torrents of 100,000 files exist. */
function firstFileAt(files: readonly FileEntry[], start: number): number {
  let low = 0
  let high = files.length
  while (low < high) {
    const middle = (low + high) >> 1
    const file = files[middle]!
    if (file.offset + file.size > start) high = middle
    else low = middle + 1
  }
  return low
}
