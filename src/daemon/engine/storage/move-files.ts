import { lstat, open, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { inLanes } from '../concurrency.ts'
import { copyFile, copyLink, isCopyOf, sameBytes, syncFolder } from './copy-file.ts'
import { type Item, type Move, type Plan, planMove } from './move-plan.ts'
import { removeEmptyFolders } from './remove-files.ts'
import { isMissing, StorageError } from './storage-error.ts'

export type { Move } from './move-plan.ts'

/** How many files are copied at a time. */
const lanes = 4

type Rename = (from: string, to: string) => Promise<void>

/**
 * Moves the files of a torrent that is not loaded, its part file with them, to another folder, which is made. Files of
 * the same names there are replaced; the old folders of the torrent go if they are empty, the old save path stays.
 *
 * Within a device files are renamed. To another one they are copied beside their targets and synced, and only when all
 * of them are there do they get their names; the old ones are deleted last. So there is a whole copy of every file at
 * any time, and the same move does what is left after it was cut off: what is no longer in the old place counts as
 * moved, what has been copied is not copied again.
 *
 * Throws a StorageError, and puts back what it renamed. Answers with one when everything was moved but something old
 * could not be deleted; else with null.
 */
export async function moveFiles(move: Move, renameFile: Rename = rename): Promise<StorageError | null> {
  const plan = await planMove(move, removeMade)
  if (plan === null) return null
  const placed: Item[] = []
  try {
    await bringAll(plan.items.filter(({ copy }) => copy))
    for (const item of plan.items) {
      await place(item, renameFile)
      placed.push(item)
    }
    await syncTargets(plan)
  } catch (error) {
    const failure = StorageError.from(error, 'move files to', move.to)
    const stuck = await putBack(plan, placed)
    if (stuck.length === 0) throw failure
    const list = stuck.map((path) => `"${path}"`).join(', ')
    throw new StorageError(
      failure.code,
      failure.path,
      `${failure.message}; these could not be moved back: ${list}`,
      { cause: failure },
    )
  }
  return await clearOldPlace(plan)
}

/** Several at a time: small files cost little but the wait for the disk. All are settled when it rejects. */
function bringAll(items: readonly Item[]): Promise<void> {
  return inLanes(items.length, lanes, (index) => bring(items[index]!), { settled: true })
}

/** Makes a copy beside the target, unless an earlier try has. */
async function bring(item: Item): Promise<void> {
  if (item.link) return copyLink(item.source, item.waiting, item.target)
  if (await isAt(item.waiting, item)) return
  // after a try that was cut off while it deleted the old files there may be no room for second copies
  item.there = (await isAt(item.target, item)) && (await sameBytes(item.source, item.target))
  if (!item.there) await copyFile(item.source, item.waiting, item.target)
}

/** Whether there is something with the size and the time of the item. */
async function isAt(path: string, item: Item): Promise<boolean> {
  try {
    return isCopyOf(await lstat(path), item.stats)
  } catch (error) {
    if (isMissing(error)) return false
    throw StorageError.from(error, 'read', path)
  }
}

/** Gives a file its new name. */
async function place(item: Item, renameFile: Rename): Promise<void> {
  try {
    if (!item.copy) {
      try {
        await renameFile(item.entry, item.target)
        await dropHardLink(item)
        return
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
      }
      // one device, two mounts
      item.copy = true
      await bring(item)
    }
    if (!item.there) await rename(item.waiting, item.target)
  } catch (error) {
    throw StorageError.from(error, 'move a file to', item.target)
  }
}

/** Renaming to another name of the same file does nothing (rename(2)); the old name has to go then. */
async function dropHardLink(item: Item): Promise<void> {
  if (item.stats.nlink > 1) await rm(item.entry, { force: true })
}

/** Before old files are deleted the new names must be on the disk too. */
async function syncTargets(plan: Plan): Promise<void> {
  const copied = plan.items.filter(({ copy }) => copy)
  if (copied.length === 0) return
  const folders = new Set(copied.map(({ target }) => dirname(target)))
  for (const path of plan.made) folders.add(path).add(dirname(path))
  folders.add(plan.to.path)
  for (const folder of folders) await syncFolder(folder)
}

/** Undoes everything as far as it can; returns the new places of files that stay there. */
async function putBack(plan: Plan, placed: readonly Item[]): Promise<string[]> {
  const stuck: string[] = []
  const back = async (target: string, entry: string) => {
    try {
      await rename(target, entry)
    } catch {
      stuck.push(target)
    }
  }
  for (const item of placed.toReversed()) {
    if (!item.copy) await back(item.target, item.entry)
    // the old file was not deleted yet
    else if (!item.there) await rm(item.target, { force: true }).catch(() => stuck.push(item.target))
  }
  for (const [entry, target] of plan.arrived) await back(target, entry)
  for (const { waiting } of plan.items) await rm(waiting, { force: true }).catch(() => stuck.push(waiting))
  await removeMade(plan.made)
  return stuck
}

/** Removes folders that were made, as far as they are empty. */
async function removeMade(made: readonly string[]): Promise<void> {
  for (const path of made.toReversed()) {
    // one that is not empty, or that was not reached, is none of ours
    await rmdir(path).catch(() => {})
  }
}

/** Deletes what was copied, and folders that are empty then. */
async function clearOldPlace(plan: Plan): Promise<StorageError | null> {
  let failed: unknown = null
  for (const item of plan.items) {
    if (!item.copy) continue
    try {
      await dropOld(item)
    } catch (error) {
      if (!isMissing(error)) failed ??= StorageError.from(error, 'remove', item.entry)
    }
  }
  for (const path of plan.leftAside) await rm(path, { force: true }).catch((error) => (failed ??= error))
  try {
    await removeEmptyFolders(plan.from, plan.names)
  } catch (error) {
    failed ??= error
  }
  return failed === null ? null : StorageError.from(failed, 'remove files from', plan.from.path)
}

/**
 * Deletes the old file of a copy. First it gets another name: where a folder is reachable in two ways that look like two
 * devices (a pool of disks and one of them, a share mounted twice) both files may be the same, and it gets its name back.
 */
async function dropOld(item: Item): Promise<void> {
  await rename(item.entry, item.aside)
  if (await hasArrived(item)) await unlink(item.aside)
  else await rename(item.aside, item.entry)
}

async function hasArrived(item: Item): Promise<boolean> {
  try {
    if (item.link) return (await lstat(item.target)).isSymbolicLink()
    // not only a look: network file systems remember for a while what was there
    const file = await open(item.target)
    try {
      return isCopyOf(await file.stat(), item.stats)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}
