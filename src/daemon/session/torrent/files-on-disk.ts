import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { TorrentFacts } from './torrent-facts.ts'

/**
 * Whether something of a torrent may lie on disk already, so that it has to be checked before it can be said to be
 * empty (libtorrent: has_any_file). What cannot be looked at counts as there: the check will say what is wrong.
 */
export async function anythingThere(savePath: string, metainfo: TorrentFacts): Promise<boolean> {
  if (metainfo.multiFile && !(await isThere(join(savePath, metainfo.name), 0))) return false
  for (const file of metainfo.files) {
    if (file.pad || file.size === 0) continue
    if (await isThere(join(savePath, file.path), 1)) return true
  }
  return false
}

/**
 * Whether every file is there and long enough, so that the torrent may be a seed (libtorrent's seed mode asks no more
 * of the disk). What cannot be looked at is not.
 */
export async function everythingThere(savePath: string, metainfo: TorrentFacts): Promise<boolean> {
  for (const file of metainfo.files) {
    if (file.pad || file.symlink !== null) continue
    try {
      const { size } = await stat(join(savePath, file.path))
      if (size < file.size) return false
    } catch {
      return false
    }
  }
  return true
}

async function isThere(path: string, minSize: number): Promise<boolean> {
  try {
    return (await stat(path)).size >= minSize
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}
