import { countBits, getBit } from '../../../metainfo/bits.ts'
import { priorityOf } from './file-priorities.ts'
import type { TorrentFacts } from './torrent-facts.ts'

/** What a torrent's metadata and file priorities say about its size, in bytes. */
export interface Sizes {
  /** Pad files included. */
  size: number
  /** Without pad files. */
  total: number
  /** Of the wanted pieces, without pad files. A piece is wanted when a file with a priority above 0 has bytes in it. */
  totalWanted: number
  pieceLength: number
  pieces: number
}

/** Of a torrent without metadata. */
export const noSizes: Readonly<Sizes> = Object.freeze({
  size: 0,
  total: 0,
  totalWanted: 0,
  pieceLength: 0,
  pieces: 0,
})

type Layout = Pick<TorrentFacts, 'files' | 'totalSize' | 'pieceLength' | 'numPieces'>

export function sizesOf(metainfo: Layout, priorities: Uint8Array | null): Sizes {
  let total = 0
  let all = true
  let index = 0
  for (const { pad, size } of metainfo.files) {
    const wanted = priorityOf(priorities, index++) > 0
    if (pad) continue
    total += size
    if (!wanted) all = false
  }
  return {
    size: metainfo.totalSize,
    total,
    totalWanted: all
      ? total
      : pieceBytesOf(metainfo, priorities).wanted.reduce((sum, bytes) => sum + bytes, 0),
    pieceLength: metainfo.pieceLength,
    pieces: metainfo.numPieces,
  }
}

/** Bytes of every piece that belong to real files, and the same of the wanted pieces, 0 for the others. */
export interface PieceBytes {
  real: Float64Array
  wanted: Float64Array
}

/** As in libtorrent, what is wanted are whole pieces, whatever other files have bytes in them. */
export function pieceBytesOf(metainfo: Layout, priorities: Uint8Array | null): PieceBytes {
  const { numPieces, pieceLength } = metainfo
  const real = new Float64Array(numPieces)
  const isWanted = new Uint8Array(numPieces)
  let index = 0
  for (const file of metainfo.files) {
    const wanted = priorityOf(priorities, index++) > 0
    if (file.pad || file.size === 0) continue
    const end = file.offset + file.size
    for (let at = file.offset; at < end; ) {
      const piece = Math.floor(at / pieceLength)
      const bytes = Math.min(end, (piece + 1) * pieceLength) - at
      real[piece]! += bytes
      if (wanted) isWanted[piece] = 1
      at += bytes
    }
  }
  return { real, wanted: real.map((bytes, piece) => (isWanted[piece] === 1 ? bytes : 0)) }
}

/** What a bitfield amounts to. */
export interface Measure {
  haveCount: number
  /** Bytes of the verified pieces, without pad files. */
  done: number
  wantedDone: number
  finished: boolean
}

/** `bytes` is null when every byte is real and wanted, which needs no walk over the pieces. */
export function measure(have: Uint8Array, sizes: Sizes, bytes: PieceBytes | null): Measure {
  const haveCount = countBits(have, sizes.pieces)
  if (bytes === null) {
    const last = sizes.pieces > 0 && getBit(have, sizes.pieces - 1)
    const missing = last ? sizes.pieces * sizes.pieceLength - sizes.size : 0
    const verified = haveCount * sizes.pieceLength - missing
    return { haveCount, done: verified, wantedDone: verified, finished: haveCount === sizes.pieces }
  }
  let done = 0
  let wantedDone = 0
  let finished = true
  for (let piece = 0; piece < sizes.pieces; piece++) {
    if (getBit(have, piece)) {
      done += bytes.real[piece]!
      wantedDone += bytes.wanted[piece]!
    } else if (bytes.wanted[piece]! > 0) {
      finished = false
    }
  }
  return { haveCount, done, wantedDone, finished }
}
