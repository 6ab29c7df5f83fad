import { getBit } from '../engine/bits.ts'
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

type Layout = Pick<TorrentFacts, 'files' | 'totalSize' | 'pieceLength' | 'numPieces'>

/** Priority of a file: 0..7, 4 where none was given (libtorrent's default_priority). */
export function priorityOf(priorities: Uint8Array | null, file: number): number {
  return priorities?.[file] ?? 4
}

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

/** Bits that are set; those past `pieces` do not count. */
export function countPieces(have: Uint8Array, pieces: number): number {
  let count = 0
  const whole = pieces >> 3
  for (let i = 0; i < whole; i++) {
    let byte = have[i] ?? 0
    for (; byte !== 0; byte &= byte - 1) count++
  }
  for (let piece = whole << 3; piece < pieces; piece++) if (getBit(have, piece)) count++
  return count
}

/** A bitfield with every piece, or none. */
export function bitfield(pieces: number, full: boolean): Uint8Array {
  const bits = new Uint8Array((pieces + 7) >> 3)
  if (full) {
    bits.fill(0xff)
    if (pieces & 7) bits[bits.length - 1] = (0xff00 >> (pieces & 7)) & 0xff
  }
  return bits
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
  const haveCount = countPieces(have, sizes.pieces)
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
