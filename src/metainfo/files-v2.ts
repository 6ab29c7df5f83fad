import { BDict } from './dict.ts'
import { MetainfoError } from './error.ts'
import { fileFields, padFile, type RawFile } from './file-fields.ts'
import { ownPath } from './own-path.ts'
import { pathElement } from './path-element.ts'

const slash = 0x2f
const rootSize = 32

/** A file of a v2 file tree with the root of its hash tree; null for an empty file or a link. */
export interface TreeFile extends RawFile {
  root: Uint8Array | null
}

/** The files of a v2 `file tree` (BEP 52), in its order. */
export interface FileTree {
  files: TreeFile[]
  /** Whether it is one file that lies in no folder; its key, not `name`, then names the torrent. */
  single: boolean
}

/**
 * Reads a v2 file tree. `name` is the top folder, which the torrent spells `rawName`; `hasFileList` tells that the torrent also has a v1 `files`
 * list, so that a lone file lies in the folder all the same. Throws MetainfoError.
 */
export function treeFiles(
  tree: BDict,
  name: string,
  { rawName, hasFileList }: { rawName: Uint8Array; hasFileList: boolean },
): FileTree {
  const only = tree.entries.length === 1 ? tree.entries[0]?.value : undefined
  const single = !hasFileList && only instanceof BDict && isLeaf(only)
  const files: TreeFile[] = []
  const top = pathElement(rawName) === null ? Buffer.from(name) : rawName
  walk(tree, single ? { path: [], spelled: [] } : { path: [name], spelled: [top] }, files)
  if (files[0]?.path === '') throw new MetainfoError('missing name in torrent file')
  return { files, single }
}

/**
 * Puts BEP 52's padding behind each file that does not end on a piece boundary: there every file starts a
 * piece of its own, and libtorrent lists the gaps as pad files. `name` as for `treeFiles`.
 */
export function withPadding(files: TreeFile[], name: string, pieceLength: number): RawFile[] {
  return files.flatMap((file): RawFile[] => {
    const over = file.size % pieceLength
    return over === 0 ? [file] : [file, padFile(`${name}/.pad/${pieceLength - over}`, pieceLength - over)]
  })
}

/** A folder's path on disk, and as the torrent spells it. */
interface Folder {
  path: string[]
  spelled: Uint8Array[]
}

// The decoder's limit on nesting bounds the recursion.
function walk(tree: BDict, folder: Folder, files: TreeFile[]): void {
  for (const { key, value } of tree.entries) {
    if (!(value instanceof BDict) || key === '') {
      throw new MetainfoError('failed to parse files from torrent file')
    }
    const raw = Buffer.from(key, 'latin1')
    const element = pathElement(withoutLeadingSlashes(raw))
    const spelled = [...folder.spelled, raw]
    const path = element === null ? folder.path : [...folder.path, element]
    if (!isLeaf(value)) walk(value, { path, spelled }, files)
    // the top folder's name alone would be no place for a file
    else if (element === null && path.length === 1)
      files.push(treeFile(value, { path: [...path, '_'], spelled }))
    else files.push(treeFile(value, { path, spelled }))
  }
}

function treeFile(leaf: BDict, place: Folder): TreeFile {
  const dict = leaf.get('')
  if (!(dict instanceof BDict)) throw new MetainfoError('failed to parse files from torrent file')
  const fields = fileFields(dict)
  if (fields.pad) throw new MetainfoError('a file in the v2 metadata has the pad attribute set')
  const root = fields.size > 0 ? (dict.bytes('pieces root') ?? null) : null
  if (fields.size > 0 && (root?.length !== rootSize || root.every((byte) => byte === 0))) {
    throw new MetainfoError('a v2 file entry has no root hash')
  }
  const path = place.path.join('/')
  const own = ownPath(place.spelled, path)
  return { ...fields, path, ...(own !== undefined && { own }), root }
}

/** A file is a dictionary whose only key is empty. */
function isLeaf(dict: BDict): boolean {
  return dict.entries.length === 1 && dict.entries[0]?.key === ''
}

function withoutLeadingSlashes(key: Buffer): Buffer {
  const first = key.findIndex((byte) => byte !== slash)
  return first === -1 ? key.subarray(key.length) : key.subarray(first)
}
