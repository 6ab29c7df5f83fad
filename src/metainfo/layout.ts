import { MetainfoError } from './error.ts'
import { maxTotalSize, type RawFile } from './file-fields.ts'
import { encodedPath } from './own-path.ts'
import { linkTargets } from './symlinks.ts'
import type { FileEntry } from './types.ts'
import { uniquePaths } from './unique-paths.ts'

/** Bytes of all files, pad files included. Throws MetainfoError when libtorrent could not hold the offsets. */
export function totalSizeOf(files: RawFile[]): number {
  let total = 0
  for (const { size } of files) {
    total += size
    if (total > maxTotalSize) throw new MetainfoError('invalid length of torrent')
  }
  return total
}

/** Gives the files their offsets, resolves the links' targets and makes each path the only one of its name. */
export function layOut(files: RawFile[], name: string): FileEntry[] {
  const paths = uniquePaths(files)
  const targets = linkTargets(files, name)
  let offset = 0
  return files.map(({ path: wished, own, size, pad, executable, hidden }, index) => {
    const path = paths[index] ?? ''
    // made unique: web seeds know it by the name that it shares
    const spelled = own ?? (path === wished ? undefined : encodedPath(wished))
    const symlink = targets.get(index) ?? null
    const start = offset
    offset += size
    return {
      path,
      ...(spelled !== undefined && { own: spelled }),
      name: baseName(path),
      size,
      offset: start,
      pad,
      executable,
      hidden,
      symlink,
    }
  })
}

/**
 * Whether the v1 list and the v2 tree of a hybrid say the same: pad files and empty files may differ, all
 * others have the same index, size, offset and path. (libtorrent: files_compatible)
 */
export function sameFiles(v2: RawFile[], v1: RawFile[]): boolean {
  if (v2.length !== v1.length) return false
  let v1Offset = 0
  let v2Offset = 0
  for (const [index, file] of v2.entries()) {
    const other = v1[index]!
    const relevant = !file.pad && file.size > 0
    if (relevant !== (!other.pad && other.size > 0)) return false
    if (relevant && (file.size !== other.size || file.path !== other.path || v2Offset !== v1Offset))
      return false
    v2Offset += file.size
    v1Offset += other.size
  }
  return v2Offset === v1Offset
}

/** The files without the pad file that ends them, if one does; empty files behind it stay. */
export function withoutTailPadding(files: RawFile[]): RawFile[] {
  const last = files.findLastIndex((file) => file.size > 0)
  return files[last]?.pad ? files.toSpliced(last, 1) : files
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
