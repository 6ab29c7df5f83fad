import { hash } from 'node:crypto'
import { bdecode } from './bdecode.ts'
import { BDict } from './dict.ts'
import { MetainfoError } from './error.ts'
import type { RawFile } from './file-fields.ts'
import { listedFiles, singleFile } from './files-v1.ts'
import { type FileTree, treeFiles, withPadding } from './files-v2.ts'
import { layOut, sameFiles, totalSizeOf, withoutTailPadding } from './layout.ts'
import { pathElement } from './path-element.ts'
import type { Metainfo } from './types.ts'

// libtorrent's bounds: torrent_info.cpp and load_torrent_limits
const maxPieceLength = 2 ** 30 - 1
const maxPieces = 0x200000
// BEP 52
const minPieceLengthV2 = 16384

/** What an info dictionary alone says. */
export type InfoPart = Pick<
  Metainfo,
  | 'infoHash'
  | 'info'
  | 'name'
  | 'files'
  | 'multiFile'
  | 'totalSize'
  | 'pieceLength'
  | 'numPieces'
  | 'pieceHashes'
  | 'private'
  | 'version'
>

/** The info part, and the root of each v2 file for those who check what lies outside; empty for v1. */
export interface ParsedInfo {
  part: InfoPart
  roots: { root: Uint8Array; size: number }[]
}

/**
 * Reads the exact bytes of an info dictionary; they are kept, not copied. The checks, their order and their
 * words are those of libtorrent's parse_info_section. Throws MetainfoError.
 */
export function readInfo(info: Uint8Array): ParsedInfo {
  const dict = bdecode(info, { form: 'loose' })
  if (!(dict instanceof BDict)) throw new MetainfoError("'info' entry is not a dictionary")
  const metaVersion = metaVersionOf(dict, info)
  const pieceLength = pieceLengthOf(dict, metaVersion)
  const v1Hash = hash('sha1', info)
  const rawName = dict.bytes('name.utf-8') ?? dict.bytes('name')
  if (rawName === undefined) throw new MetainfoError('missing name in torrent file')
  const folder = pathElement(rawName) ?? v1Hash

  const list = dict.list('files')
  const tree = treeOf(dict, metaVersion, folder, rawName)
  const v1Files = v1FilesOf(dict, tree !== null, folder, rawName)
  const single = tree?.single ?? list === undefined
  const files = agreedFiles(v1Files, tree, folder, pieceLength)
  if (files.length === 0) throw new MetainfoError('no files in torrent')
  const name = single ? (files[0]?.path ?? folder) : folder

  const totalSize = totalSizeOf(files)
  const numPieces = Math.ceil(totalSize / pieceLength)
  if (numPieces > maxPieces) throw new MetainfoError('too many pieces in torrent')
  const pieceHashes = pieceHashesOf(dict, numPieces, v1Files === null)
  if (totalSize === 0) throw new MetainfoError('invalid length of torrent')
  const v2Hash = tree === null ? null : hash('sha256', info)
  const part: InfoPart = {
    infoHash: [v1Files === null ? null : v1Hash, v2Hash],
    info,
    name,
    files: layOut(files, folder),
    multiFile: !single,
    totalSize,
    pieceLength,
    numPieces,
    pieceHashes,
    private: Number(dict.integer('private') ?? 0) !== 0,
    version: tree === null ? 'v1' : v1Files === null ? 'v2' : 'hybrid',
  }
  const roots = (tree?.files ?? []).flatMap(({ root, size }) => (root === null ? [] : [{ root, size }]))
  return { part, roots }
}

/** 0 for a torrent that knows no versions. One that does has to be in canonical form (BEP 52). */
function metaVersionOf(dict: BDict, info: Uint8Array): number {
  const version = Number(dict.integer('meta version') ?? 0)
  if (version <= 0) return 0
  try {
    bdecode(info, { form: 'canonical' })
  } catch (error) {
    throw new MetainfoError('invalid bencoding', { cause: error })
  }
  if (version > 2)
    throw new MetainfoError('the torrent file has an unknown meta version', { kind: 'unsupported' })
  return version
}

function pieceLengthOf(dict: BDict, metaVersion: number): number {
  const length = dict.integer('piece length')
  const sound = typeof length === 'number' && length > 0 && length <= maxPieceLength
  const soundV2 = metaVersion < 2 || (sound && length >= minPieceLengthV2 && (length & (length - 1)) === 0)
  if (sound && soundV2) return length
  throw new MetainfoError("invalid or missing 'piece length' entry in torrent file")
}

/** The v2 file tree; null for a torrent without one. */
function treeOf(dict: BDict, metaVersion: number, folder: string, rawName: Uint8Array): FileTree | null {
  const tree = dict.dict('file tree')
  if (metaVersion < 2) {
    if (tree === undefined) return null
    throw new MetainfoError('the torrent contains v2 keys but does not specify meta version 2')
  }
  if (tree === undefined) throw new MetainfoError('the v2 torrent file has no file tree')
  return treeFiles(tree, folder, { rawName, hasFileList: dict.list('files') !== undefined })
}

/** The v1 files; null for a v2-only torrent. */
function v1FilesOf(dict: BDict, hasTree: boolean, folder: string, rawName: Uint8Array): RawFile[] | null {
  const list = dict.list('files')
  if (list !== undefined) return listedFiles(list, folder, rawName)
  return hasTree && dict.get('length') === undefined ? null : [singleFile(dict)]
}

/**
 * The files to show. For a hybrid, as in libtorrent, those of the tree: both say the same but for the names
 * of the pad files. Hybrids made by libtorrent before 2.0.8 do not list the padding behind the last file.
 */
function agreedFiles(
  v1Files: RawFile[] | null,
  tree: FileTree | null,
  folder: string,
  pieceLength: number,
): RawFile[] {
  if (tree === null) return v1Files ?? []
  const padded = withPadding(tree.files, tree.single ? (tree.files[0]?.path ?? folder) : folder, pieceLength)
  if (v1Files === null || v1Files.length === 0) return padded
  const files = padded.length === v1Files.length + 1 ? withoutTailPadding(padded) : padded
  if (!sameFiles(files, v1Files)) throw new MetainfoError('the v1 and v2 file metadata does not match')
  return files
}

/**
 * A hybrid needs its v1 hashes here, since it is run as v1; libtorrent would take one without them. Those of
 * a v2-only torrent must be sound, but hash nothing that a v1 peer could ask for.
 */
function pieceHashesOf(dict: BDict, numPieces: number, v2Only: boolean): Uint8Array {
  const pieces = dict.bytes('pieces')
  if (pieces === undefined) {
    if (v2Only) return new Uint8Array()
    throw new MetainfoError("invalid or missing 'pieces' entry in torrent file")
  }
  if (pieces.length !== numPieces * 20) {
    throw new MetainfoError('incorrect number of piece hashes in torrent file')
  }
  return v2Only ? new Uint8Array() : pieces
}
