import { rmdir, unlink } from 'node:fs/promises'
import type { FileEntry } from '../../../metainfo/types.ts'
import { asideName, waitingName } from './moving-name.ts'
import { partFileName } from './part-file.ts'
import { SaveFolder } from './save-folder.ts'
import { isMissing, StorageError } from './storage-error.ts'

/**
 * Deletes the files of a torrent that is not loaded, its part file, copies that a move left unfinished, and the folders
 * below the save path that are empty then. Foreign files and the save path stay, and so do the names in `keep`; what is
 * already gone is fine. Answers with the files that stay because a link out of the save path leads to their folder. Goes
 * on after a failure and then throws the first StorageError.
 */
export async function removeFiles(
  files: readonly FileEntry[],
  infoHash: string,
  savePath: string,
  keep: readonly string[] = [],
): Promise<string[]> {
  const folder = new SaveFolder(savePath)
  let failed: unknown = null
  const kept = new Set(keep)
  const left: string[] = []
  const partFile = { path: partFileName(infoHash), pad: false }
  const all = [...files, partFile].flatMap(({ path, pad }, index) =>
    pad ? [] : [path, waitingName(path, infoHash, index), asideName(path, infoHash, index)],
  )
  const own = new Set(files.map(({ path }) => path))
  const names = all.filter((name) => !kept.has(name))
  for (const name of names) {
    try {
      await removeOne(folder, name)
    } catch (error) {
      if ((error as StorageError).code !== 'EOUTSIDE') failed ??= error
      else if (own.has(name)) left.push(name)
    }
  }
  try {
    await removeEmptyFolders(folder, names)
  } catch (error) {
    failed ??= error
  }
  if (failed !== null) throw failed
  return left
}

/**
 * Deletes the folders below a save path in which these files lay, as far as they are empty. Goes on after a failure and
 * then throws the first StorageError.
 */
export async function removeEmptyFolders(folder: SaveFolder, names: readonly string[]): Promise<void> {
  let failed: unknown = null
  const folders = new Set(names.flatMap(foldersOf))
  // deepest first: a folder is empty only when those in it are gone
  for (const name of [...folders].sort((a, b) => depth(b) - depth(a))) {
    try {
      await removeEmptyFolder(folder, name)
    } catch (error) {
      // what lies behind a link out of the save path is not ours
      if ((error as StorageError).code !== 'EOUTSIDE') failed ??= error
    }
  }
  if (failed !== null) throw failed
}

/** The folders on the way to a file, outermost first. */
export function foldersOf(name: string): string[] {
  const folders: string[] = []
  for (let cut = name.indexOf('/'); cut !== -1; cut = name.indexOf('/', cut + 1)) {
    folders.push(name.slice(0, cut))
  }
  return folders
}

async function removeOne(folder: SaveFolder, name: string): Promise<void> {
  const path = folder.locate(name)
  const real = await folder.resolve(name)
  if (real === null) return
  try {
    // a symbolic link goes itself, not what it points to
    await unlink(real)
  } catch (error) {
    if (!isMissing(error)) throw StorageError.from(error, 'remove', path)
  }
}

/** Leaves a folder with something in it, and a symbolic link in its place, as they are. */
async function removeEmptyFolder(folder: SaveFolder, name: string): Promise<void> {
  const real = await folder.resolve(name)
  if (real === null) return
  try {
    await rmdir(real)
  } catch (error) {
    const full = ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')
    if (!full && !isMissing(error)) throw StorageError.from(error, 'remove', folder.locate(name))
  }
}

function depth(name: string): number {
  return name.split('/').length
}
